//! No text makes the checker panic, hang, or take memory without bound.

use std::time::Instant;

use proptest::prelude::*;
use serde_json::{Map, Value, json};
use steploom_types::limits::{DEFINITION_BYTES_MAX, DIAGNOSTIC_BYTES_MAX};

use crate::{Options, locate, parse, parse_with};

/// The language's words, and others.
const FIELDS: &[&str] = &[
    "After",
    "And",
    "Arguments",
    "Assign",
    "BackoffRate",
    "BatchInput",
    "BooleanEquals",
    "Branches",
    "CSVHeaderLocation",
    "CSVHeaders",
    "Catch",
    "Cause",
    "Choices",
    "Comment",
    "Condition",
    "Credentials",
    "Default",
    "End",
    "Error",
    "ErrorEquals",
    "ExecutionType",
    "HeartbeatSeconds",
    "InputPath",
    "InputType",
    "ItemBatcher",
    "ItemId",
    "ItemProcessor",
    "ItemReader",
    "ItemSelector",
    "Items",
    "ItemsPath",
    "Iterator",
    "Label",
    "MaxAttempts",
    "MaxConcurrency",
    "MaxItems",
    "MaxItemsPerBatch",
    "Mode",
    "Next",
    "Nodes",
    "Not",
    "OnFailure",
    "Output",
    "OutputPath",
    "Parameters",
    "ProcessorConfig",
    "QueryLanguage",
    "ReaderConfig",
    "Resource",
    "Result",
    "ResultPath",
    "ResultSelector",
    "ResultWriter",
    "Retry",
    "RoleArn",
    "Seconds",
    "StartAt",
    "States",
    "StringEquals",
    "TimeoutSeconds",
    "TimeoutSecondsPath",
    "Timestamp",
    "ToleratedFailureCount",
    "Type",
    "Variable",
    "Version",
    "WriterConfig",
    "x.$",
    "A",
    "B",
    "a/b",
    "a[0]",
    "",
];

const TEXTS: &[&str] = &[
    "A",
    "B",
    "Pass",
    "Task",
    "Choice",
    "Wait",
    "Succeed",
    "Fail",
    "Parallel",
    "Map",
    "Graph",
    "JSONata",
    "JSONPath",
    "INLINE",
    "DISTRIBUTED",
    "STANDARD",
    "EXPRESS",
    "CSV",
    "JSON",
    "FIRST_ROW",
    "GIVEN",
    "$",
    "$.x",
    "$$",
    "$x",
    "$.x[*]",
    "$..x",
    "fn",
    "fn:1",
    "States.ALL",
    "States.UUID()",
    "States.Format('{}', $.a)",
    "{% $states.input.a %}",
    "{% $x := 1 %}",
    "{% ( %}",
    "{% a %}",
    "{%",
    "%}",
    "2026-01-01T00:00:00Z",
    "arn:aws:states:::s3:getObject",
    "arn:aws:states:::http:invoke",
    "arn:aws:states:::states:startExecution.sync:2",
    "arn:aws:states:r:1:activity:a",
    "arn:",
    "é",
    "",
    "1.0",
    "CANCEL",
];

fn leaves() -> impl Strategy<Value = Value> {
    prop_oneof![
        4 => prop::sample::select(TEXTS).prop_map(Value::from),
        1 => any::<i64>().prop_map(Value::from),
        1 => (0..3_u8).prop_map(Value::from),
        1 => any::<f64>().prop_map(Value::from),
        1 => any::<bool>().prop_map(Value::from),
        1 => Just(Value::Null),
    ]
}

fn values() -> impl Strategy<Value = Value> {
    leaves().prop_recursive(6, 64, 6, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::vec((prop::sample::select(FIELDS), inner), 0..6).prop_map(|fields| {
                fields
                    .into_iter()
                    .map(|(name, value)| (name.to_owned(), value))
                    .collect()
            }),
        ]
    })
}

