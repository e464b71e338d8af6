//! What ends an execution from outside: a request to stop, and the machine's own time-out.

use expect_test::expect;
use serde_json::json;

use crate::testkit::{Answer, Driver, execute, scripted};

#[test]
fn a_stop_cancels_all_that_is_outstanding() {
    let definition = json!({ "StartAt": "P", "TimeoutSeconds": 1000, "States": { "P": { "Type": "Parallel", "End": true, "Branches": [
        { "StartAt": "W", "States": { "W": { "Type": "Wait", "Seconds": 30, "End": true } } },
        { "StartAt": "T", "States": { "T": { "Type": "Task", "Resource": "f", "TimeoutSeconds": 50, "End": true } } },
    ]}}});
    let mut answers = scripted(|_, _| Answer::Never);
    let mut driver = Driver::new(&definition);
    driver.start(json!({}), &mut answers);
    assert_eq!(driver.run.outstanding().len(), 4);
    driver.stop_after(10);
    driver.run_to_end(&mut answers);
    assert_eq!(driver.outcome(), "ABORTED Stopped: by a test");
    assert_eq!(driver.actions[1].len(), 4);
    assert_eq!(driver.run.outstanding(), []);
    expect![[r#"
        1 0 ExecutionStarted input={}
        2 0 ParallelStateEntered name=P input={}
        3 2 ParallelStateStarted
        4 3 WaitStateEntered name=W input={}
        5 3 TaskStateEntered name=T input={}
        6 5 LambdaFunctionScheduled resource=f input={} timeoutInSeconds=50
        7 6 LambdaFunctionStarted
        8 0 ExecutionAborted error=Stopped cause=by a test
    "#]]
    .assert_eq(&driver.history());
    driver.ensure_replays();
}

#[test]
fn a_second_stop_changes_nothing() {
    let definition = json!({ "StartAt": "W", "States": { "W": { "Type": "Wait", "Seconds": 30, "End": true } } });
    let mut answers = scripted(|_, _| Answer::Never);
    let mut driver = Driver::new(&definition);
    driver.start(json!({}), &mut answers);
    driver.stop_after(10);
    driver.stop_after(20);
    driver.run_to_end(&mut answers);
    driver.ensure_history_is_sound();
    assert_eq!(driver.actions[2], []);
}

#[test]
fn a_machine_times_out() {
    let definition = json!({ "StartAt": "T", "TimeoutSeconds": 5, "States": {
        "T": { "Type": "Task", "Resource": "f", "Next": "C", "Catch": [{ "ErrorEquals": ["States.ALL"], "Next": "C" }] },
        "C": { "Type": "Succeed" },
    }});
    let driver = execute(&definition, json!({}), |_, _| Answer::Never);
    assert_eq!(driver.outcome(), "TIMED_OUT");
    assert_eq!(driver.elapsed_ms(), 5000);
    expect![[r#"
        1 0 ExecutionStarted input={}
        2 0 TaskStateEntered name=T input={}
        3 2 LambdaFunctionScheduled resource=f input={}
        4 3 LambdaFunctionStarted
        5 0 ExecutionTimedOut error=States.Timeout
    "#]]
    .assert_eq(&driver.history());
    let in_time = execute(&definition, json!({}), |_, _| Answer::Ok(json!(1)));
    assert_eq!(in_time.outcome(), "SUCCEEDED 1");
    assert_eq!(in_time.run.outstanding(), []);
}
