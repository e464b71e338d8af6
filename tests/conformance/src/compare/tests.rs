use serde_json::json;

use super::{Bound, equal};

fn is_equal(expected: &serde_json::Value, found: &serde_json::Value) -> bool {
    equal(expected, found, &mut Bound::new()).is_ok()
}

#[test]
fn numbers_are_numbers_and_the_order_of_keys_is_none() {
    assert!(is_equal(
        &json!({"a": 1, "b": 2.0}),
        &json!({"b": 2, "a": 1.0})
    ));
    assert!(!is_equal(&json!(1), &json!("1")));
    assert!(!is_equal(&json!(0), &json!(false)));
    assert!(!is_equal(&json!({"a": null}), &json!({})));
    assert!(!is_equal(&json!({}), &json!({"a": null})));
    assert!(is_equal(&json!({}), &json!({"RedriveCount": 0})));
    assert!(!is_equal(&json!([1]), &json!([1, 2])));
}

#[test]
fn wild_cards_stand_for_what_they_say() {
    assert!(is_equal(&json!("${any}"), &json!([1])));
    assert!(is_equal(&json!("at ${x} of ${y}."), &json!("at a of b.")));
    assert!(!is_equal(&json!("at ${x} of ${y}."), &json!("at a of b")));
    assert!(!is_equal(&json!("a${x}"), &json!("b")));
    assert!(is_equal(
        &json!({"$json_text": {"a": "${x}"}}),
        &json!("{\"a\": 1}")
    ));
    assert!(!is_equal(&json!({"$json_text": 1}), &json!("{")));
    assert!(is_equal(&json!({"$text": "lost"}), &json!("anything")));
    assert!(is_equal(&json!(["${n:1}", "${n:1}"]), &json!(["a", "a"])));
    assert!(!is_equal(&json!(["${n:1}", "${n:1}"]), &json!(["a", "b"])));
}
