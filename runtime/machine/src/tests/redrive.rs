//! Redriving: what ended well is not run again, what did not is.

use std::collections::BTreeMap;

use expect_test::expect;
use serde_json::{Value, json};
use steploom_types::Digest;

use crate::testkit::{Answer, Driver, machine, scripted};
use crate::{Invoke, NewVersion, NotRedrivable, Redriven, can_redrive};

fn function(name: &str) -> String {
    format!("arn:aws:lambda:us-east-1:0:function:{name}")
}

fn task(name: &str) -> Value {
    json!({ "Type": "Task", "Resource": function(name), "End": true })
}

/// Functions that fail the first so many times, and how often each was called.
#[derive(Default)]
struct Flaky {
    fails: BTreeMap<&'static str, u32>,
    calls: BTreeMap<String, u32>,
}

impl Flaky {
    fn new(fails: &[(&'static str, u32)]) -> Self {
        Self {
            fails: fails.iter().copied().collect(),
            calls: BTreeMap::new(),
        }
    }

    fn answers(&mut self) -> impl FnMut(&Invoke) -> Answer {
        scripted(|name, invoke| {
            let calls = self.calls.entry(name.to_owned()).or_default();
            *calls += 1;
            let fails = self.fails.get(name).copied().unwrap_or_default();
            if *calls <= fails {
                return Answer::Err("E", "why");
            }
            Answer::Ok(json!({ name: invoke.input.value() }))
        })
    }
}

/// Runs it to its end.
fn run(definition: &Value, input: Value, flaky: &mut Flaky) -> Driver {
    let mut driver = Driver::new(definition);
    let mut answers = flaky.answers();
    driver.start(input, &mut answers);
    driver.run_to_end(&mut answers);
    driver
}

fn again(driver: &mut Driver, redriven: Redriven, flaky: &mut Flaky) {
    can_redrive(&driver.run, &redriven).expect("it can be redriven");
    let mut answers = flaky.answers();
    driver.redrive(redriven, &mut answers);
    driver.run_to_end(&mut answers);
    driver.ensure_history_is_sound();
    driver.ensure_replays();
}

fn chain() -> Value {
    json!({
        "StartAt": "a",
        "States": {
            "a": { "Type": "Task", "Resource": function("a"), "Next": "b" },
            "b": task("b"),
        },
    })
}

#[test]
fn it_goes_on_at_the_state_that_failed() {
    let mut flaky = Flaky::new(&[("b", 1)]);
    let mut driver = run(&chain(), json!(1), &mut flaky);
    assert_eq!(driver.outcome(), "FAILED E: why");
    let redriven = driver.as_before();
    again(&mut driver, redriven, &mut flaky);
    assert_eq!(driver.outcome(), r#"SUCCEEDED {"b":{"a":1}}"#);
    assert_eq!(flaky.calls["a"], 1, "what ended well is not run again");
    assert_eq!(driver.run.redrives().count, 1);
    expect![[r#"
        1 0 ExecutionStarted input=1
        2 0 TaskStateEntered name=a input=1
        3 2 LambdaFunctionScheduled resource=arn:aws:lambda:us-east-1:0:function:a input=1
        4 3 LambdaFunctionStarted
        5 4 LambdaFunctionSucceeded output={"a":1}
        6 5 TaskStateExited name=a output={"a":1}
        7 6 TaskStateEntered name=b input={"a":1}
        8 7 LambdaFunctionScheduled resource=arn:aws:lambda:us-east-1:0:function:b input={"a":1}
        9 8 LambdaFunctionStarted
        10 9 LambdaFunctionFailed error=E cause=why
        11 10 ExecutionFailed error=E cause=why
        12 11 ExecutionRedriven redriveCount=1
        13 12 LambdaFunctionScheduled resource=arn:aws:lambda:us-east-1:0:function:b input={"a":1}
        14 13 LambdaFunctionStarted
        15 14 LambdaFunctionSucceeded output={"b":{"a":1}}
        16 15 TaskStateExited name=b output={"b":{"a":1}}
        17 16 ExecutionSucceeded output={"b":{"a":1}}
    "#]]
    .assert_eq(&driver.history());
}

#[test]
fn a_state_that_failed_can_be_given_another_input() {
    let mut flaky = Flaky::new(&[("b", 1)]);
    let mut driver = run(&chain(), json!(1), &mut flaky);
    let redriven = Redriven {
        input: Some(json!("better").into()),
        ..driver.as_before()
    };
    again(&mut driver, redriven, &mut flaky);
    assert_eq!(driver.outcome(), r#"SUCCEEDED {"b":"better"}"#);
}

#[test]
fn the_token_of_the_last_redrive_is_kept() {
    let mut flaky = Flaky::new(&[("b", 2)]);
    let mut driver = run(&chain(), json!(1), &mut flaky);
    assert_eq!(driver.run.redrive_token(), None);
    for token in [Some("t-1"), None] {
        let redriven = Redriven {
            client_token: token.map(str::to_owned),
            ..driver.as_before()
        };
        again(&mut driver, redriven, &mut flaky);
        assert_eq!(driver.run.redrive_token(), token);
    }
}

#[test]
fn a_state_that_failed_can_be_passed_over() {
    let mut flaky = Flaky::new(&[("a", 1)]);
    let mut driver = run(&chain(), json!(1), &mut flaky);
    let redriven = Redriven {
        skip: Some(json!("made up").into()),
        ..driver.as_before()
    };
    again(&mut driver, redriven, &mut flaky);
    assert_eq!(driver.outcome(), r#"SUCCEEDED {"b":"made up"}"#);
    assert_eq!(flaky.calls["a"], 1);
}

#[test]
fn retries_begin_anew() {
    let mut definition = chain();
    definition["States"]["a"]["Retry"] =
        json!([{ "ErrorEquals": ["States.ALL"], "MaxAttempts": 2, "IntervalSeconds": 1 }]);
    let mut flaky = Flaky::new(&[("a", 5)]);
    let mut driver = run(&definition, json!(1), &mut flaky);
    assert_eq!(flaky.calls["a"], 3);
    let redriven = driver.as_before();
    again(&mut driver, redriven, &mut flaky);
    assert_eq!(flaky.calls["a"], 6);
    assert_eq!(driver.outcome(), r#"SUCCEEDED {"b":{"a":1}}"#);
}

#[test]
fn only_branches_that_did_not_end_well_run_again() {
    let branch = |name: &str| json!({ "StartAt": name, "States": { name: task(name) } });
    let definition = json!({
        "StartAt": "all",
        "States": { "all": {
            "Type": "Parallel",
            "Branches": [branch("good"), branch("bad"), branch("slow")],
            "End": true,
        } },
    });
    let mut flaky = Flaky::new(&[("bad", 1)]);
    let mut driver = Driver::new(&definition);
    {
        let mut answers = flaky.answers();
        let mut answers = |invoke: &Invoke| match answers(invoke) {
            Answer::Ok(value) if value.get("slow").is_some() => {
                Answer::After(60_000, Box::new(Answer::Ok(value)))
            }
            Answer::Err(error, cause) => Answer::After(1, Box::new(Answer::Err(error, cause))),
            other => other,
        };
        driver.start(json!(1), &mut answers);
        driver.run_to_end(&mut answers);
    }
    assert_eq!(driver.outcome(), "FAILED E: why");
    let redriven = driver.as_before();
    again(&mut driver, redriven, &mut flaky);
    assert_eq!(
        driver.outcome(),
        r#"SUCCEEDED [{"good":1},{"bad":1},{"slow":1}]"#
    );
    let calls = |name: &str| flaky.calls[name];
    assert_eq!((calls("good"), calls("bad"), calls("slow")), (1, 2, 2));
}

#[test]
fn only_iterations_that_did_not_end_well_run_again() {
    let definition = json!({
        "StartAt": "map",
        "States": { "map": {
            "Type": "Map",
            "MaxConcurrency": 1,
            "ItemProcessor": { "StartAt": "item", "States": { "item": task("item") } },
            "End": true,
        } },
    });
    let mut driver = Driver::new(&definition);
    let mut calls = Vec::new();
    let mut has_failed = false;
    let mut answers = |invoke: &Invoke| {
        let item = invoke.input.value().as_i64().unwrap_or_default();
        calls.push(item);
        if item == 2 && !std::mem::replace(&mut has_failed, true) {
            return Answer::Err("E", "why");
        }
        Answer::Ok(json!(item * 10))
    };
    driver.start(json!([1, 2, 3]), &mut answers);
    driver.run_to_end(&mut answers);
    assert_eq!(driver.outcome(), "FAILED E: why");
    driver.redrive(driver.as_before(), &mut answers);
    driver.run_to_end(&mut answers);
    driver.ensure_replays();
    assert_eq!(driver.outcome(), "SUCCEEDED [10,20,30]");
    assert_eq!(calls, [1, 2, 2, 3]);
}

#[test]
fn nodes_that_were_skipped_run_once_what_they_come_after_has_ended_well() {
    let definition = json!({
        "StartAt": "graph",
        "States": { "graph": {
            "Type": "Graph",
            "OnFailure": "SKIP",
            "Nodes": {
                "a": { "Type": "Task", "Resource": function("a") },
                "bad": { "Type": "Task", "Resource": function("bad") },
                "both": { "Type": "Task", "Resource": function("both"), "After": ["a", "bad"] },
                "last": { "Type": "Task", "Resource": function("last"), "After": ["both"] },
                "other": { "Type": "Task", "Resource": function("other"), "After": ["a"] },
            },
            "End": true,
        } },
    });
    let mut flaky = Flaky::new(&[("bad", 1)]);
    let mut driver = run(&definition, json!(1), &mut flaky);
    assert_eq!(driver.outcome(), "FAILED E: why");
    assert_eq!(flaky.calls.get("both"), None);
    let redriven = driver.as_before();
    again(&mut driver, redriven, &mut flaky);
    assert_eq!(
        driver.outcome(),
        r#"SUCCEEDED {"last":{"last":{"both":{"both":{"a":{"a":1},"bad":{"bad":1}}}}},"other":{"other":{"a":{"a":1}}}}"#
    );
    assert_eq!(flaky.calls["a"], 1);
    assert_eq!(flaky.calls["other"], 1);
    assert_eq!(flaky.calls["bad"], 2);
}

#[test]
fn what_was_stopped_goes_on_where_it_was() {
    let definition = json!({
        "StartAt": "wait",
        "States": { "wait": { "Type": "Wait", "Seconds": 5, "Next": "a" }, "a": task("a") },
    });
    let mut flaky = Flaky::default();
    let mut driver = Driver::new(&definition);
    {
        let mut answers = flaky.answers();
        driver.start(json!(1), &mut answers);
        driver.stop_after(2_000);
        driver.run_to_end(&mut answers);
    }
    assert_eq!(driver.outcome(), "ABORTED Stopped: by a test");
    let redriven = driver.as_before();
    again(&mut driver, redriven, &mut flaky);
    assert_eq!(driver.outcome(), r#"SUCCEEDED {"a":1}"#);
    assert_eq!(driver.elapsed_ms(), 7_000, "the wait begins anew");
}

#[test]
fn the_time_of_the_execution_begins_anew() {
    let mut definition = chain();
    definition["TimeoutSeconds"] = json!(10);
    let mut driver = Driver::new(&definition);
    let mut never = scripted(|_, _| Answer::Never);
    driver.start(json!(1), &mut never);
    driver.run_to_end(&mut never);
    assert_eq!(driver.outcome(), "TIMED_OUT");
    driver.redrive(driver.as_before(), &mut never);
    driver.run_to_end(&mut never);
    driver.ensure_replays();
    assert_eq!(driver.outcome(), "TIMED_OUT");
    assert_eq!(driver.elapsed_ms(), 20_000);
}

#[test]
fn the_context_object_counts_redrives() {
    let definition = json!({
        "StartAt": "a",
        "States": {
            "a": { "Type": "Task", "Resource": function("a"), "ResultPath": null, "Next": "b" },
            "b": { "Type": "Pass", "Parameters": {
                "count.$": "$$.Execution.RedriveCount",
                "time.$": "$$.Execution.RedriveTime",
            }, "End": true },
        },
    });
    let mut flaky = Flaky::new(&[("a", 1)]);
    let mut driver = run(&definition, json!({}), &mut flaky);
    let redriven = driver.as_before();
    again(&mut driver, redriven, &mut flaky);
    assert_eq!(
        driver.outcome(),
        r#"SUCCEEDED {"count":1,"time":"2026-01-01T00:00:00.000Z"}"#
    );
}

#[test]
fn a_state_whose_output_was_refused_has_its_input_again() {
    let definition = json!({
        "StartAt": "a",
        "States": { "a": {
            "Type": "Task",
            "Resource": function("a"),
            "ResultPath": "$.new.result",
            "OutputPath": "$.new.result.there",
            "End": true,
        } },
    });
    let mut inputs = Vec::new();
    let mut answers = |invoke: &Invoke| {
        inputs.push(invoke.input.to_string());
        let is_first = inputs.len() == 1;
        Answer::Ok(if is_first {
            json!({})
        } else {
            json!({ "there": 2 })
        })
    };
    let mut driver = Driver::new(&definition);
    driver.start(json!({ "x": 1 }), &mut answers);
    driver.run_to_end(&mut answers);
    assert!(
        driver.outcome().starts_with("FAILED States.Runtime"),
        "{}",
        driver.outcome()
    );
    driver.redrive(driver.as_before(), &mut answers);
    driver.run_to_end(&mut answers);
    driver.ensure_replays();
    assert_eq!(driver.outcome(), "SUCCEEDED 2");
    assert_eq!(inputs, [r#"{"x":1}"#; 2]);
}

fn version(definition: &Value) -> NewVersion {
    NewVersion {
        definition: Digest::of(definition.to_string().as_bytes()),
        number: 2,
    }
}

#[test]
fn it_can_go_on_in_another_version() {
    let mut flaky = Flaky::new(&[("b", 1)]);
    let mut driver = run(&chain(), json!(1), &mut flaky);
    let mut repaired = chain();
    repaired["States"]["b"]["Resource"] = json!(function("better"));
    repaired["States"]["first"] = json!({ "Type": "Pass", "Next": "a" });
    repaired["StartAt"] = json!("first");
    let new = version(&repaired);
    let redriven = Redriven {
        version: Some(new),
        ..driver.as_before()
    };
    let not_there = NotRedrivable::NotSupplied {
        definition: new.definition,
    };
    assert_eq!(can_redrive(&driver.run, &redriven), Err(not_there));
    driver.supply(new.definition, machine(&repaired));
    again(&mut driver, redriven, &mut flaky);
    assert_eq!(driver.outcome(), r#"SUCCEEDED {"better":{"a":1}}"#);
    assert_eq!(driver.run.version(), Some(new));
}

#[test]
fn another_version_has_to_have_the_states() {
    let branch = |name: &str| json!({ "StartAt": name, "States": { name: task(name) } });
    let parallel = |branches: Value| {
        json!({
            "StartAt": "all",
            "States": { "all": { "Type": "Parallel", "Branches": branches, "End": true } },
        })
    };
    let mut flaky = Flaky::new(&[("bad", 1)]);
    let definition = parallel(json!([branch("good"), branch("bad")]));
    let mut driver = run(&definition, json!(1), &mut flaky);
    let mut refusal = |new: &Value| {
        let version = version(new);
        driver.run.supply(version.definition, machine(new));
        let redriven = Redriven {
            version: Some(version),
            ..driver.as_before()
        };
        can_redrive(&driver.run, &redriven).map_err(|refusal| refusal.to_string())
    };
    let other = parallel(json!([branch("good"), branch("renamed")]));
    expect![[r#"
        Err(
            "the new version has no state 'bad' in the place where the execution stands",
        )
    "#]]
    .assert_debug_eq(&refusal(&other));
    let other = parallel(json!([branch("good"), branch("bad"), branch("more")]));
    expect![[r#"
        Err(
            "the state 'all' of the new version cannot go on from what there is: its branches are others",
        )
    "#]].assert_debug_eq(&refusal(&other));
    let other = json!({ "StartAt": "all", "States": { "all": { "Type": "Pass", "End": true } } });
    expect![[r#"
        Err(
            "the state 'all' of the new version cannot go on from what there is: it is of another type",
        )
    "#]].assert_debug_eq(&refusal(&other));
    let other = parallel(json!([branch("other"), branch("bad")]));
    assert_eq!(
        refusal(&other),
        Ok(()),
        "what ended well may be called as one likes"
    );
}

#[test]
fn what_cannot_be_redriven_is_refused() {
    let refusal = |driver: &Driver, redriven: &Redriven| {
        can_redrive(&driver.run, redriven)
            .expect_err("a refusal")
            .to_string()
    };
    let mut flaky = Flaky::default();
    let driver = run(&chain(), json!(1), &mut flaky);
    expect!["the execution has succeeded, so there is nothing to go on with"]
        .assert_eq(&refusal(&driver, &driver.as_before()));

    let fails = json!({ "StartAt": "f", "States": { "f": { "Type": "Fail" } } });
    let driver = run(&fails, json!(1), &mut flaky);
    let skip = Redriven {
        skip: Some(json!(1).into()),
        ..driver.as_before()
    };
    expect!["the state 'f' cannot be passed over, as it does not say which state is next; give it another input, or a version of the machine in which it does not fail"].assert_eq(&refusal(&driver, &skip));
    let both = Redriven {
        input: Some(json!(1).into()),
        ..skip
    };
    expect!["a state that is passed over needs no input: give the one or the other"]
        .assert_eq(&refusal(&driver, &both));

    let branch = |name: &str| json!({ "StartAt": name, "States": { name: { "Type": "Wait", "Seconds": 9, "End": true } } });
    let two = json!({
        "StartAt": "all",
        "States": { "all": { "Type": "Parallel", "Branches": [branch("x"), branch("y")], "End": true } },
    });
    let mut driver = Driver::new(&two);
    let mut answers = flaky.answers();
    driver.start(json!(1), &mut answers);
    expect!["the execution has not ended; stop it first, or wait for its end"]
        .assert_eq(&refusal(&driver, &driver.as_before()));
    driver.stop_after(1);
    driver.step(&mut answers);
    let input = Redriven {
        input: Some(json!(1).into()),
        ..driver.as_before()
    };
    expect!["an input or an output is for one state, but 2 were under way: x, y"]
        .assert_eq(&refusal(&driver, &input));
}
