//! `Choice`: every operator, and what does not fit.

use serde_json::{Value, json};

use crate::testkit::{execute, no_script};

/// Whether `rule` holds for `input`; with a default, so that false shows.
fn holds(rule: Value, input: Value) -> String {
    let mut rule = rule;
    rule["Next"] = "Yes".into();
    let definition = json!({ "StartAt": "C", "States": {
        "C": { "Type": "Choice", "Choices": [rule], "Default": "No" },
        "Yes": { "Type": "Pass", "Result": true, "End": true },
        "No": { "Type": "Pass", "Result": false, "End": true },
    }});
    let driver = execute(&definition, input, no_script);
    driver.outcome().replace("SUCCEEDED ", "")
}

#[track_caller]
fn check(operator: &str, operand: Value, value: Value, expected: bool) {
    let mut rule = json!({ "Variable": "$.v" });
    rule[operator] = operand.clone();
    let input = json!({ "v": value, "other": operand });
    assert_eq!(
        holds(rule, input.clone()),
        expected.to_string(),
        "{operator} {input}"
    );
    if operator.starts_with("Is") || operator == "StringMatches" {
        return;
    }
    let mut by_path = json!({ "Variable": "$.v" });
    by_path[format!("{operator}Path")] = "$.other".into();
    assert_eq!(
        holds(by_path, input.clone()),
        expected.to_string(),
        "{operator}Path {input}"
    );
}

#[test]
fn operators_compare_values_of_their_type() {
    check("BooleanEquals", json!(true), json!(true), true);
    check("BooleanEquals", json!(false), json!(true), false);
    check("NumericEquals", json!(0), json!(0.0), true);
    check("NumericEquals", json!(1), json!(1.5), false);
    check("NumericLessThan", json!(2), json!(1), true);
    check("NumericLessThanEquals", json!(2), json!(2), true);
    check("NumericGreaterThan", json!(2), json!(2), false);
    check("NumericGreaterThanEquals", json!(2), json!(2), true);
    check("StringEquals", json!("a"), json!("a"), true);
    check("StringLessThan", json!("b"), json!("a"), true);
    check("StringLessThanEquals", json!("b"), json!("c"), false);
    check("StringGreaterThan", json!("B"), json!("a"), true);
    check("StringGreaterThanEquals", json!("a"), json!("a"), true);
    let (early, late) = (
        json!("2026-01-01T00:00:00Z"),
        json!("2026-01-01T01:00:00.5Z"),
    );
    check(
        "TimestampEquals",
        early.clone(),
        json!("2026-01-01T01:00:00+01:00"),
        true,
    );
    check("TimestampLessThan", late.clone(), early.clone(), true);
    check(
        "TimestampLessThanEquals",
        early.clone(),
        late.clone(),
        false,
    );
    check("TimestampGreaterThan", early.clone(), late.clone(), true);
    check("TimestampGreaterThanEquals", early, late, true);
}

#[test]
fn a_value_of_another_type_is_false_and_no_error() {
    for value in [json!(null), json!([]), json!({}), json!("x"), json!("1")] {
        check("NumericEquals", json!(1), value.clone(), false);
        check("BooleanEquals", json!(true), value, false);
    }
    check("StringEquals", json!("1"), json!(1), false);
    check(
        "TimestampEquals",
        json!("2026-01-01T00:00:00Z"),
        json!("2026-01-01T00:00:00"),
        false,
    );
}

#[test]
fn is_operators_ask_for_the_type_or_its_absence() {
    check("IsNull", json!(true), json!(null), true);
    check("IsNull", json!(false), json!(null), false);
    check("IsBoolean", json!(true), json!(false), true);
    check("IsNumeric", json!(true), json!(1.5), true);
    check("IsString", json!(false), json!(1), true);
    check(
        "IsTimestamp",
        json!(true),
        json!("2026-01-01T00:00:00Z"),
        true,
    );
    check("IsTimestamp", json!(true), json!("2026-01-01"), false);
    check("IsPresent", json!(true), json!(null), true);
    assert_eq!(
        holds(json!({ "Variable": "$.no", "IsPresent": true }), json!({})),
        "false"
    );
    assert_eq!(
        holds(json!({ "Variable": "$.no", "IsPresent": false }), json!({})),
        "true"
    );
}

#[test]
fn stars_match_any_text() {
    let table = [
        ("log-*.txt", "log-1.txt", true),
        ("log-*.txt", "log-.txt", true),
        ("log-*.txt", "log-1.csv", false),
        ("*", "", true),
        ("", "", true),
        ("", "a", false),
        ("*a*b", "xxaxxabb", true),
        ("*a*b", "xxaxxabbc", false),
        (r"\*", "*", true),
        (r"\*", "a", false),
        (r"a\\*", r"a\b", true),
    ];
    for (pattern, text, expected) in table {
        check("StringMatches", json!(pattern), json!(text), expected);
    }
}

#[test]
fn rules_combine_with_and_or_not_in_order() {
    let is = |n: i32| json!({ "Variable": "$.v", "NumericEquals": n });
    let input = || json!({ "v": 1 });
    assert_eq!(holds(json!({ "And": [is(1), is(1)] }), input()), "true");
    assert_eq!(holds(json!({ "And": [is(1), is(2)] }), input()), "false");
    assert_eq!(holds(json!({ "Or": [is(2), is(1)] }), input()), "true");
    assert_eq!(holds(json!({ "Or": [is(2), is(3)] }), input()), "false");
    assert_eq!(holds(json!({ "Not": is(2) }), input()), "true");
    let guarded = json!({ "And": [
        { "Variable": "$.no", "IsPresent": true },
        { "Variable": "$.no", "NumericEquals": 1 },
    ]});
    assert_eq!(holds(guarded, input()), "false");
}

#[test]
fn a_variable_that_is_not_there_fails_the_state() {
    assert_eq!(
        holds(json!({ "Variable": "$.no", "NumericEquals": 1 }), json!({})),
        "FAILED States.Runtime: An error occurred while executing the state 'C' (entered at the event id #2). Invalid path '$.no': The choice state's condition path references an invalid value."
    );
}

#[test]
fn no_rule_that_holds_and_no_default_fails_the_state() {
    let definition = json!({ "StartAt": "C", "States": {
        "C": { "Type": "Choice", "Choices": [{ "Variable": "$.v", "IsNull": true, "Next": "S" }] },
        "S": { "Type": "Succeed" },
    }});
    assert_eq!(
        execute(&definition, json!({ "v": 1 }), no_script).outcome(),
        "FAILED States.Runtime: An error occurred while executing the state 'C' (entered at the event id #2). Failed to transition out of the state. The state does not point to a next state."
    );
}
