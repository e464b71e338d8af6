//! An inline `Map` of very many items: what a fact costs does not grow with them.

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;

use serde_json::{Value, json};
use steploom_types::{Digest, Json};

use crate::testkit::{machine, started};
use crate::{Action, Fact, NoEvents, Outcome, Run, RunLimits, apply};

/// Snapshots that are taken on the way.
const SNAPSHOTS: usize = 10;

/// What an execution took.
struct Cost {
    /// Bytes of the largest snapshot.
    snapshot: usize,
    /// Bytes of all that snapshots have named, each thing once.
    parts: usize,
    /// Actions of one fact, at the most.
    actions: usize,
}

fn definition() -> Value {
    json!({ "StartAt": "M", "States": { "M": {
        "Type": "Map",
        "ItemsPath": "$.in.items",
        "ItemSelector": { "n.$": "$$.Map.Item.Value.n", "at.$": "$$.Map.Item.Index" },
        "MaxConcurrency": 100,
        "ItemProcessor": { "StartAt": "T", "States": {
            "T": { "Type": "Task", "Resource": "f", "OutputPath": "$.n", "End": true },
        } },
        "End": true,
    } } })
}

/// Runs it to its end, from snapshot to snapshot.
fn run(items: usize) -> Cost {
    let machine = machine(&definition());
    let all: Vec<_> = (0..items).map(|n| json!({ "n": n })).collect();
    let limits = RunLimits {
        payload_bytes_max: 64 << 20,
        ..RunLimits::default()
    };
    let start = started(json!({ "in": { "items": all } }), limits);
    let at = start.at;
    let mut run = Run::new(Arc::clone(&machine));
    let mut facts = VecDeque::from([Fact::Started(Arc::new(start))]);
    let mut parts: BTreeMap<Digest, Json> = BTreeMap::new();
    let mut cost = Cost {
        snapshot: 0,
        parts: 0,
        actions: 0,
    };
    let mut count = 0;
    while let Some(fact) = facts.pop_front() {
        count += 1;
        let actions = apply(&mut run, &fact, &mut NoEvents).expect("the fact can be");
        if count > 1 {
            cost.actions = cost.actions.max(actions.len());
        }
        facts.extend(actions.into_iter().map(|action| match action {
            Action::Invoke(invoke) => Fact::TaskSucceeded {
                at,
                action: invoke.action,
                output: invoke.input.clone(),
                version: None,
            },
            Action::Continue => Fact::Continued { at },
            other => panic!("{other:?}"),
        }));
        if count % (items / SNAPSHOTS) == 0 && run.outcome().is_none() {
            let (bytes, named) = run.snapshot_in_parts().expect("a snapshot");
            cost.snapshot = cost.snapshot.max(bytes.len());
            for part in named {
                parts.insert(part.digest(), part);
            }
            run = Run::restore_of_parts(Arc::clone(&machine), &bytes, &parts).expect("the same");
        }
    }
    let expected: Vec<_> = (0..items).collect();
    assert_eq!(
        run.outcome(),
        Some(&Outcome::Succeeded(json!(expected).into()))
    );
    cost.parts = parts.values().map(Json::size).sum();
    cost
}

#[test]
fn a_fact_costs_the_same_however_many_items_there_are() {
    let (few, many) = (run(10_000), run(80_000));
    assert_eq!((few.actions, many.actions), (1, 1));
    // Some forty more blocks are named, and of the last one the results are there.
    assert!(
        many.snapshot < few.snapshot + 16_384,
        "{} {}",
        few.snapshot,
        many.snapshot
    );
    // The input, its items and their results, each written once however often a snapshot is taken.
    assert!(many.parts < 80_000 * (2 * 12 + 8), "{}", many.parts);
}

#[test]
fn a_snapshot_that_lacks_a_part_is_passed_over() {
    let machine = machine(&definition());
    let all: Vec<_> = (0..10_000).map(|n| json!({ "n": n })).collect();
    let start = started(json!({ "in": { "items": all } }), RunLimits::default());
    let mut run = Run::new(Arc::clone(&machine));
    apply(&mut run, &Fact::Started(Arc::new(start)), &mut NoEvents).expect("the fact can be");
    let (bytes, named) = run.snapshot_in_parts().expect("a snapshot");
    let parts: BTreeMap<_, _> = named
        .into_iter()
        .map(|part| (part.digest(), part))
        .collect();
    assert!(Run::restore_of_parts(Arc::clone(&machine), &bytes, &parts).is_some());
    for missing in parts.keys() {
        let mut parts = parts.clone();
        parts.remove(missing);
        assert!(Run::restore_of_parts(Arc::clone(&machine), &bytes, &parts).is_none());
    }
    assert!(Run::restore(machine, &bytes).is_none());
}
