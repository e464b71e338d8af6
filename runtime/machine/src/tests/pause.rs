//! Pausing: nothing new begins, and what comes meanwhile has its effect afterwards.

use expect_test::expect;
use serde_json::json;
use steploom_types::Timestamp;

use crate::testkit::{Answer, Driver, scripted};
use crate::{Fact, PartialFailure};

fn two_tasks() -> serde_json::Value {
    let task = |next: Option<&str>| {
        let mut task =
            json!({ "Type": "Task", "Resource": "arn:aws:lambda:us-east-1:0:function:f" });
        match next {
            Some(next) => task["Next"] = next.into(),
            None => task["End"] = true.into(),
        }
        task
    };
    json!({ "StartAt": "a", "States": { "a": task(Some("b")), "b": task(None) } })
}

fn slow(ms: u64) -> impl FnMut(&crate::Invoke) -> Answer {
    scripted(move |_, _| Answer::After(ms, Box::new(Answer::Ok(json!("done")))))
}

#[test]
fn an_answer_that_comes_while_it_is_paused_counts_afterwards() {
    let mut driver = Driver::new(&two_tasks());
    let mut answers = slow(1_000);
    driver.start(json!({}), &mut answers);
    driver.pause_after(500, 9_500);
    driver.step(&mut answers);
    assert!(driver.run.is_paused());
    assert_eq!(driver.run.next_timer(), None);
    assert!(!driver.run.is_idle(), "the first task runs on");
    driver.step(&mut answers);
    assert!(driver.run.is_idle(), "it has answered");
    assert_eq!(driver.run.outstanding(), [], "and the second is not begun");
    driver.run_to_end(&mut answers);
    driver.ensure_replays();
    assert_eq!(driver.elapsed_ms(), 11_000);
    expect![[r#"
        1 0 ExecutionStarted input={}
        2 0 TaskStateEntered name=a input={}
        3 2 LambdaFunctionScheduled resource=arn:aws:lambda:us-east-1:0:function:f input={}
        4 3 LambdaFunctionStarted
        5 0 ExecutionPaused
        6 0 ExecutionResumed
        7 4 LambdaFunctionSucceeded output="done"
        8 7 TaskStateExited name=a output="done"
        9 8 TaskStateEntered name=b input="done"
        10 9 LambdaFunctionScheduled resource=arn:aws:lambda:us-east-1:0:function:f input="done"
        11 10 LambdaFunctionStarted
        12 11 LambdaFunctionSucceeded output="done"
        13 12 TaskStateExited name=b output="done"
        14 13 ExecutionSucceeded output="done"
    "#]]
    .assert_eq(&driver.history());
}

#[test]
fn a_timer_that_is_due_while_it_is_paused_counts_afterwards() {
    let mut driver = Driver::new(&json!({
        "StartAt": "wait",
        "States": { "wait": { "Type": "Wait", "Seconds": 2, "End": true } },
    }));
    let mut answers = slow(0);
    driver.start(json!({}), &mut answers);
    driver.pause_after(1_000, 60_000);
    driver.run_to_end(&mut answers);
    driver.ensure_replays();
    assert_eq!(driver.outcome(), "SUCCEEDED {}");
    assert_eq!(driver.elapsed_ms(), 61_000);
}

#[test]
fn a_stop_ends_what_is_paused() {
    let mut driver = Driver::new(&two_tasks());
    let mut answers = slow(1_000);
    driver.start(json!({}), &mut answers);
    driver.pause_after(500, 9_500);
    driver.step(&mut answers);
    driver.step(&mut answers);
    let at = driver.now;
    let failure = PartialFailure::default();
    driver.apply(Fact::StopRequested { at, failure }, &mut answers);
    assert_eq!(driver.outcome(), "ABORTED -: -");
    assert!(!driver.run.is_paused());
    driver.run_to_end(&mut answers);
    driver.ensure_history_is_sound();
    driver.ensure_replays();
}

#[test]
fn to_pause_twice_and_to_resume_what_runs_changes_nothing() {
    let mut driver = Driver::new(&two_tasks());
    let mut answers = slow(1_000);
    driver.start(json!({}), &mut answers);
    let at: Timestamp = driver.now;
    driver.apply(Fact::Resumed { at }, &mut answers);
    driver.apply(Fact::Paused { at }, &mut answers);
    driver.apply(Fact::Paused { at }, &mut answers);
    driver.apply(Fact::Resumed { at }, &mut answers);
    driver.run_to_end(&mut answers);
    driver.ensure_replays();
    let told = |kind: &str| {
        driver
            .events
            .iter()
            .filter(|event| event.kind == kind)
            .count()
    };
    assert_eq!((told("ExecutionPaused"), told("ExecutionResumed")), (1, 1));
    assert_eq!(driver.outcome(), "SUCCEEDED \"done\"");
}