/// A definition with everything in it.
fn everything() -> Value {
    json!({"StartAt": "A", "TimeoutSeconds": 9, "Version": "1.0", "States": {
        "A": {"Type": "Parallel", "Assign": {"v.$": "$.x"}, "Next": "C", "ResultPath": "$.r",
            "Retry": [{"ErrorEquals": ["States.ALL"], "JitterStrategy": "FULL", "MaxDelaySeconds": 9}],
            "Catch": [{"ErrorEquals": ["E"], "Next": "F"}, {"ErrorEquals": ["States.ALL"], "Next": "F"}],
            "Branches": [
                {"StartAt": "A1", "States": {"A1": {"Type": "Task", "Resource": "fn", "TimeoutSecondsPath": "$.t",
                    "Parameters": {"a.$": "States.Format('{}', $v)"}, "ResultSelector": {"b.$": "$.b"}, "Next": "A2"},
                    "A2": {"Type": "Wait", "Timestamp": "2026-01-01T00:00:00Z", "End": true}}},
                {"StartAt": "A3", "States": {"A3": {"Type": "Task", "Resource": "arn:aws:states:::lambda:invoke",
                    "QueryLanguage": "JSONata", "Arguments": {"FunctionName": "{% $states.input.f %}"},
                    "Output": "{% $states.result %}", "Assign": {"w": "{% $states.result.x %}"}, "End": true}}}
            ]},
        "C": {"Type": "Choice", "Default": "G", "Choices": [
            {"And": [{"Variable": "$.a", "IsNull": true}, {"Not": {"Variable": "$v", "NumericLessThanPath": "$.b"}}], "Next": "M"}]},
        "M": {"Type": "Map", "Label": "m", "Next": "D", "MaxConcurrency": 3, "ToleratedFailurePercentage": 5,
            "ItemReader": {"Resource": "arn:aws:states:::s3:getObject", "Parameters": {"Bucket": "b", "Key": "k"},
                "ReaderConfig": {"InputType": "CSV", "CSVHeaderLocation": "GIVEN", "CSVHeaders": ["h"], "MaxItemsPath": "$.m"}},
            "ItemBatcher": {"MaxItemsPerBatch": 2, "BatchInput": {"c": 1}},
            "ResultWriter": {"Resource": "arn:aws:states:::s3:putObject", "Parameters": {"Bucket": "b"}},
            "ItemProcessor": {"ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"}, "StartAt": "M1",
                "States": {"M1": {"Type": "Pass", "Result": {"x": 1}, "Assign": {"u": 1}, "End": true}}}},
        "D": {"Type": "Choice", "QueryLanguage": "JSONata", "Default": "G",
            "Choices": [{"Condition": "{% $states.input.x > $v %}", "Assign": {"v": 2}, "Output": 3, "Next": "G"}]},
        "G": {"Type": "Graph", "Nodes": {"N1": {"Type": "Pass"}, "N2": {"Type": "Pass", "After": ["N1"]}}, "Next": "S"},
        "S": {"Type": "Succeed"},
        "F": {"Type": "Fail", "ErrorPath": "$.e", "Cause": "c"}
    }})
}

