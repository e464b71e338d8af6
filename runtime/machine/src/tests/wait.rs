//! `Wait`: its four forms, and times that make no sense.

use serde_json::{Value, json};
use steploom_types::Timestamp;

use crate::testkit::{BEGIN_MS, Driver, execute, no_script, scripted};

fn wait(fields: Value) -> Value {
    let mut state = fields;
    state["Type"] = "Wait".into();
    state["End"] = true.into();
    json!({ "StartAt": "W", "States": { "W": state } })
}

#[track_caller]
fn check(fields: Value, input: Value, ms: u64, outcome: &str) {
    let driver = execute(&wait(fields), input, no_script);
    let outcome = outcome.replace(
        "FAILED ",
        "FAILED States.Runtime: An error occurred while executing the state 'W' (entered at the event id #2). ",
    );
    assert_eq!(driver.outcome(), outcome);
    assert_eq!(driver.elapsed_ms(), ms);
}

#[test]
fn it_waits_as_long_as_it_should() {
    check(json!({ "Seconds": 5 }), json!({}), 5000, "SUCCEEDED {}");
    check(
        json!({ "SecondsPath": "$.s" }),
        json!({ "s": 7 }),
        7000,
        r#"SUCCEEDED {"s":7}"#,
    );
    check(
        json!({ "Timestamp": "2026-01-01T00:01:00Z" }),
        json!({}),
        60000,
        "SUCCEEDED {}",
    );
    check(
        json!({ "TimestampPath": "$.t", "OutputPath": "$.t" }),
        json!({ "t": "2026-01-01T00:00:01.5Z" }),
        1500,
        r#"SUCCEEDED "2026-01-01T00:00:01.5Z""#,
    );
}

#[test]
fn what_is_over_takes_no_timer() {
    check(
        json!({ "SecondsPath": "$.s" }),
        json!({ "s": 0 }),
        0,
        r#"SUCCEEDED {"s":0}"#,
    );
    let definition = wait(json!({ "Timestamp": "2016-03-14T01:59:00Z" }));
    let driver = execute(&definition, json!({}), no_script);
    assert_eq!(driver.facts.len(), 1);
}

#[test]
fn times_that_make_no_sense_fail_the_state() {
    check(
        json!({ "SecondsPath": "$.s" }),
        json!({ "s": -1 }),
        0,
        "FAILED The SecondsPath parameter references a negative value: $.s == -1",
    );
    check(
        json!({ "SecondsPath": "$.s" }),
        json!({ "s": 1.5 }),
        0,
        "FAILED The SecondsPath parameter cannot be parsed as a long value: $.s == 1.5",
    );
    check(
        json!({ "TimestampPath": "$.t" }),
        json!({ "t": "2026-01-01 00:00:00Z" }),
        0,
        "FAILED The TimestampPath parameter does not reference a valid ISO-8601 extended offset date-time format string: $.t == 2026-01-01 00:00:00Z",
    );
    check(
        json!({ "TimestampPath": "$.t" }),
        json!({ "t": "2099-01-01T00:00:00Z" }),
        0,
        "FAILED Wait state delay is too long.",
    );
}

#[test]
fn a_run_that_waits_for_timers_alone_says_until_when() {
    let definition = json!({ "StartAt": "P", "States": { "P": { "Type": "Parallel", "End": true, "Branches": [
        { "StartAt": "W", "States": { "W": { "Type": "Wait", "Seconds": 30, "End": true } } },
        { "StartAt": "V", "States": {
            "V": { "Type": "Wait", "Seconds": 20, "Next": "T" },
            "T": { "Type": "Task", "Resource": "echo", "End": true },
        }},
    ]}}});
    let mut answers = scripted(no_script);
    let mut driver = Driver::new(&definition);
    assert_eq!(driver.run.sleeps(), None);
    driver.start(json!({}), &mut answers);
    assert_eq!(
        driver.run.sleeps(),
        Some(Timestamp::from_millis(BEGIN_MS + 20_000))
    );
    driver.step(&mut answers);
    assert_eq!(driver.run.sleeps(), None, "a task is awaited");
    driver.step(&mut answers);
    assert_eq!(
        driver.run.sleeps(),
        Some(Timestamp::from_millis(BEGIN_MS + 30_000))
    );
    driver.step(&mut answers);
    assert_eq!(driver.run.sleeps(), None, "it has ended");
    assert_eq!(driver.outcome(), "SUCCEEDED [{},{}]");
}
