use serde_json::{Value, json};

use super::handler;

/// What the function answers: a result, or the name of an error.
fn answer(event: &Value) -> Result<Value, String> {
    let event = event.to_string();
    let answer = steploom_function::answer(event.as_bytes(), handler);
    let json: Value = serde_json::from_slice(&answer.json).expect("answers are JSON");
    if answer.failed {
        Err(json["errorType"].as_str().unwrap_or_default().to_owned())
    } else {
        Ok(json)
    }
}

fn is_valid(schema: &Value, value: &Value) -> bool {
    let verdict = answer(&json!({"schema": schema, "value": value})).expect("a verdict");
    verdict["valid"].as_bool().expect("a boolean")
}

#[test]
fn what_fits_is_valid() {
    let schema =
        json!({"type": "object", "properties": {"n": {"type": "integer"}}, "required": ["n"]});
    let event = json!({"schema": schema, "value": {"n": 1}});
    assert_eq!(
        answer(&event),
        Ok(json!({"valid": true, "errors": [], "more": false}))
    );
    assert!(is_valid(&json!(true), &json!(null)));
    assert!(!is_valid(&json!(false), &json!(null)));
    assert!(is_valid(&json!({"maxLength": 1}), &json!("🚀")));
    assert!(is_valid(&json!({"type": "integer"}), &json!(1.0)));
}

#[test]
fn every_place_that_is_wrong_is_told() {
    let schema = json!({"properties": {"a/b": {"type": "string"}, "l": {"items": {"minimum": 2}}}});
    let event = json!({"schema": schema, "value": {"a/b": 1, "l": [2, 1]}});
    let verdict = answer(&event).expect("a verdict");
    let paths: Vec<_> = verdict["errors"]
        .as_array()
        .into_iter()
        .flatten()
        .map(|one| &one["path"])
        .collect();
    assert_eq!(paths, [&json!("/a~1b"), &json!("/l/1")]);
    assert_eq!(verdict["errors"][1]["rule"], "/properties/l/items/minimum");
}

#[test]
fn errors_are_bounded() {
    let value = vec!["x".repeat(10_000); 50];
    let event = json!({"schema": {"items": {"type": "null"}}, "value": value, "errors_max": 10});
    let verdict = answer(&event).expect("a verdict");
    assert_eq!(verdict["errors"].as_array().map(Vec::len), Some(10));
    assert_eq!(verdict["more"], true);
    assert!(verdict.to_string().len() < 10_000);
}

#[test]
fn formats_are_checked_where_that_is_asked_for() {
    let event = |formats: Option<bool>| json!({"schema": {"format": "date"}, "value": "2026-02-30", "formats": formats});
    for (formats, valid) in [(None, true), (Some(false), true), (Some(true), false)] {
        assert_eq!(
            answer(&event(formats)).expect("a verdict")["valid"],
            valid,
            "{formats:?}"
        );
    }
}

#[test]
fn other_schemas_come_with_the_event() {
    let schemas = json!({"https://example.com/n": {"type": "integer"}});
    let schema = json!({"items": {"$ref": "https://example.com/n"}});
    let event = json!({"schema": schema, "value": [1, "a"], "schemas": schemas});
    assert_eq!(
        answer(&event).expect("a verdict")["errors"][0]["path"],
        "/1"
    );
    assert_eq!(
        answer(&json!({"schema": schema, "value": []})),
        Err("InvalidSchema".to_owned())
    );
}

#[test]
fn what_cannot_be_done_has_a_name() {
    for (event, error) in [
        (json!({}), "InvalidEvent"),
        (json!({"schema": {}}), "InvalidEvent"),
        (
            json!({"schema": {}, "value": 1, "errors_max": 0}),
            "InvalidEvent",
        ),
        (
            json!({"schema": {}, "value": 1, "errors_max": 201}),
            "InvalidEvent",
        ),
        (json!({"schema": 1, "value": 1}), "InvalidSchema"),
        (
            json!({"schema": {"type": "whole"}, "value": 1}),
            "InvalidSchema",
        ),
        (
            json!({"schema": {"pattern": "("}, "value": 1}),
            "InvalidSchema",
        ),
        (
            json!({"schema": {"$ref": "#/nothing"}, "value": 1}),
            "InvalidSchema",
        ),
        (
            json!({"schema": {"$ref": "file:///etc/passwd"}, "value": 1}),
            "InvalidSchema",
        ),
        (
            json!({"schema": {"$schema": "https://example.com/own"}, "value": 1}),
            "InvalidSchema",
        ),
    ] {
        assert_eq!(answer(&event), Err(error.to_owned()), "{event}");
    }
}

#[test]
fn odd_schemas_end() {
    let deep = (0..60).fold(json!(1), |inner, _| json!([inner]));
    for (schema, value) in [
        (json!({"$ref": "#"}), json!(1)),
        (json!({"items": {"$ref": "#"}}), deep),
        (
            json!({"allOf": [{"$ref": "#/$defs/a"}], "$defs": {"a": {"$ref": "#/$defs/b"}, "b": {"$ref": "#/$defs/a"}}}),
            json!(1),
        ),
        (json!({"pattern": "^(a+)+$"}), json!("a".repeat(40) + "!")),
        (
            json!({"pattern": "^(?=(a+))\\1+$"}),
            json!("a".repeat(40) + "!"),
        ),
        (json!({"multipleOf": 1e-300}), json!(1e300)),
        (json!({"maxLength": -1}), json!(1)),
    ] {
        let _ = answer(&json!({"schema": schema, "value": value}));
    }
}
