//! `Task`: both ways to name a function, time-outs, late answers, the limit of data.

use expect_test::expect;
use serde_json::{Value, json};
use steploom_types::Timestamp;

use crate::testkit::{Answer, BEGIN_MS, Driver, execute, no_script, scripted};
use crate::{Action, ActionId, Fact};

fn task(fields: Value) -> Value {
    let mut state = json!({ "Type": "Task", "End": true });
    for (name, value) in fields.as_object().expect("fields") {
        state[name] = value.clone();
    }
    json!({ "StartAt": "T", "States": { "T": state } })
}

#[test]
fn a_function_is_called_with_the_states_input() {
    let definition =
        task(json!({ "Resource": "echo", "Parameters": { "n.$": "$.x" }, "ResultPath": "$.r" }));
    let driver = execute(&definition, json!({ "x": 1 }), no_script);
    expect![[r#"
        1 0 ExecutionStarted input={"x":1}
        2 0 TaskStateEntered name=T input={"x":1}
        3 2 LambdaFunctionScheduled resource=echo input={"n":1}
        4 3 LambdaFunctionStarted
        5 4 LambdaFunctionSucceeded output={"n":1}
        6 5 TaskStateExited name=T output={"x":1,"r":{"n":1}}
        7 6 ExecutionSucceeded output={"x":1,"r":{"n":1}}
    "#]]
    .assert_eq(&driver.history());
}

#[test]
fn lambda_invoke_wraps_the_answer_as_aws_does() {
    let definition = task(json!({
        "Resource": "arn:aws:states:::lambda:invoke",
        "Parameters": { "FunctionName": "f", "Payload.$": "$" },
        "ResultSelector": { "v.$": "$.ExecutedVersion", "p.$": "$.Payload", "s.$": "$.StatusCode", "date.$": "$.SdkHttpMetadata.HttpHeaders.Date" },
        "TimeoutSeconds": 9,
    }));
    let driver = execute(&definition, json!({ "x": 1 }), |_, invoke| {
        assert_eq!(
            invoke.deadline,
            Some(Timestamp::from_millis(BEGIN_MS + 9000))
        );
        Answer::After(1500, Box::new(Answer::Ok(json!("done"))))
    });
    expect![[
        r#"SUCCEEDED {"v":"$LATEST","p":"done","s":200,"date":"Thu, 01 Jan 2026 00:00:01 GMT"}"#
    ]]
    .assert_eq(&driver.outcome());
    expect![[r#"3 2 TaskScheduled resourceType=lambda resource=invoke region=us-east-1 parameters={"FunctionName":"f","Payload":{"x":1}} timeoutInSeconds=94 3 TaskStarted resourceType=lambda resource=invoke"#]].assert_eq(&driver.history().lines().skip(2).take(2).collect::<String>());
    let kinds: Vec<_> = driver.events.iter().map(|event| event.kind).collect();
    assert_eq!(
        kinds[2..5],
        ["TaskScheduled", "TaskStarted", "TaskSucceeded"]
    );
}

#[test]
fn lambda_invoke_names_the_version_that_ran_where_one_was_asked_for() {
    for (parameters, version) in [
        (json!({ "FunctionName": "f" }), "$LATEST"),
        (json!({ "FunctionName": "f:$LATEST" }), "$LATEST"),
        (json!({ "FunctionName": "f:live" }), "3"),
        (json!({ "FunctionName": "f", "Qualifier": "3" }), "3"),
    ] {
        let definition = task(json!({
            "Resource": "arn:aws:states:::lambda:invoke",
            "Parameters": parameters,
            "OutputPath": "$.ExecutedVersion",
        }));
        let driver = execute(&definition, json!({}), |_, _| Answer::Ok(json!(1)));
        assert_eq!(driver.outcome(), format!("SUCCEEDED \"{version}\""));
    }
}

#[test]
fn lambda_invoke_of_an_event_is_accepted_and_no_more() {
    let definition = task(json!({
        "Resource": "arn:aws:states:::lambda:invoke",
        "Parameters": { "FunctionName": "f", "InvocationType": "Event", "Payload.$": "$" },
        "ResultSelector": { "s.$": "$.StatusCode", "h.$": "$.SdkHttpMetadata.HttpStatusCode" },
    }));
    let accepted = execute(&definition, json!({}), |_, _| Answer::Accepted);
    assert_eq!(accepted.outcome(), r#"SUCCEEDED {"s":202,"h":202}"#);
    // As facts tell it that were written when every call waited.
    let ran = execute(&definition, json!({}), |_, _| Answer::Ok(json!(null)));
    assert_eq!(ran.outcome(), r#"SUCCEEDED {"s":200,"h":200}"#);
}

#[test]
fn a_failure_nobody_catches_fails_the_execution() {
    let definition =
        task(json!({ "Resource": "arn:aws:lambda:us-east-1:000000000000:function:f" }));
    let driver = execute(&definition, json!({}), |_, _| Answer::Err("Oops", "{}"));
    expect![[r#"
        1 0 ExecutionStarted input={}
        2 0 TaskStateEntered name=T input={}
        3 2 LambdaFunctionScheduled resource=arn:aws:lambda:us-east-1:000000000000:function:f input={}
        4 3 LambdaFunctionStarted
        5 4 LambdaFunctionFailed error=Oops cause={}
        6 5 ExecutionFailed error=Oops cause={}
    "#]].assert_eq(&driver.history());
}

#[test]
fn a_task_that_takes_too_long_is_cancelled_and_times_out() {
    let definition = task(json!({ "Resource": "f", "TimeoutSecondsPath": "$.t" }));
    let driver = execute(&definition, json!({ "t": 5 }), |_, _| {
        Answer::After(60_000, Box::new(Answer::Ok(json!(1))))
    });
    assert_eq!(driver.outcome(), "FAILED States.Timeout: -");
    assert_eq!(
        driver.actions[1],
        [Action::Cancel {
            action: ActionId(1)
        }]
    );
    expect![[r#"
        1 0 ExecutionStarted input={"t":5}
        2 0 TaskStateEntered name=T input={"t":5}
        3 2 LambdaFunctionScheduled resource=f input={"t":5} timeoutInSeconds=5
        4 3 LambdaFunctionStarted
        5 4 LambdaFunctionTimedOut error=States.Timeout
        6 5 ExecutionFailed error=States.Timeout
    "#]]
    .assert_eq(&driver.history());
}

#[test]
fn a_timer_that_is_no_longer_needed_is_cancelled() {
    let definition = task(json!({ "Resource": "echo", "TimeoutSeconds": 5 }));
    let driver = execute(&definition, json!({}), no_script);
    assert_eq!(
        driver.actions[1],
        [Action::Cancel {
            action: ActionId(2)
        }]
    );
    assert_eq!(driver.elapsed_ms(), 0);
}

#[test]
fn a_path_to_the_time_out_that_leads_nowhere_is_said_as_aws_says_it() {
    let definition = task(json!({ "Resource": "f", "TimeoutSecondsPath": "$.no" }));
    assert_eq!(
        execute(&definition, json!({}), no_script).outcome(),
        "FAILED States.Runtime: An error occurred while executing the state 'T' (entered at the event id #2). Invalid path '$.no' : No results for path: $['no']"
    );
}

#[test]
fn an_answer_that_comes_too_late_changes_nothing() {
    let definition = json!({ "StartAt": "T", "States": {
        "T": { "Type": "Task", "Resource": "f", "TimeoutSeconds": 5, "End": true,
               "Catch": [{ "ErrorEquals": ["States.Timeout"], "Next": "W" }] },
        "W": { "Type": "Wait", "Seconds": 100, "End": true },
    }});
    let mut answers = scripted(|_, _| Answer::After(60_000, Box::new(Answer::Ok(json!(1)))));
    let mut driver = Driver::new(&definition);
    driver.answers_late = true;
    driver.start(json!({}), &mut answers);
    driver.step(&mut answers);
    let told = driver.events.len();
    driver.step(&mut answers);
    assert!(matches!(
        driver.facts.last(),
        Some(Fact::TaskSucceeded { .. })
    ));
    assert_eq!(driver.events.len(), told, "no events");
    assert_eq!(driver.actions.last(), Some(&Vec::new()), "no actions");
    driver.run_to_end(&mut answers);
    assert_eq!(
        driver.outcome(),
        r#"SUCCEEDED {"Error":"States.Timeout","Cause":""}"#
    );
    driver.ensure_replays();
}

#[test]
fn the_first_answer_of_an_attempt_wins() {
    let definition = task(json!({ "Resource": "f" }));
    let mut answers = scripted(|_, _| Answer::Ok(json!("first")));
    let mut driver = Driver::new(&definition);
    driver.start(json!({}), &mut answers);
    let second = Fact::TaskSucceeded {
        at: driver.now.plus_millis(1),
        action: ActionId(1),
        output: json!("second").into(),
        version: None,
    };
    driver.schedule(driver.now.plus_millis(1), second);
    driver.run_to_end(&mut answers);
    assert_eq!(driver.outcome(), r#"SUCCEEDED "first""#);
    driver.ensure_history_is_sound();
}

#[test]
fn a_result_over_the_limit_fails_the_task_and_can_be_caught() {
    let definition = json!({ "StartAt": "T", "States": {
        "T": { "Type": "Task", "Resource": "big", "End": true,
               "Catch": [{ "ErrorEquals": ["States.DataLimitExceeded"], "ResultPath": "$.e", "Next": "C" }] },
        "C": { "Type": "Pass", "End": true },
    }});
    let driver = execute(&definition, json!({}), |_, _| {
        Answer::Ok("a".repeat(256 * 1024).into())
    });
    expect![[r#"
        1 0 ExecutionStarted input={}
        2 0 TaskStateEntered name=T input={}
        3 2 LambdaFunctionScheduled resource=big input={}
        4 3 LambdaFunctionStarted
        5 4 LambdaFunctionFailed error=States.DataLimitExceeded cause=The state/task 'big' returned a result with a size exceeding the maximum number of bytes service limit.
        6 5 TaskStateExited name=T output={"e":{"Error":"States.DataLimitExceeded","Cause":"The state/task 'big' returned a result with a size exceeding the maximum number of bytes service limit."}}
        7 6 PassStateEntered name=C input={"e":{"Error":"States.DataLimitExceeded","Cause":"The state/task 'big' returned a result with a size exceeding the maximum number of bytes service limit."}}
        8 7 PassStateExited name=C output={"e":{"Error":"States.DataLimitExceeded","Cause":"The state/task 'big' returned a result with a size exceeding the maximum number of bytes service limit."}}
        9 8 ExecutionSucceeded output={"e":{"Error":"States.DataLimitExceeded","Cause":"The state/task 'big' returned a result with a size exceeding the maximum number of bytes service limit."}}
    "#]].assert_eq(&driver.history());
}

#[test]
fn a_pass_over_the_limit_fails_the_execution() {
    let definition = json!({ "StartAt": "P", "States": { "P": { "Type": "Pass", "Parameters": {
        "a.$": "$", "b.$": "$", "c.$": "$"
    }, "End": true }}});
    let driver = execute(&definition, "a".repeat(100_000).into(), no_script);
    assert_eq!(
        driver.outcome(),
        "FAILED States.DataLimitExceeded: The state/task 'P' returned a result with a size exceeding the maximum number of bytes service limit."
    );
}

#[test]
fn data_that_no_field_touches_is_shared() {
    let definition = json!({ "StartAt": "A", "States": {
        "A": { "Type": "Pass", "Next": "T" },
        "T": { "Type": "Task", "Resource": "f", "Next": "B" },
        "B": { "Type": "Pass", "End": true },
    }});
    let mut answers = scripted(|_, _| Answer::Never);
    let mut driver = Driver::new(&definition);
    driver.start(json!({ "x": 1 }), &mut answers);
    let [Action::Invoke(invoke)] = driver.actions[0].as_slice() else {
        panic!("one attempt")
    };
    let input = &driver.run.started().expect("started").input;
    assert!(invoke.input.same(input));
}
