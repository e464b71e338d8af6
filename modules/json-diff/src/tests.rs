use serde_json::{Value, json};

use super::handler;

/// What the function answers: a result, or the name of an error.
fn answer(event: &Value) -> Result<Value, String> {
    answer_text(&event.to_string())
}

fn answer_text(event: &str) -> Result<Value, String> {
    let answer = steploom_function::answer(event.as_bytes(), handler);
    let json: Value = serde_json::from_slice(&answer.json).expect("answers are JSON");
    if answer.failed {
        Err(json["errorType"].as_str().unwrap_or_default().to_owned())
    } else {
        Ok(json)
    }
}

#[test]
fn a_difference_leads_from_one_to_the_other() {
    for (from, to) in [
        (json!({"a": 1}), json!({"a": 2, "b": [1, {"Å/~": "🚀"}]})),
        (json!([1, 2, 3]), json!([2, 3])),
        (json!([{"a": 1}, 2]), json!([2, {"a": 1}, []])),
        (json!({"a": {"b": null}}), json!({"a": {}})),
        (json!(null), json!("")),
        (json!({"": 1}), json!({"": {"": 2}})),
    ] {
        let found = answer(&json!({"from": from, "to": to})).expect("a patch");
        assert_eq!(found["equal"], false, "{from} {to}");
        let event = json!({"from": from, "patch": found["patch"]});
        assert_eq!(answer(&event), Ok(json!({"result": to})), "{from} {to}");
        let same = answer(&json!({"from": to, "to": to}));
        assert_eq!(same, Ok(json!({"equal": true, "patch": []})));
    }
}

#[test]
fn a_patch_is_applied_in_order() {
    let patch = json!([
        {"op": "test", "path": "/a", "value": 1},
        {"op": "add", "path": "/l/-", "value": 2},
        {"op": "move", "from": "/a", "path": "/b"},
        {"op": "copy", "from": "/l", "path": "/m"},
        {"op": "replace", "path": "/l/0", "value": null},
        {"op": "remove", "path": "/l/1"},
    ]);
    let event = json!({"from": {"a": 1, "l": [1]}, "patch": patch});
    let result = json!({"l": [null], "b": 1, "m": [1, 2]});
    assert_eq!(answer(&event), Ok(json!({"result": result})));
}

#[test]
fn a_merge_takes_away_what_is_null() {
    let event = json!({"from": {"a": 1, "b": {"c": 2}}, "merge": {"a": null, "b": {"d": 3}}});
    let expect = json!({"result": {"b": {"c": 2, "d": 3}}});
    assert_eq!(answer(&event), Ok(expect));
    assert_eq!(
        answer(&json!({"from": {}, "merge": null})),
        Ok(json!({"result": null}))
    );
}

#[test]
fn numbers_keep_their_digits() {
    let event = r#"{"from": [123456789012345678901234567890], "patch": [{"op": "add", "path": "/-", "value": 0.10}]}"#;
    let result = answer_text(event).expect("a result").to_string();
    assert_eq!(
        result,
        r#"{"result":[123456789012345678901234567890,0.10]}"#
    );
}

#[test]
fn what_cannot_be_done_has_a_name() {
    let one = |operation: Value| json!({"from": {"a": {}}, "patch": [operation]});
    let copies: Vec<_> = (0..100)
        .map(|index| json!({"op": "copy", "from": "", "path": format!("/{index}")}))
        .collect();
    let deep: Vec<_> = (1..20)
        .map(|levels| json!({"op": "copy", "from": "/a", "path": "/a".repeat(levels + 1)}))
        .collect();
    let small: Vec<_> = (0..40)
        .map(|index| json!({"op": "copy", "from": "", "path": format!("/{index}")}))
        .collect();
    let remove = json!({"op": "remove", "path": "/0"});
    for (event, error) in [
        (json!({}), "InvalidEvent"),
        (json!({"from": 1}), "InvalidEvent"),
        (json!({"from": 1, "to": 1, "merge": 1}), "InvalidEvent"),
        (json!({"from": 1, "too": 1}), "InvalidEvent"),
        (json!({"from": 1, "patch": 1}), "InvalidPatch"),
        (one(json!({"op": "ad", "path": "/a"})), "InvalidPatch"),
        (one(json!({"op": "remove", "path": "a"})), "InvalidPatch"),
        (
            one(json!({"op": "move", "from": "/a", "path": "/a/b"})),
            "InvalidPatch",
        ),
        (one(json!({"op": "remove", "path": "/b"})), "PathNotFound"),
        (
            one(json!({"op": "copy", "from": "/b", "path": "/c"})),
            "PathNotFound",
        ),
        (
            one(json!({"op": "test", "path": "/a", "value": 1})),
            "TestFailed",
        ),
        (
            json!({"from": [], "patch": vec![remove; 10_001]}),
            "InvalidPatch",
        ),
        (
            json!({"from": "x".repeat(300_000), "merge": {"a": "x".repeat(300_000)}}),
            "ResultTooLarge",
        ),
        (
            json!({"from": {"a": "x".repeat(100)}, "patch": copies}),
            "DocumentTooLarge",
        ),
        (json!({"from": {}, "patch": small}), "DocumentTooLarge"),
        (
            json!({"from": {"a": {"a": {}}}, "patch": deep}),
            "DocumentTooLarge",
        ),
    ] {
        assert_eq!(answer(&event), Err(error.to_owned()), "{event:.80}");
    }
}
