//! Bytes that are no snapshot, and what a snapshot holds. That a run goes on from it as if nothing
//! had been, every test of a whole execution shows: see `testkit.rs`.

use std::collections::BTreeMap;
use std::sync::Arc;

use proptest::prelude::*;
use serde_json::{Value, json};
use steploom_asl::Machine;
use steploom_types::{Json, Timestamp};

use super::{CHECK_BYTES, Reader};
use crate::testkit::{Answer, Driver, machine, scripted, started};
use crate::{Fact, NoEvents, Run, RunLimits, apply};

fn definition() -> Value {
    let task =
        json!({ "Type": "Task", "Resource": "arn:aws:lambda:us-east-1:0:function:f", "End": true });
    let wait = json!({ "Type": "Wait", "Seconds": 9, "End": true });
    json!({
        "StartAt": "both",
        "States": {
            "both": {
                "Type": "Parallel",
                "End": true,
                "Branches": [
                    { "StartAt": "wait", "States": { "wait": wait } },
                    { "StartAt": "task", "States": { "task": task } },
                    { "StartAt": "map", "States": { "map": {
                        "Type": "Map",
                        "End": true,
                        "ItemProcessor": { "StartAt": "item", "States": { "item": task } },
                    } } },
                ],
            },
        },
    })
}

/// A run in which much is under way.
fn busy(input: Value) -> (Arc<Machine>, Run) {
    let machine = machine(&definition());
    let mut run = Run::new(Arc::clone(&machine));
    let fact = Fact::Started(Arc::new(started(input, RunLimits::default())));
    apply(&mut run, &fact, &mut NoEvents).expect("the fact can be");
    (machine, run)
}

#[test]
fn a_run_before_its_first_fact_is_not_kept() {
    assert_eq!(Run::new(machine(&definition())).snapshot(), None);
}

#[test]
fn whoever_reads_one_is_told_of_which_definition_it_is() {
    let (_, run) = busy(json!([1]));
    let bytes = run.snapshot().expect("a snapshot");
    let definition = run.started().map(|started| started.definition);
    assert_eq!(Run::snapshot_definition(&bytes), definition);
    assert_eq!(Run::snapshot_definition(b"none"), None);
}

#[test]
fn what_is_shared_is_written_once() {
    let text = "x".repeat(10_000);
    let (machine, run) = busy(json!([text, 2, 3]));
    let bytes = run.snapshot().expect("a snapshot");
    // The input, and the item.
    assert!(bytes.len() < 22_000, "{} bytes", bytes.len());
    let again = Run::restore(machine, &bytes).expect("a snapshot");
    assert!(again.snapshot() == Some(bytes), "and is shared again");
}

#[test]
fn a_text_stays_as_it_was_written() {
    for text in [
        "{ \"a\" : 1.50 }",
        "[1e2]",
        "[100.0]",
        "{\"b\":1,\"a\":2}",
        "[\"\\u0041\"]",
    ] {
        let machine = machine(&json!({
            "StartAt": "wait",
            "States": { "wait": { "Type": "Wait", "Seconds": 9, "End": true } },
        }));
        let mut start = started(json!({}), RunLimits::default());
        start.input = Json::parse(text).expect("JSON");
        let mut run = Run::new(Arc::clone(&machine));
        apply(&mut run, &Fact::Started(Arc::new(start)), &mut NoEvents).expect("the fact can be");
        let bytes = run.snapshot().expect("a snapshot");
        let again = Run::restore(machine, &bytes).expect("a snapshot");
        assert_eq!(
            again.started().map(|started| started.input.text()),
            Some(text)
        );
    }
}

#[test]
fn values_that_are_nested_too_deeply_are_not_kept() {
    let mut deep = Value::Null;
    for _ in 0..1_000 {
        deep = Value::Array(vec![deep]);
    }
    assert_eq!(busy(json!([deep])).1.snapshot(), None);
}

#[test]
fn what_was_cut_off_or_damaged_is_none() {
    let (machine, run) = busy(json!(["a", { "b": -1.5 }]));
    let bytes = run.snapshot().expect("a snapshot");
    for length in 0..bytes.len() {
        assert!(Run::restore(Arc::clone(&machine), &bytes[..length]).is_none());
    }
    for place in 0..bytes.len() {
        let mut bytes = bytes.clone();
        bytes[place] ^= 1;
        assert!(
            Run::restore(Arc::clone(&machine), &bytes).is_none(),
            "{place}"
        );
    }
}

#[test]
fn a_larger_state_makes_a_larger_snapshot_and_no_more_than_that() {
    let bytes = |items: u32| {
        let items: Vec<Value> = (0..items).map(|item| json!({ "n": item })).collect();
        busy(json!(items)).1.snapshot().expect("a snapshot").len()
    };
    assert!(bytes(50_000) < 11 * bytes(5_000));
}

/// Reads past the check, so that the rest of the reader sees the damage as well.
fn read_damaged(machine: &Arc<Machine>, body: &[u8]) -> Option<Run> {
    Run::take_with(
        &mut Reader::new(machine, body, &BTreeMap::new()),
        Arc::clone(machine),
    )
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_bytes_panic(
        random in prop::collection::vec(any::<u8>(), 0..400),
        flips in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..6),
        answered in 0..6_usize,
    ) {
        let mut answers = scripted(|_, _| Answer::After(5, Box::new(Answer::Ok(json!({ "x": 1 })))));
        let mut driver = Driver::new(&definition());
        driver.start(json!([1, { "a": ["b"] }]), &mut answers);
        for _ in 0..answered {
            driver.step(&mut answers);
        }
        let machine = Arc::clone(&driver.machine);
        prop_assert!(Run::restore(Arc::clone(&machine), &random).is_none());
        let _ = read_damaged(&machine, &random);
        let mut bytes = driver.run.snapshot().expect("a snapshot");
        let body = &mut bytes[2 + CHECK_BYTES..];
        for (place, with) in &flips {
            body[place.index(body.len())] ^= with;
        }
        if let Some(mut run) = read_damaged(&machine, body) {
            // What seems sound is at least something that can be kept, and asked.
            let _ = (run.snapshot(), run.outstanding(), run.sleeps());
            let stop = Fact::StopRequested { at: Timestamp::default(), failure: crate::PartialFailure::default() };
            let _ = apply(&mut run, &stop, &mut NoEvents);
        }
    }
}
