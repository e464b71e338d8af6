use serde_json::{Value, json};

use super::answer;

#[track_caller]
fn check(behaviour: &Value, event: Value, expect: &Value) {
    assert_eq!(answer(behaviour, event).as_ref(), Ok(expect));
}

#[test]
fn a_behaviour_says_what_is_answered() {
    let event = json!({"b": [1, 2.5], "a": null});
    check(&json!({"behaviour": "echo"}), event.clone(), &event);
    let constant = json!({"behaviour": "constant", "value": {"a": 1}});
    check(&constant, event.clone(), &json!({"a": 1}));
    check(
        &json!({"behaviour": "constant"}),
        event.clone(),
        &json!(null),
    );
    let repeat = json!({"behaviour": "repeat", "text": "ab", "times": 3});
    check(&repeat, event.clone(), &json!("ababab"));
    let sleep = json!({"behaviour": "sleep", "seconds": 0.001, "then": {"behaviour": "echo"}});
    check(&sleep, event.clone(), &event);
}

#[test]
fn an_event_is_shown_as_python_shows_it() {
    let behaviour = json!({"behaviour": "prefix_repr", "prefix": "got-"});
    let rows = [
        (json!("plain 'text'"), "got-plain 'text'"),
        (
            json!(["it's", "a\nb", "'\""]),
            r#"got-["it's", 'a\nb', '\'"']"#,
        ),
        (
            json!({"b": [1, 2.5, true, false], "a": null}),
            "got-{'b': [1, 2.5, True, False], 'a': None}",
        ),
        (json!({}), "got-{}"),
    ];
    for (event, expect) in rows {
        check(&behaviour, event, &json!(expect));
    }
}

#[test]
fn a_failure_has_the_fields_of_lambda() {
    let fail = json!({"behaviour": "fail", "errorType": "Oops", "errorMessage": "why"});
    let failure = answer(&fail, json!({})).expect_err("it fails");
    assert_eq!(failure["errorType"], "Oops");
    assert_eq!(failure["errorMessage"], "why");
    assert!(failure["requestId"].is_string() && failure["stackTrace"].is_array());
}

#[test]
fn nonsense_is_a_failure() {
    for behaviour in [json!({"behaviour": "dance"}), json!({}), json!(7)] {
        let failure = answer(&behaviour, json!({})).expect_err("it fails");
        assert_eq!(failure["errorType"], "BadBehaviour", "{behaviour}");
    }
}
