//! No text makes the checker panic.

use proptest::prelude::*;
use serde_json::{Value, json};

use crate::parse;

const FIELDS: &[&str] = &[
    "StartAt",
    "States",
    "Type",
    "Next",
    "End",
    "Choices",
    "Default",
    "Branches",
    "ItemProcessor",
    "Iterator",
    "Resource",
    "Retry",
    "Catch",
    "ErrorEquals",
    "Parameters",
    "ItemSelector",
    "InputPath",
    "OutputPath",
    "ResultPath",
    "Seconds",
    "Timestamp",
    "Variable",
    "StringEquals",
    "And",
    "Not",
    "x.$",
    "TimeoutSeconds",
    "ProcessorConfig",
    "Mode",
    "QueryLanguage",
    "A",
    "a/b",
    "",
];

fn values() -> impl Strategy<Value = Value> {
    let text = prop::sample::select(vec![
        "A",
        "Pass",
        "Task",
        "Choice",
        "Wait",
        "Succeed",
        "Fail",
        "Parallel",
        "Map",
        "$",
        "$.x",
        "$$",
        "$.x[*]",
        "fn",
        "INLINE",
        "States.ALL",
        "States.UUID()",
        "2026-01-01T00:00:00Z",
        "arn:aws:states:::sqs:x",
        "arn:",
        "é",
        "",
    ]);
    let leaf = prop_oneof![
        text.prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        any::<bool>().prop_map(Value::from),
        Just(Value::Null),
    ];
    leaf.prop_recursive(6, 64, 6, |inner| {
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

proptest! {
    #![proptest_config(ProptestConfig { cases: 1000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn of_any_kind(text in any::<String>()) {
        let _ = parse(&text);
    }

    #[test]
    fn of_broken_json(text in r#"[\[\]{}:, "'a-zA-Z0-9é\n.-]{0,40}"#) {
        let _ = parse(&text);
    }

    #[test]
    fn of_the_languages_words(body in values(), of_state in any::<bool>()) {
        let definition = if of_state {
            json!({"StartAt": "A", "States": {"A": body}})
        } else {
            body
        };
        if let Err(rejected) = parse(&definition.to_string()) {
            prop_assert!(!rejected.diagnostics.is_empty());
        }
    }
}
