//! Closed executions leave the database for the archive, where they are read as before, and go when
//! they have been kept for long enough.

use serde_json::json;
use steploom_api::wire::{
    CountExecutions, Execution, ExecutionCounts, ExecutionStatus as Status, ListExecutions,
    PageHistory, RedriveExecution, Retention,
};
use steploom_types::{AccountId, ExecutionId};

use crate::PASS;
use crate::node::Node;

const LOCAL: AccountId = AccountId::LOCAL;
const HOUR_MS: i64 = 3_600_000;
const DAY_MS: i64 = 24 * HOUR_MS;

/// Three closed executions, which are a partition.
async fn closed() -> (Node, Vec<ExecutionId>) {
    let node = Node::start_with_partitions_of(3).await;
    node.machine("pass", PASS).await;
    let mut ids = Vec::new();
    for n in 0..3 {
        let name = format!("p{n}");
        let started = node.start_named("pass", &name, json!({"n": n})).await;
        ids.push(started.unwrap().0.summary.id);
        node.clock.advance_ms(1_000);
    }
    node.listed("pass", Status::Succeeded, 3).await;
    (node, ids)
}

/// Time passes, and the node looks what is to be done.
async fn later(node: &mut Node, ms: i64) {
    node.clock.advance_ms(ms);
    node.stop_and_restart().await;
}

async fn in_database(node: &Node, id: ExecutionId) -> bool {
    let projection = node.store().store().projection;
    projection.find(LOCAL, id).await.unwrap().is_some()
}

async fn segments(node: &Node) -> usize {
    node.artifacts().list("executions/").await.unwrap().len()
}

async fn archived() -> (Node, Vec<ExecutionId>) {
    let (mut node, ids) = closed().await;
    later(&mut node, 26 * HOUR_MS).await;
    let last = ids[2];
    node.until(|| async { !in_database(&node, last).await })
        .await;
    assert_eq!(segments(&node).await, 1);
    (node, ids)
}

/// All that can be read of executions.
#[derive(Debug, PartialEq)]
struct Seen {
    by_id: Vec<Execution>,
    by_name: Execution,
    histories: Vec<Vec<String>>,
    backwards: Vec<u64>,
    listed: Vec<ExecutionId>,
    paged: Vec<ExecutionId>,
    narrowed: Vec<ExecutionId>,
    counts: ExecutionCounts,
}

async fn listed(node: &Node, mut list: ListExecutions) -> Vec<ExecutionId> {
    let mut ids = Vec::new();
    loop {
        let executions = node.ports().executions;
        let page = executions.list(LOCAL, list.clone()).await.unwrap();
        ids.extend(page.items.iter().map(|e| e.id));
        list.next = page.next;
        if list.next.is_none() {
            return ids;
        }
    }
}

async fn seen(node: &Node, ids: &[ExecutionId]) -> Seen {
    let executions = node.ports().executions;
    let (mut by_id, mut histories) = (Vec::new(), Vec::new());
    for id in ids {
        by_id.push(node.get(*id).await);
        histories.push(node.history(*id).await);
    }
    let (machine, name) = ("pass".parse().unwrap(), "p1".parse().unwrap());
    let by_name = executions.get_by_name(LOCAL, &machine, &name).await;
    let newest_first = PageHistory {
        reverse: true,
        ..PageHistory::default()
    };
    let backwards = executions.history(LOCAL, ids[0], newest_first).await;
    let by_twos = ListExecutions {
        limit: Some(2),
        ..ListExecutions::default()
    };
    let one = ListExecutions {
        name_prefix: Some("p1".into()),
        status: Some(Status::Succeeded),
        ..ListExecutions::default()
    };
    let counts = executions.counts(LOCAL, CountExecutions::default()).await;
    Seen {
        by_id,
        by_name: by_name.unwrap(),
        histories,
        backwards: backwards.unwrap().items.iter().map(|e| e.id).collect(),
        listed: node.listed_ids("pass").await,
        paged: listed(node, by_twos).await,
        narrowed: listed(node, one).await,
        counts: counts.unwrap(),
    }
}

#[tokio::test]
async fn what_is_archived_reads_as_before() {
    let (mut node, ids) = closed().await;
    let before = seen(&node, &ids).await;
    assert_eq!(before.listed, [ids[2], ids[1], ids[0]]);
    assert_eq!(before.narrowed, [ids[1]]);
    later(&mut node, 26 * HOUR_MS).await;
    node.until(|| async { !in_database(&node, ids[2]).await })
        .await;
    assert_eq!(segments(&node).await, 1);
    assert_eq!(seen(&node, &ids).await, before);
    let redrive = RedriveExecution::default();
    let executions = node.ports().executions;
    let refused = executions
        .redrive(LOCAL, ids[0], redrive)
        .await
        .unwrap_err();
    assert_eq!(refused.code, "ExecutionNotRedrivable");
    assert!(refused.message.contains("archived"), "{}", refused.message);
    // What comes now is listed before what is archived.
    let new = node.start_named("pass", "p9", json!({"n": 9})).await;
    let new = new.unwrap().0.summary.id;
    node.listed("pass", Status::Succeeded, 4).await;
    assert_eq!(node.listed_ids("pass").await, [new, ids[2], ids[1], ids[0]]);
}

#[tokio::test]
async fn what_ended_lately_stays_in_the_database() {
    let (mut node, ids) = closed().await;
    later(&mut node, 24 * HOUR_MS).await;
    // What starts and ends after the restart tells that the node has had its time.
    node.start_named("pass", "p9", json!({"n": 9}))
        .await
        .unwrap();
    node.listed("pass", Status::Succeeded, 4).await;
    assert!(in_database(&node, ids[0]).await);
    assert_eq!(segments(&node).await, 0);
}

#[tokio::test]
async fn archived_executions_go_after_their_time() {
    let (mut node, ids) = archived().await;
    later(&mut node, 90 * DAY_MS).await;
    node.until(|| async { segments(&node).await == 0 }).await;
    node.until(|| async { node.listed_ids("pass").await.is_empty() })
        .await;
    let executions = node.ports().executions;
    let gone = executions.get(LOCAL, ids[0]).await.unwrap_err();
    assert_eq!(gone.code, "ExecutionNotFound");
    let counts = executions.counts(LOCAL, CountExecutions::default()).await;
    assert_eq!(counts.unwrap().items, []);
}

#[tokio::test]
async fn a_machine_says_how_long_its_executions_are_kept() {
    let (mut node, _) = archived().await;
    let machines = node.ports().machines;
    let name = "pass".parse().unwrap();
    let nothing = Retention {
        days: Some(0),
        executions: None,
    };
    let refused = machines.put_retention(LOCAL, &name, nothing).await;
    assert_eq!(refused.unwrap_err().code, "InvalidRetention");
    let short = Retention {
        days: Some(7),
        executions: None,
    };
    machines.put_retention(LOCAL, &name, short).await.unwrap();
    assert_eq!(machines.retention(LOCAL, &name).await.unwrap(), short);
    later(&mut node, 7 * DAY_MS).await;
    node.until(|| async { segments(&node).await == 0 }).await;
}
