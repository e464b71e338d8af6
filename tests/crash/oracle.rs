//! What must be true after any number of kills.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use crate::load::{self, Kind, Start};
use crate::support::api::types;
use crate::support::server::Server;
use crate::support::wait::until;

/// Events that end an execution.
const TERMINAL: [&str; 4] = [
    "ExecutionSucceeded",
    "ExecutionFailed",
    "ExecutionTimedOut",
    "ExecutionAborted",
];

/// An execution that is there, with the start that it comes from if its caller can know.
pub(crate) struct Recovered {
    id: String,
    start: Start,
}

/// Every execution that there must be: those that were acknowledged, and of the others those that
/// have happened after all.
pub(crate) fn resolve(server: &Server, starts: &[Start]) -> Vec<Recovered> {
    let mut recovered = Vec::new();
    for start in starts {
        let id = match (&start.id, start.kind) {
            (Some(id), _) => id.clone(),
            // Without a name nobody can find it; `check` counts those.
            (None, Kind::Unnamed) => continue,
            (None, Kind::Named | Kind::Later | Kind::Flock) => {
                let path = format!("/v1/machines/{}/executions/{}", start.machine(), start.name);
                let answer = server.get(&path);
                if answer.status == 404 {
                    continue;
                }
                answer.expect(200)["id"].as_str().expect("an id").to_owned()
            }
        };
        let start = start.clone();
        recovered.push(Recovered { id, start });
    }
    recovered
}

/// Waits until nothing is open, and checks every execution and the list of them all.
pub(crate) fn check(server: &Server, recovered: &[Recovered]) {
    // Those that wait are not in memory, and lists follow a little later.
    until("everything has ended", || {
        let in_memory = server.metric("steploom_executions_open") > 0.5;
        let is_over = || {
            server
                .pages("/v1/executions?status=RUNNING&limit=1000")
                .is_empty()
        };
        (!in_memory && is_over()).then_some(())
    });
    assert!(server.metric("steploom_sandboxes_running") < 0.5);
    let mut undisturbed = BTreeMap::new();
    let mut got = BTreeMap::new();
    for one in recovered {
        let execution = server.execution(&one.id);
        let events = server.history(&one.id);
        check_history(&one.id, &events);
        check_end(one, &execution, &events);
        if execution["status"] == "SUCCEEDED" {
            // At least once is how tasks run, not how they are told: each history of a machine
            // has the same events, whatever was killed meanwhile.
            let counts = count(&events);
            let expected = undisturbed
                .entry(one.start.machine())
                .or_insert_with(|| counts.clone());
            assert_eq!(counts, *expected, "{}", one.id);
        }
        let is_new = got.insert(one.id.clone(), execution).is_none();
        assert!(is_new, "{} answers two starts", one.id);
    }
    check_list(server, recovered, &got);
}

fn count(events: &[Value]) -> BTreeMap<String, usize> {
    let mut counts = BTreeMap::new();
    for kind in types(events) {
        *counts.entry(kind.to_owned()).or_default() += 1;
    }
    counts
}

/// Events count up without gaps, each is led to by one before it, the last is the only end.
pub(crate) fn check_history(id: &str, events: &[Value]) {
    let kinds = types(events);
    assert_eq!(kinds.first(), Some(&"ExecutionStarted"), "{id}");
    let ends = kinds.iter().filter(|kind| TERMINAL.contains(kind)).count();
    assert_eq!(ends, 1, "{id}: {kinds:?}");
    assert!(
        TERMINAL.contains(kinds.last().expect("events")),
        "{id}: {kinds:?}"
    );
    for (at, event) in events.iter().enumerate() {
        assert_eq!(event["id"], at + 1, "{id}: {event}");
        let previous = event["previousEventId"].as_u64().expect("a number");
        assert!(previous <= at as u64, "{id}: {event}");
    }
    let times = events
        .iter()
        .map(|event| event["timestamp"].as_str().expect("a time"));
    assert!(times.is_sorted(), "{id}: {events:?}");
}

fn check_end(one: &Recovered, execution: &Value, events: &[Value]) {
    let Recovered { id, start } = one;
    assert_eq!(execution["input"], start.input, "{id}");
    assert_eq!(execution["machine"], start.machine(), "{id}");
    let status = execution["status"].as_str().expect("a status");
    match start.stopped {
        // The stop was sent and its answer lost, so either is right.
        None => assert!(["ABORTED", "SUCCEEDED"].contains(&status), "{execution}"),
        Some(true) => assert_eq!(status, "ABORTED", "{execution}"),
        Some(false) => assert_eq!(status, "SUCCEEDED", "{execution}"),
    }
    if status == "ABORTED" {
        assert_eq!(execution["error"], "Stopped", "{execution}");
    } else {
        assert_eq!(execution["output"], load::output(start), "{id}");
        check_wait(id, events);
    }
}

/// The wait of a second took a second at least.
fn check_wait(id: &str, events: &[Value]) {
    let at = |kind: &str| -> Option<steploom_types::Timestamp> {
        let event = events.iter().find(|event| event["type"] == kind)?;
        Some(serde_json::from_value(event["timestamp"].clone()).expect("a time"))
    };
    if let (Some(entered), Some(exited)) = (at("WaitStateEntered"), at("WaitStateExited")) {
        let ms = exited.millis_since(entered);
        assert!(ms >= 1_000, "{id} waited for {ms} ms");
    }
}

/// The list has each execution once, as it is; and besides these only unnamed ones whose
/// acknowledgement was lost.
fn check_list(server: &Server, recovered: &[Recovered], got: &BTreeMap<String, Value>) {
    let listed = until("the list shows that all have ended", || {
        let listed = server.pages("/v1/executions?limit=1000");
        let is_over = listed.iter().all(|one| one["status"] != "RUNNING");
        (is_over && listed.len() >= got.len()).then_some(listed)
    });
    let mut names = BTreeSet::new();
    let mut ids = BTreeSet::new();
    for one in &listed {
        let text = |key: &str| one[key].as_str().expect("text").to_owned();
        let (id, machine, name) = (text("id"), text("machine"), text("name"));
        assert!(
            names.insert((machine, name.clone())),
            "the name is there twice: {one}"
        );
        assert!(ids.insert(id.clone()), "it is listed twice: {one}");
        if let Some(execution) = got.get(&id) {
            for (key, value) in one.as_object().expect("an object") {
                assert_eq!(execution[key], *value, "{key} of {id}");
            }
        } else {
            assert_eq!(name, id, "nobody has started {one}");
        }
    }
    let missing: Vec<_> = recovered
        .iter()
        .filter(|one| !ids.contains(&one.id))
        .collect();
    assert!(
        missing.is_empty(),
        "{} are not listed, such as {}",
        missing.len(),
        missing[0].id
    );
}
