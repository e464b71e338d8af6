//! Evaluations that take too long: a fact of their own, and the same at every replay.

use std::sync::Arc;

use proptest::prelude::*;
use serde_json::{Value, json};

use super::definitions::{Printer, chain};
use crate::testkit::{Answer, Driver, scripted, started};
use crate::{Action, Fact, Invoke, NoEvents, Run, RunLimits, apply, chance};

/// Runs for ever, or a second at the most.
const FOREVER: &str = "{% ($f := function($x) { $f($x + 1) }; $f(1)) %}";

fn limits() -> RunLimits {
    RunLimits {
        evaluation_ms_max: 20,
        ..RunLimits::default()
    }
}

fn run(states: Value) -> Driver {
    let definition = json!({ "QueryLanguage": "JSONata", "StartAt": "A", "States": states });
    let mut answers = scripted(|_, _| Answer::Ok(json!("t")));
    let mut driver = Driver::new(&definition);
    driver.start_with(started(json!({ "x": 1 }), limits()), &mut answers);
    driver.run_to_end(&mut answers);
    driver.ensure_history_is_sound();
    driver.ensure_replays();
    driver
}

fn timeout(field: &str, state: &str, event: u32) -> String {
    format!(
        "An error occurred while executing the state '{state}' (entered at the event id #{event}). The JSONata expression '{}' specified for the field '{field}' threw an error during evaluation: Expression evaluation timeout: Check for infinite loop",
        FOREVER[2..FOREVER.len() - 2].trim()
    )
}

#[test]
fn it_becomes_a_fact_that_fails_the_state() {
    let driver = run(json!({
        "A": { "Type": "Pass", "Output": "{% $states.input.x %}", "Next": "B" },
        "B": { "Type": "Pass", "Output": { "v": FOREVER }, "End": true },
    }));
    assert_eq!(
        driver.outcome(),
        format!(
            "FAILED States.QueryEvaluationError: {}",
            timeout("Output/v", "B", 4)
        )
    );
    assert_eq!(
        driver.actions[0],
        [Action::ReportExceeded { evaluation: 2 }]
    );
    assert!(matches!(
        driver.facts[1],
        Fact::EvaluationExceeded { evaluation: 2, .. }
    ));
    let kinds: Vec<&str> = driver.events.iter().map(|event| event.kind).collect();
    assert_eq!(
        kinds[3..],
        ["PassStateEntered", "EvaluationFailed", "ExecutionFailed"]
    );
}

