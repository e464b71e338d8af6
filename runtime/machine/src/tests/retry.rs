//! `Retry` and `Catch`: which rule matches, how long it waits, what it hands on.

use expect_test::expect;
use serde_json::{Value, json};

use crate::testkit::{Answer, Driver, execute};

fn task(retry: Value, catch: Value) -> Value {
    json!({ "StartAt": "T", "States": {
        "T": { "Type": "Task", "Resource": "f", "Retry": retry, "Catch": catch, "End": true },
        "C": { "Type": "Pass", "End": true },
    }})
}

/// Runs a task that always fails with `error`; seconds between its attempts.
fn delays(retry: Value, error: &'static str) -> Vec<f64> {
    let definition = task(retry, json!([]));
    let mut moments = Vec::new();
    let driver = execute(&without_catch(definition), json!({}), |_, _| {
        Answer::Err(error, "c")
    });
    for actions in driver.facts.iter().zip(&driver.actions) {
        if actions
            .1
            .iter()
            .any(|action| matches!(action, crate::Action::Invoke(_)))
        {
            moments.push(actions.0.at().as_millis() as f64 / 1000.0);
        }
    }
    moments.windows(2).map(|pair| pair[1] - pair[0]).collect()
}

fn without_catch(definition: Value) -> Value {
    let mut definition = definition;
    let states = definition["States"].as_object_mut().expect("states");
    states.remove("C");
    definition
}

fn outcome(definition: &Value, input: Value, error: &'static str) -> String {
    execute(definition, input, |_, _| Answer::Err(error, "why")).outcome()
}

#[test]
fn waits_grow_and_are_bounded() {
    let all = |fields: Value| {
        let mut rule = json!({ "ErrorEquals": ["States.ALL"] });
        for (name, value) in fields.as_object().expect("fields") {
            rule[name] = value.clone();
        }
        json!([rule])
    };
    assert_eq!(delays(all(json!({})), "E"), [1.0, 2.0, 4.0]);
    assert_eq!(delays(all(json!({ "MaxAttempts": 0 })), "E"), [0.0; 0]);
    assert_eq!(
        delays(
            all(json!({ "IntervalSeconds": 3, "BackoffRate": 1.5, "MaxAttempts": 4 })),
            "E"
        ),
        [3.0, 4.5, 6.75, 10.125]
    );
    assert_eq!(
        delays(
            all(json!({ "IntervalSeconds": 2, "MaxDelaySeconds": 5, "MaxAttempts": 4 })),
            "E"
        ),
        [2.0, 4.0, 5.0, 5.0]
    );
}

#[test]
fn jitter_stays_within_the_wait_and_is_the_same_at_every_replay() {
    let rule =
        || json!([{ "ErrorEquals": ["States.ALL"], "JitterStrategy": "FULL", "MaxAttempts": 6 }]);
    let first = delays(rule(), "E");
    assert_eq!(first, delays(rule(), "E"));
    let most = [1.0, 2.0, 4.0, 8.0, 16.0, 32.0];
    assert!(
        first
            .iter()
            .zip(most)
            .all(|(delay, most)| (0.0..=most).contains(delay)),
        "{first:?}"
    );
    assert!(
        first
            .iter()
            .zip(most)
            .any(|(delay, most)| *delay < most - 0.1),
        "{first:?}"
    );
}

#[test]
fn the_first_rule_that_matches_counts_for_itself() {
    let retry = json!([
        { "ErrorEquals": ["A"], "IntervalSeconds": 1, "MaxAttempts": 1 },
        { "ErrorEquals": ["States.ALL"], "IntervalSeconds": 10, "MaxAttempts": 2, "BackoffRate": 1 },
    ]);
    let definition = without_catch(task(retry, json!([])));
    let mut errors = vec!["B", "A", "B", "A"].into_iter();
    let driver = execute(&definition, json!({}), |_, _| {
        Answer::Err(errors.next().unwrap_or("X"), "c")
    });
    assert_eq!(driver.outcome(), "FAILED A: c", "A's only retry is used up");
    assert_eq!(driver.elapsed_ms(), 21000);
}

#[test]
fn names_stand_for_what_aws_says() {
    let caught = r#"SUCCEEDED {"Error":"E","Cause":"why"}"#;
    let catch = |names: Value| task(json!([]), json!([{ "ErrorEquals": names, "Next": "C" }]));
    assert_eq!(outcome(&catch(json!(["E"])), json!({}), "E"), caught);
    assert_eq!(outcome(&catch(json!(["X", "E"])), json!({}), "E"), caught);
    assert_eq!(
        outcome(&catch(json!(["States.ALL"])), json!({}), "E"),
        caught
    );
    assert_eq!(
        outcome(&catch(json!(["States.TaskFailed"])), json!({}), "E"),
        caught
    );
    assert_eq!(
        outcome(&catch(json!(["X"])), json!({}), "E"),
        "FAILED E: why"
    );
    assert_eq!(
        outcome(
            &catch(json!(["States.TaskFailed"])),
            json!({}),
            "States.Timeout"
        ),
        "FAILED States.Timeout: why"
    );
    assert_eq!(
        outcome(
            &catch(json!(["States.ALL"])),
            json!({}),
            "Function.OutcomeUnknown"
        ),
        "FAILED Function.OutcomeUnknown: why",
        "only a rule that names it may act on it"
    );
    assert!(
        outcome(
            &catch(json!(["Function.OutcomeUnknown"])),
            json!({}),
            "Function.OutcomeUnknown"
        )
        .starts_with("SUCCEEDED")
    );
}

