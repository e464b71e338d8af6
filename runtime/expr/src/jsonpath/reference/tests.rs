use serde_json::{Value, json};

use super::ReferencePath;

fn check(path: &str, into: Value, expected: Value) {
    let path = ReferencePath::parse(path).unwrap();
    assert_eq!(
        path.put(into, json!("new")),
        Ok(expected),
        "{}",
        path.text()
    );
}

#[test]
fn a_result_goes_where_the_path_says() {
    check("$", json!({"a": 1}), json!("new"));
    check("$.a", json!({"a": 1, "b": 2}), json!({"a": "new", "b": 2}));
    check("$.c", json!({"a": 1}), json!({"a": 1, "c": "new"}));
    check("$.c.d['e']", json!({}), json!({"c": {"d": {"e": "new"}}}));
    check(
        "$.a[1].b",
        json!({"a": [0, {"c": 1}]}),
        json!({"a": [0, {"c": 1, "b": "new"}]}),
    );
    check("$[0]", json!([1, 2]), json!(["new", 2]));
}

#[test]
fn what_is_in_the_way_fails_the_state() {
    for (path, into) in [
        ("$.a", json!("text")),
        ("$.a", json!([1])),
        ("$.a.b", json!({"a": 1})),
        ("$.a[0]", json!({})),
        ("$.a[2]", json!({"a": [1, 2]})),
        ("$.x.y[0]", json!({})),
    ] {
        let error = ReferencePath::parse(path)
            .unwrap()
            .put(into.clone(), json!(1))
            .unwrap_err();
        assert_eq!(error.error_name(), "States.ResultPathMatchFailure");
        assert_eq!(
            error.to_string(),
            format!("Unable to apply ReferencePath {path} to input {into}")
        );
    }
}

#[test]
fn only_one_place_can_be_named() {
    for text in [
        "$$.a", "$name.a", "$.a[*]", "$..a", "$.a[-1]", "$.a[1:2]", "a", "",
    ] {
        assert!(ReferencePath::parse(text).is_err(), "{text}");
    }
}
