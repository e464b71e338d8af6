use serde_json::json;

use super::form;

#[test]
fn nested_bodies_become_forms() {
    let body = json!({"a": 1, "b": {"c": "x y", "d": [true, null]}, "e&": "é"});
    for (arrays, expect) in [
        (
            None,
            "a=1&b%5Bc%5D=x+y&b%5Bd%5D%5B0%5D=true&b%5Bd%5D%5B1%5D=&e%26=%C3%A9",
        ),
        (
            Some("REPEAT"),
            "a=1&b%5Bc%5D=x+y&b%5Bd%5D=true&b%5Bd%5D=&e%26=%C3%A9",
        ),
        (
            Some("BRACKETS"),
            "a=1&b%5Bc%5D=x+y&b%5Bd%5D%5B%5D=true&b%5Bd%5D%5B%5D=&e%26=%C3%A9",
        ),
        (
            Some("COMMAS"),
            "a=1&b%5Bc%5D=x+y&b%5Bd%5D=true%2Cnull&e%26=%C3%A9",
        ),
    ] {
        assert_eq!(form(&body, arrays).unwrap(), expect, "{arrays:?}");
    }
    assert!(form(&json!([1]), None).is_err());
    assert!(form(&json!({}), Some("OTHER")).is_err());
}