#[test]
fn a_runtime_error_is_caught_by_nothing() {
    let definition = json!({ "StartAt": "T", "States": {
        "T": { "Type": "Task", "Resource": "echo", "OutputPath": "$.no.such", "Next": "C",
               "Retry": [{ "ErrorEquals": ["States.ALL"] }],
               "Catch": [{ "ErrorEquals": ["States.Runtime"], "Next": "C" }] },
        "C": { "Type": "Pass", "End": true },
    }});
    let driver = execute(&definition, json!({}), |_, _| Answer::Never);
    expect![[r#"
        1 0 ExecutionStarted input={}
        2 0 TaskStateEntered name=T input={}
        3 2 LambdaFunctionScheduled resource=echo input={}
        4 3 LambdaFunctionStarted
        5 4 LambdaFunctionSucceeded output={}
        6 5 ExecutionFailed error=States.Runtime cause=An error occurred while executing the state 'T' (entered at the event id #2). Invalid path '$.no.such' : Missing property in path $['no']
    "#]].assert_eq(&driver.history());
}

#[test]
fn retries_repeat_the_attempt_and_then_the_catch_goes_on() {
    let definition = json!({ "StartAt": "T", "States": {
        "T": { "Type": "Task", "Resource": "f", "Parameters": { "try.$": "$$.State.RetryCount" }, "End": true,
               "Retry": [{ "ErrorEquals": ["E"], "MaxAttempts": 1 }],
               "Catch": [{ "ErrorEquals": ["States.ALL"], "ResultPath": "$.error", "Next": "C" }],
               "OutputPath": "$.nothing.here" },
        "C": { "Type": "Pass", "End": true },
    }});
    let driver = execute(&definition, json!({ "x": 1 }), |_, invoke| {
        assert_eq!(invoke.input.value()["try"], invoke.retry);
        Answer::Err("E", "why")
    });
    expect![[r#"
        1 0 ExecutionStarted input={"x":1}
        2 0 TaskStateEntered name=T input={"x":1}
        3 2 LambdaFunctionScheduled resource=f input={"try":0}
        4 3 LambdaFunctionStarted
        5 4 LambdaFunctionFailed error=E cause=why
        6 5 LambdaFunctionScheduled resource=f input={"try":1}
        7 6 LambdaFunctionStarted
        8 7 LambdaFunctionFailed error=E cause=why
        9 8 TaskStateExited name=T output={"x":1,"error":{"Error":"E","Cause":"why"}}
        10 9 PassStateEntered name=C input={"x":1,"error":{"Error":"E","Cause":"why"}}
        11 10 PassStateExited name=C output={"x":1,"error":{"Error":"E","Cause":"why"}}
        12 11 ExecutionSucceeded output={"x":1,"error":{"Error":"E","Cause":"why"}}
    "#]]
    .assert_eq(&driver.history());
}

#[test]
fn a_retry_that_succeeds_goes_on_as_if_nothing_had_happened() {
    let definition = without_catch(task(
        json!([{ "ErrorEquals": ["States.Timeout"] }]),
        json!([]),
    ));
    let driver = execute(&definition, json!({}), |_, invoke| match invoke.retry {
        0 => Answer::Err("States.Timeout", "slow"),
        _ => Answer::Ok(json!("ok")),
    });
    assert_eq!(driver.outcome(), r#"SUCCEEDED "ok""#);
    let kinds: Vec<_> = driver.events.iter().map(|event| event.kind).collect();
    assert!(kinds.contains(&"LambdaFunctionTimedOut"));
}

#[test]
fn a_result_that_fits_nowhere_can_be_caught() {
    let definition = json!({ "StartAt": "T", "States": {
        "T": { "Type": "Task", "Resource": "echo", "ResultPath": "$.a.b", "End": true,
               "Catch": [{ "ErrorEquals": ["States.ResultPathMatchFailure"], "Next": "C" }] },
        "C": { "Type": "Pass", "OutputPath": "$.Error", "End": true },
    }});
    let driver: Driver = execute(&definition, json!({ "a": 1 }), |_, _| Answer::Never);
    assert_eq!(
        driver.outcome(),
        r#"SUCCEEDED "States.ResultPathMatchFailure""#
    );
}

#[test]
fn a_mistake_in_the_definition_ends_everything_at_once() {
    let definition = json!({ "StartAt": "P", "States": { "P": { "Type": "Parallel", "End": true,
        "Retry": [{ "ErrorEquals": ["States.ALL"] }],
        "Catch": [{ "ErrorEquals": ["States.ALL"], "Next": "Q" }],
        "Branches": [
            { "StartAt": "Slow", "States": { "Slow": { "Type": "Task", "Resource": "slow", "End": true } } },
            { "StartAt": "M", "States": { "M": { "Type": "Map", "End": true, "ItemProcessor": {
                "StartAt": "I", "States": { "I": { "Type": "Pass", "Parameters": { "x.$": "$.no" }, "End": true } } } } } },
        ] },
        "Q": { "Type": "Succeed" },
    }});
    let driver = execute(&definition, json!([1]), |_, _| Answer::Never);
    let kinds: Vec<&str> = driver.events.iter().map(|event| event.kind).collect();
    assert_eq!(
        kinds[kinds.len() - 2..],
        ["PassStateEntered", "ExecutionFailed"],
        "neither the iteration, nor the Map, nor the Parallel tells of it"
    );
    let last = driver.events.last().expect("events");
    assert_eq!(
        last.previous + 1,
        last.id,
        "it follows the state that is wrong"
    );
    assert_eq!(driver.run.outstanding(), [], "nor is anything waited for");
}