#[test]
fn it_can_be_tried_again_and_caught() {
    let driver = run(json!({
        "A": { "Type": "Task", "Resource": "f", "Arguments": FOREVER, "Next": "B",
            "Retry": [{ "ErrorEquals": ["States.ALL"], "MaxAttempts": 1 }],
            "Catch": [{ "ErrorEquals": ["States.ALL"], "Output": "caught", "Next": "B" }] },
        "B": { "Type": "Succeed" },
    }));
    assert_eq!(driver.outcome(), r#"SUCCEEDED "caught""#);
    assert_eq!(driver.exceeded.len(), 2);
}

#[test]
fn a_catcher_that_takes_too_long_is_not_asked_again() {
    let driver = run(json!({
        "A": { "Type": "Task", "Resource": "f", "Arguments": "{% $states.input.no %}", "Next": "B",
            "Catch": [{ "ErrorEquals": ["States.ALL"], "Output": FOREVER, "Next": "B" }] },
        "B": { "Type": "Succeed" },
    }));
    assert_eq!(
        driver.outcome(),
        format!(
            "FAILED States.QueryEvaluationError: {}",
            timeout("Catch[0]/Output", "A", 2)
        )
    );
}

#[test]
fn everything_keeps_still_until_it_is_a_fact() {
    let definition = json!({ "QueryLanguage": "JSONata", "StartAt": "A", "States": { "A": { "Type": "Parallel", "End": true, "Branches": [
        { "StartAt": "X", "States": { "X": { "Type": "Pass", "Output": FOREVER, "End": true } } },
        { "StartAt": "Y", "States": { "Y": { "Type": "Task", "Resource": "f", "End": true } } },
    ]}}});
    let machine = crate::testkit::machine(&definition);
    let mut run = Run::new(machine);
    let fact = Fact::Started(Arc::new(started(json!({}), limits())));
    let actions = apply(&mut run, &fact, &mut NoEvents).unwrap();
    assert_eq!(
        actions,
        [Action::ReportExceeded { evaluation: 1 }],
        "Y has asked for nothing"
    );
    assert_eq!(run.outstanding(), actions);
    assert_eq!(run.sleeps(), None);
}

#[test]
fn what_comes_meanwhile_has_its_effect_afterwards() {
    let definition = json!({ "QueryLanguage": "JSONata", "StartAt": "A", "States": { "A": { "Type": "Parallel", "End": true, "Branches": [
        { "StartAt": "W", "States": { "W": { "Type": "Wait", "Seconds": 1, "Next": "X" },
            "X": { "Type": "Task", "Resource": "x", "Arguments": FOREVER, "End": true,
                "Retry": [{ "ErrorEquals": ["States.ALL"], "MaxAttempts": 1, "IntervalSeconds": 5 }],
                "Catch": [{ "ErrorEquals": ["States.ALL"], "Output": "caught", "Next": "Z" }] },
            "Z": { "Type": "Succeed" } } },
        { "StartAt": "Y", "States": { "Y": { "Type": "Task", "Resource": "y", "End": true } } },
    ]}}});
    let mut answers = scripted(|_, _| Answer::Never);
    let mut driver = Driver::new(&definition);
    driver.start_with(started(json!({}), limits()), &mut answers);
    let asked = driver.run.outstanding().into_iter();
    let mut calls = asked.filter_map(|action| match action {
        Action::Invoke(invoke) => Some(invoke.action),
        _ => None,
    });
    let y = calls.next().expect("Y was asked for");
    driver.step(&mut answers);
    let excess = driver.take_due().expect("the excess is due");
    let told = driver.events.len();
    let at = driver.now;
    let late = Fact::TaskSucceeded {
        at,
        action: y,
        output: json!("y").into(),
        version: None,
    };
    driver.apply(late, &mut answers);
    assert_eq!(driver.events.len(), told, "not yet");
    driver.apply(excess, &mut answers);
    assert!(driver.events.len() > told);
    driver.run_to_end(&mut answers);
    assert_eq!(driver.outcome(), r#"SUCCEEDED ["caught","y"]"#);
    driver.ensure_history_is_sound();
    driver.ensure_replays();
}

fn answer(seed: u64, invoke: &Invoke) -> Answer {
    let n = chance::number(seed, invoke.action.0);
    match n % 4 {
        0 => Answer::Err("E", "why"),
        _ => Answer::After(
            n >> 32 & 0xfff,
            Box::new(Answer::Ok(json!({ "n": n % 100 }))),
        ),
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, ..ProptestConfig::default() })]

    /// Whichever evaluations take too long, folding the facts again gives the same, without
    /// evaluating those.
    #[test]
    fn the_same_facts_give_the_same_run(
        nodes in chain(2),
        seed in any::<u64>(),
        slow in prop::collection::btree_set(1..30_u64, 0..6),
        stop_ms in 1..60_000_u64,
    ) {
        let definition = Printer::default().scope(&nodes);
        let mut answers = scripted(|_, invoke| answer(seed, invoke));
        let mut driver = Driver::new(&definition);
        for evaluation in &slow { driver.run.foresee(*evaluation); }
        driver.exceeded.extend(&slow);
        driver.start(json!({ "x": 1 }), &mut answers);
        driver.stop_after(stop_ms);
        driver.run_to_end(&mut answers);
        prop_assert!(driver.run.outcome().is_some(), "{}", definition);
        driver.ensure_history_is_sound();
        driver.ensure_replays();
    }
}
