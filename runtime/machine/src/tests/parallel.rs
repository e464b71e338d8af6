//! `Parallel`: branches side by side, results in order, one failure for all.

use expect_test::expect;
use serde_json::{Value, json};

use crate::Action;
use crate::testkit::{Answer, execute, no_script};

fn branch(name: &str, state: Value) -> Value {
    let mut state = state;
    if state["Type"] != "Fail" {
        state["End"] = true.into();
    }
    json!({ "StartAt": name, "States": { name: state } })
}

fn parallel(branches: Value, fields: Value) -> Value {
    let mut state = json!({ "Type": "Parallel", "Branches": branches, "End": true });
    for (name, value) in fields.as_object().expect("fields") {
        state[name] = value.clone();
    }
    json!({ "StartAt": "P", "States": { "P": state, "C": { "Type": "Pass", "End": true } } })
}

fn without_c(definition: Value) -> Value {
    let mut definition = definition;
    definition["States"]
        .as_object_mut()
        .expect("states")
        .remove("C");
    definition
}

#[test]
fn results_come_in_the_branches_order() {
    let definition = without_c(parallel(
        json!([
            branch("Slow", json!({ "Type": "Task", "Resource": "slow" })),
            branch("Fast", json!({ "Type": "Task", "Resource": "fast" })),
        ]),
        json!({ "Parameters": { "p.$": "$.x" }, "ResultSelector": { "both.$": "$" }, "ResultPath": "$.r" }),
    ));
    let driver = execute(&definition, json!({ "x": 1 }), |name, invoke| {
        assert_eq!(*invoke.input.value(), json!({ "p": 1 }));
        match name {
            "slow" => Answer::After(100, Box::new(Answer::Ok(json!("slow")))),
            _ => Answer::Ok(json!("fast")),
        }
    });
    expect![[r#"
        1 0 ExecutionStarted input={"x":1}
        2 0 ParallelStateEntered name=P input={"x":1}
        3 2 ParallelStateStarted
        4 3 TaskStateEntered name=Slow input={"p":1}
        5 4 LambdaFunctionScheduled resource=slow input={"p":1}
        6 5 LambdaFunctionStarted
        7 3 TaskStateEntered name=Fast input={"p":1}
        8 7 LambdaFunctionScheduled resource=fast input={"p":1}
        9 8 LambdaFunctionStarted
        10 9 LambdaFunctionSucceeded output="fast"
        11 10 TaskStateExited name=Fast output="fast"
        12 6 LambdaFunctionSucceeded output="slow"
        13 12 TaskStateExited name=Slow output="slow"
        14 13 ParallelStateSucceeded
        15 13 ParallelStateExited name=P output={"x":1,"r":{"both":["slow","fast"]}}
        16 15 ExecutionSucceeded output={"x":1,"r":{"both":["slow","fast"]}}
    "#]]
    .assert_eq(&driver.history());
}

#[test]
fn a_branch_that_fails_gives_up_the_others() {
    let definition = without_c(parallel(
        json!([
            branch("Bad", json!({ "Type": "Task", "Resource": "bad" })),
            branch("Sleeper", json!({ "Type": "Wait", "Seconds": 1000 })),
            branch(
                "Worker",
                json!({ "Type": "Task", "Resource": "never", "TimeoutSeconds": 500 })
            ),
            branch(
                "Inner",
                json!({ "Type": "Parallel", "Branches": [
                    branch("Deep", json!({ "Type": "Task", "Resource": "never" })),
                ]})
            ),
        ]),
        json!({}),
    ));
    let driver = execute(&definition, json!({}), |name, _| match name {
        "bad" => Answer::Err("Oops", "why"),
        _ => Answer::Never,
    });
    expect![[r#"
        1 0 ExecutionStarted input={}
        2 0 ParallelStateEntered name=P input={}
        3 2 ParallelStateStarted
        4 3 TaskStateEntered name=Bad input={}
        5 4 LambdaFunctionScheduled resource=bad input={}
        6 5 LambdaFunctionStarted
        7 3 WaitStateEntered name=Sleeper input={}
        8 3 TaskStateEntered name=Worker input={}
        9 8 LambdaFunctionScheduled resource=never input={} timeoutInSeconds=500
        10 9 LambdaFunctionStarted
        11 3 ParallelStateEntered name=Inner input={}
        12 11 ParallelStateStarted
        13 12 TaskStateEntered name=Deep input={}
        14 13 LambdaFunctionScheduled resource=never input={}
        15 14 LambdaFunctionStarted
        16 6 LambdaFunctionFailed error=Oops cause=why
        17 16 TaskStateAborted
        18 7 WaitStateAborted
        19 10 TaskStateAborted
        20 15 TaskStateAborted
        21 12 ParallelStateAborted
        22 16 ParallelStateFailed
        23 22 ExecutionFailed error=Oops cause=why
    "#]]
    .assert_eq(&driver.history());
    let cancelled = driver.actions[1].iter();
    assert_eq!(
        cancelled
            .filter(|action| matches!(action, Action::Cancel { .. }))
            .count(),
        4
    );
}

#[test]
fn a_failure_is_caught_around_the_branches() {
    let fails = branch("F", json!({ "Type": "Fail", "Error": "E", "Cause": "c" }));
    let definition = parallel(
        json!([fails]),
        json!({ "Catch": [{ "ErrorEquals": ["E"], "Next": "C" }] }),
    );
    let driver = execute(&definition, json!({}), no_script);
    expect![[r#"
        1 0 ExecutionStarted input={}
        2 0 ParallelStateEntered name=P input={}
        3 2 ParallelStateStarted
        4 3 FailStateEntered name=F input={}
        5 4 ParallelStateFailed
        6 5 ParallelStateExited name=P output={"Error":"E","Cause":"c"}
        7 6 PassStateEntered name=C input={"Error":"E","Cause":"c"}
        8 7 PassStateExited name=C output={"Error":"E","Cause":"c"}
        9 8 ExecutionSucceeded output={"Error":"E","Cause":"c"}
    "#]]
    .assert_eq(&driver.history());
}

#[test]
fn a_retry_runs_all_branches_again_and_tells_no_failure_before_the_last() {
    let fails = branch("F", json!({ "Type": "Fail", "Error": "E", "Cause": "c" }));
    let definition = without_c(parallel(
        json!([fails]),
        json!({ "Retry": [{ "ErrorEquals": ["E"], "MaxAttempts": 2 }] }),
    ));
    let driver = execute(&definition, json!({}), no_script);
    assert_eq!(driver.elapsed_ms(), 3000);
    expect![[r#"
        1 0 ExecutionStarted input={}
        2 0 ParallelStateEntered name=P input={}
        3 2 ParallelStateStarted
        4 3 FailStateEntered name=F input={}
        5 4 ParallelStateStarted
        6 5 FailStateEntered name=F input={}
        7 6 ParallelStateStarted
        8 7 FailStateEntered name=F input={}
        9 8 ParallelStateFailed
        10 9 ExecutionFailed error=E cause=c
    "#]]
    .assert_eq(&driver.history());
}

#[test]
fn a_failure_without_a_name_is_caught_by_states_all_alone() {
    let catch = |name: &str| {
        parallel(
            json!([branch("F", json!({ "Type": "Fail" }))]),
            json!({ "Catch": [{ "ErrorEquals": [name], "Next": "C" }] }),
        )
    };
    let outcome = |name| execute(&catch(name), json!({}), no_script).outcome();
    assert_eq!(
        outcome("States.ALL"),
        r#"SUCCEEDED {"Error":"","Cause":""}"#
    );
    assert_eq!(outcome("States.TaskFailed"), "FAILED -: -");
    assert_eq!(outcome("State.ALL"), "FAILED -: -");
}

#[test]
fn a_branch_that_loops_forever_does_not_keep_another_from_failing() {
    let definition = without_c(parallel(
        json!([
            { "StartAt": "L", "States": {
                "L": { "Type": "Choice", "Choices": [{ "Variable": "$.no", "IsPresent": true, "Next": "X" }], "Default": "L" },
                "X": { "Type": "Succeed" },
            }},
            branch("F", json!({ "Type": "Fail", "Error": "E", "Cause": "c" })),
        ]),
        json!({}),
    ));
    assert_eq!(
        execute(&definition, json!({}), no_script).outcome(),
        "FAILED E: c"
    );
}
