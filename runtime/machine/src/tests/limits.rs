//! The limit of transitions for one fact.

use std::sync::Arc;

use serde_json::json;

use crate::testkit::{Answer, Driver, execute, no_script, scripted, started};
use crate::{Action, Fact, RunLimits};

fn counter() -> serde_json::Value {
    json!({ "StartAt": "C", "States": {
        "C": { "Type": "Choice", "Choices": [{ "Variable": "$.n", "NumericGreaterThanEquals": 2000, "Next": "S" }], "Default": "N" },
        "N": { "Type": "Pass", "Parameters": { "n.$": "States.MathAdd($.n, 1)" }, "Next": "C" },
        "S": { "Type": "Succeed" },
    }})
}

#[test]
fn a_long_loop_of_pure_states_comes_back_as_facts() {
    let driver = execute(&counter(), json!({ "n": 0 }), no_script);
    assert_eq!(driver.outcome(), r#"SUCCEEDED {"n":2000}"#);
    assert_eq!(
        driver.facts.len(),
        5,
        "4,002 transitions, a thousand a fact"
    );
    assert!(
        driver.actions[..4]
            .iter()
            .all(|actions| *actions == [Action::Continue])
    );
}

#[test]
fn an_express_execution_takes_no_longer_than_it_may_whatever_its_machine_says() {
    let waits = |timeout: u64| {
        json!({ "StartAt": "W", "TimeoutSeconds": timeout, "States": {
            "W": { "Type": "Wait", "Seconds": 1000, "End": true } }})
    };
    for (timeout, is_express, seconds) in [(600, true, 300), (7, true, 7), (600, false, 600)] {
        let limits = RunLimits {
            execution_seconds_max: 300,
            ..RunLimits::default()
        };
        let mut driver = Driver::new(&waits(timeout));
        let mut started = started(json!({}), limits);
        started.is_express = is_express;
        let due = started.at.plus_millis(seconds * 1000);
        driver.apply(Fact::Started(Arc::new(started)), &mut scripted(no_script));
        assert_eq!(driver.run.next_timer(), Some(due), "{timeout}");
    }
}

#[test]
fn an_endless_loop_can_be_stopped() {
    let definition = json!({ "StartAt": "A", "States": {
        "A": { "Type": "Choice", "Choices": [{ "Variable": "$.no", "IsPresent": true, "Next": "S" }], "Default": "A" },
        "S": { "Type": "Succeed" },
    }});
    let mut answers = scripted(no_script);
    let mut driver = Driver::new(&definition);
    driver.start(json!({}), &mut answers);
    for _ in 0..5 {
        assert_eq!(driver.run.outstanding(), [Action::Continue]);
        assert_eq!(driver.run.sleeps(), None);
        driver.step(&mut answers);
    }
    let stop = Fact::StopRequested {
        at: driver.now,
        failure: crate::PartialFailure::default(),
    };
    driver.apply(stop, &mut answers);
    assert_eq!(driver.outcome(), "ABORTED -: -");
    driver.run_to_end(&mut answers);
    driver.ensure_history_is_sound();
}

#[test]
fn answers_that_come_while_a_loop_is_to_go_on_are_not_lost() {
    let definition = json!({ "StartAt": "P", "States": { "P": { "Type": "Parallel", "End": true, "Branches": [
        { "StartAt": "T", "States": {
            "T": { "Type": "Task", "Resource": "f", "Next": "U" },
            "U": { "Type": "Pass", "End": true },
        }},
        counter(),
    ]}}});
    let mut answers = scripted(|_, _| Answer::Ok(json!("t")));
    let mut driver = Driver::new(&definition);
    let limits = RunLimits {
        transitions_per_fact_max: 7,
        ..RunLimits::default()
    };
    driver.start_with(started(json!({ "n": 1990 }), limits), &mut answers);
    driver.run_to_end(&mut answers);
    assert_eq!(driver.outcome(), r#"SUCCEEDED ["t",{"n":2000}]"#);
    driver.ensure_history_is_sound();
    driver.ensure_replays();
}

#[test]
fn a_wide_map_of_pure_states_is_cut_into_facts_too() {
    let definition = json!({ "StartAt": "M", "States": { "M": { "Type": "Map", "End": true, "MaxConcurrency": 100_000,
        "ItemProcessor": { "StartAt": "I", "States": { "I": { "Type": "Pass", "End": true } } } } } });
    let driver = execute(&definition, json!(vec![1; 3000]), no_script);
    assert_eq!(driver.facts.len(), 7, "6,001 transitions");
    assert!(driver.most_frames <= 3, "iterations that end make room");
}
