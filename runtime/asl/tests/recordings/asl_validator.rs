//! The definitions of an independent validator: opinions, not AWS's.

use super::super::{cases, check, text};

/// Definitions that we judge otherwise, and why.
const DISAGREEMENTS: [(&str, &str); 13] = [
    (
        "asl-validator/invalid-json-surround-syntax-extra-spaces",
        "what stands between {% and %} is JSONata, whose white space is free",
    ),
    (
        "asl-validator/invalid-jsonata-surround-syntax-no-spaces",
        "AWS asks for {% and %} alone, not for spaces within",
    ),
    (
        "asl-validator/invalid-math-add",
        "the types of arguments show when the function is called",
    ),
    (
        "asl-validator/valid-assign",
        "AWS's names of variables are identifiers, which have no '-'",
    ),
    (
        "asl-validator/valid-cfn-definition-substitutions",
        "'${lambdaArn}' is to be replaced before the definition is sent",
    ),
    (
        "asl-validator/valid-current-value-predicate",
        "the filter compares with a bare word, which is no JSONPath",
    ),
    (
        "asl-validator/valid-map-noconfig",
        "ItemReader, ResultWriter and Label belong to a distributed Map, and this one is inline",
    ),
    (
        "asl-validator/valid-map-with-item-batcher-jsonata",
        "AWS refuses a state that speaks JSONPath in a machine that speaks JSONata",
    ),
    (
        "asl-validator/valid-path-array-context",
        "a script, '(@.length-1)', instead of an index: not supported",
    ),
    (
        "asl-validator/valid-task-credentials",
        "AWS refuses Credentials without RoleArn, and no resource of SWF is one of a task",
    ),
    (
        "asl-validator/valid-task-intrisic-function",
        "a Resource is a text; CloudFormation's functions are to be replaced before",
    ),
    (
        "asl-validator/valid-task-parameters",
        "no resource of SWF is one of a task",
    ),
    (
        "asl-validator/valid-task-timeout-jsonata",
        "no resource of SWF is one of a task",
    ),
];

#[test]
fn validity() {
    let mut wrong = Vec::new();
    for case in cases("asl_validator_cases.jsonl") {
        let id = case["id"].as_str().unwrap_or_default();
        let text = text(&case).unwrap_or_default();
        let found = check(&text, false);
        let is_excepted = DISAGREEMENTS.iter().any(|(own, _)| *own == id);
        let agrees = found.is_ok() == (case["expect"]["valid"] == true);
        if agrees == is_excepted {
            wrong.push(format!("{id}: {found:?}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