/// What is changed in a definition: the value with this number, counted as a reader meets them.
#[derive(Clone, Debug)]
enum Change {
    Replace(Value),
    Remove,
    Add(&'static str, Value),
}

fn changes() -> impl Strategy<Value = Vec<(usize, Change)>> {
    let change = prop_oneof![
        3 => values().prop_map(Change::Replace),
        1 => Just(Change::Remove),
        2 => (prop::sample::select(FIELDS), values()).prop_map(|(name, value)| Change::Add(name, value)),
    ];
    prop::collection::vec((0..250_usize, change), 1..4)
}

/// Makes a change at the value whose turn it is.
fn apply(value: &mut Value, left: &mut usize, change: &Change) {
    if *left == 0 {
        match (change, &mut *value) {
            (Change::Replace(new), value) => *value = new.clone(),
            (Change::Add(name, new), Value::Object(fields)) => {
                fields.insert((*name).to_owned(), new.clone());
            }
            (Change::Remove, Value::Object(fields)) => {
                remove_first(fields);
            }
            (Change::Remove | Change::Add(..), _) => {}
        }
    }
    *left = left.wrapping_sub(1);
    match value {
        Value::Array(items) => items.iter_mut().for_each(|item| apply(item, left, change)),
        Value::Object(fields) => fields
            .values_mut()
            .for_each(|field| apply(field, left, change)),
        _ => {}
    }
}

fn remove_first(fields: &mut Map<String, Value>) {
    if let Some(name) = fields.keys().next().cloned() {
        fields.shift_remove(&name);
    }
}

/// Checks a text in each way, and what is told of it.
fn check(text: &str) -> Result<(), TestCaseError> {
    // None, all, and all but the first.
    for number in [0, 7, 6_u8] {
        let options = Options {
            strict: number & 1 != 0,
            express: number & 2 != 0,
            foreign: number & 4 != 0,
        };
        match parse_with(text, &options) {
            Ok(parsed) => {
                let _ = parsed.machine.variable_references();
            }
            Err(rejected) => {
                prop_assert!(!rejected.diagnostics.is_empty());
                for told in &rejected.diagnostics {
                    let _ = locate(text, &told.path);
                }
            }
        }
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 128, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn of_any_kind(text in any::<String>()) {
        check(&text)?;
    }

    #[test]
    fn of_broken_json(text in r#"[\[\]{}:, "'a-zA-Z0-9é\n.-]{0,40}"#) {
        check(&text)?;
    }

    #[test]
    fn of_broken_yaml(text in r#"(StartAt: A\nStates:\n)?([ ]{0,6}[a-zA-Z0-9&*!|>%@`'"~#:?-]{0,6}[:,\[\]{} \n-]{0,3}){0,20}"#) {
        check(&text)?;
    }

    #[test]
    fn of_the_languages_words(body in values(), of_state in any::<bool>()) {
        let definition = if of_state {
            json!({"StartAt": "A", "States": {"A": body}})
        } else {
            body
        };
        check(&definition.to_string())?;
    }

    #[test]
    fn of_a_definition_that_was_changed(changes in changes()) {
        let mut definition = everything();
        for (mut number, change) in changes {
            apply(&mut definition, &mut number, &change);
        }
        check(&definition.to_string())?;
    }

    #[test]
    fn of_a_definition_that_was_cut(cut in 0..3_000_usize, put in r#"[\[\]{}:, "\\%]{0,2}"#) {
        let mut text = everything().to_string();
        let at = (0..=cut.min(text.len())).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0);
        text.replace_range(at..(at + 1).min(text.len()), &put);
        check(&text)?;
    }
}

#[test]
fn of_everything() {
    let definition = everything().to_string();
    assert!(parse(&definition).is_ok(), "{:?}", parse(&definition).err());
}

/// Texts half as large as may be, of the kinds that could take long.
#[test]
fn of_a_large_size() {
    let fill = |part: &dyn Fn(usize) -> String, bytes: usize| {
        let mut parts = String::new();
        let mut number = 0;
        while parts.len() < bytes {
            parts.push_str(&part(number));
            parts.push(',');
            number += 1;
        }
        parts.pop();
        parts
    };
    let room = DEFINITION_BYTES_MAX / 2;
    let map = |n: usize, assign: &str| {
        format!(
            r#""m{n}": {{"Type": "Map", "Assign": {{"a": 1}}, "Next": "m{}", "ItemProcessor": {{"StartAt": "i{n}", "States": {{"i{n}": {{"Type": "Pass", "Assign": {{"{assign}": 1}}, "End": true}}}}}}}}"#,
            n + 1
        )
    };
    let texts = [
        // Each Map comes after all before it, which set what it sets within.
        format!(
            r#"{{"StartAt": "m0", "States": {{{}, "m2000": {{"Type": "Succeed"}}}}}}"#,
            (0..2_000)
                .map(|n| map(n, "a"))
                .collect::<Vec<_>>()
                .join(",")
        ),
        // One Choice with very many rules, and comparisons in one another.
        format!(
            r#"{{"StartAt": "C", "States": {{"D": {{"Type": "Succeed"}}, "C": {{"Type": "Choice", "Choices": [{}]}}}}}}"#,
            fill(
                &|n| format!(r#"{{"Variable": "$.v[{n}]", "IsNull": true, "Next": "D"}}"#),
                room
            )
        ),
        // Templates of expressions, of either language.
        format!(
            r#"{{"StartAt": "P", "States": {{"P": {{"Type": "Pass", "End": true, "Parameters": {{{}}}}}}}}}"#,
            fill(
                &|n| format!(r#""f{n}.$": "States.Array($.a, $.b[{n}])""#),
                room
            )
        ),
        format!(
            r#"{{"QueryLanguage": "JSONata", "StartAt": "P", "States": {{"P": {{"Type": "Pass", "End": true, "Output": [{}]}}}}}}"#,
            fill(&|n| format!(r#""{{% $states.input.f{n} %}}""#), room)
        ),
        // Very many mistakes, and names that are very long.
        format!("{{{}}}", fill(&|n| format!(r#""f{n}": 1"#), room)),
        format!(
            r#"{{"StartAt": "A", "States": {{"{}": {{{}}}}}}}"#,
            "x".repeat(room / 2),
            fill(&|n| format!(r#""f{n}": 1"#), room / 3)
        ),
        // The same as YAML, and what only YAML has.
        fill(&|n| format!("\nf{n}: [a, b]"), room).replace(',', "\n"),
        format!("StartAt: A\nStates: {{{}", "{".repeat(room / 2)),
        format!("StartAt: {}", "&a ".repeat(room / 4)),
        format!("StartAt: A{}", "\n- ".repeat(room / 4)),
    ];
    for text in texts {
        assert!(text.len() <= DEFINITION_BYTES_MAX + 100_000);
        let began = Instant::now();
        if let Err(rejected) = parse(&text) {
            for told in &rejected.diagnostics {
                assert!(told.path.len() <= DIAGNOSTIC_BYTES_MAX + 3);
                assert!(told.message.len() <= DIAGNOSTIC_BYTES_MAX + 3);
            }
        }
        let took = began.elapsed();
        assert!(took.as_secs() < 20, "{took:?}: {}", &text[..60]);
        eprintln!("{took:?}: {}", &text[..60].replace('\n', " "));
    }
}
