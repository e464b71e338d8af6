//! Many starts at once: each for itself, and a record a shard.

use serde_json::json;
use steploom_api::wire::{ExecutionStatus as Status, StartExecution};
use steploom_types::{AccountId, Json};

use crate::node::Node;
use crate::{PASS, WAIT};

pub(crate) fn start(machine: &str, name: Option<&str>, n: usize) -> StartExecution {
    StartExecution {
        version: None,
        name: name.map(|name| name.parse().unwrap()),
        input: Json::from(json!({ "n": n })),
        ..StartExecution::new(machine.parse().unwrap())
    }
}

#[tokio::test]
async fn one_bad_start_of_a_batch_leaves_the_others() {
    let node = Node::start().await;
    node.machine("pass", PASS).await;
    let mut too_large = start("pass", None, 3);
    too_large.input = Json::from(json!("x".repeat(300_000)));
    let answers = node
        .start_batch(vec![
            start("pass", Some("a"), 0),
            start("nobody", None, 1),
            start("pass", None, 2),
            too_large,
        ])
        .await;
    let codes: Vec<_> = answers
        .iter()
        .map(|answer| answer.as_ref().err().map(|error| error.code))
        .collect();
    assert_eq!(
        codes,
        [None, Some("MachineNotFound"), None, Some("InputTooLarge")]
    );
    let (named, is_new) = answers[0].as_ref().unwrap();
    assert!(is_new);
    assert_eq!(named.name.as_str(), "a");
    let ended = node.ended(named.id).await;
    assert_eq!(ended.output.unwrap().value()["n"], 0);
    let unnamed = &answers[2].as_ref().unwrap().0;
    assert_eq!(
        node.ended(unnamed.id).await.summary.status,
        Status::Succeeded
    );
}

#[tokio::test]
async fn a_batch_is_one_record_a_shard() {
    let node = Node::start().await;
    node.machine("wait", WAIT).await;
    let before = node.records().await;
    let starts = (0..1_000)
        .map(|n| start("wait", (n % 2 == 0).then(|| format!("n{n}")).as_deref(), n))
        .collect();
    let answers = node.start_batch(starts).await;
    assert!(answers.iter().all(|answer| answer.as_ref().unwrap().1));
    let records = node.records().await - before;
    // Those with names follow those without, as their names are looked up first.
    assert!((16..=32).contains(&records), "{records}");
}

#[tokio::test]
async fn a_batch_may_be_sent_again() {
    let mut node = Node::start().await;
    node.machine("wait", WAIT).await;
    let batch = || {
        let mut starts: Vec<_> = (0..50)
            .map(|n| start("wait", Some(&format!("n{n}")), n))
            .collect();
        // A name twice within a batch is the same start twice, or another one in conflict.
        starts.push(start("wait", Some("n0"), 0));
        starts.push(start("wait", Some("n1"), 7));
        starts
    };
    let first = node.start_batch(batch()).await;
    node.crash_and_restart().await;
    let again = node.start_batch(batch()).await;
    for n in 0..51 {
        let (before, now) = (first[n].as_ref().unwrap(), again[n].as_ref().unwrap());
        assert_eq!((before.0.id, before.1), (now.0.id, n < 50));
        assert!(!now.1);
    }
    for answers in [first, again] {
        let taken = answers[51].as_ref().unwrap_err();
        assert_eq!(taken.code, "ExecutionAlreadyExists");
    }
    let foreign: AccountId = "123456789012".parse().unwrap();
    let executions = node.ports().executions;
    let refused = executions.start_batch(foreign, batch()).await;
    assert!(
        refused
            .iter()
            .all(|answer| answer.as_ref().unwrap_err().code == "MachineNotFound")
    );
}
