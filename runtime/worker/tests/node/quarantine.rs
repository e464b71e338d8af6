//! What cannot go on is set aside alone, and the others go on.

use std::time::Duration;

use serde_json::json;
use steploom_api::wire::ExecutionStatus as Status;
use steploom_store::catalog::{Entry, EntryKind, Put};
use steploom_store::journal::Append;
use steploom_store::lease::NodeId;
use steploom_types::{AccountId, ExecutionId, Kind, Timestamp};
use tokio::time::Instant;

use crate::WAIT;
use crate::node::Node;

const LOCAL: AccountId = AccountId::LOCAL;

/// So many executions that wait and have left memory.
async fn waiting(node: &Node, count: usize) -> Vec<ExecutionId> {
    node.machine("wait", WAIT).await;
    let mut ids = Vec::new();
    for n in 0..count {
        ids.push(node.start_unnamed("wait", json!({"n": n})).await.summary.id);
    }
    node.until(|| async { node.metric("steploom_executions_open") == 0 })
        .await;
    ids
}

#[tokio::test]
async fn an_execution_with_damaged_facts_is_set_aside_until_they_are_mended() {
    let mut node = Node::start().await;
    let ids = waiting(&node, 5).await;
    assert!(node.store().flip_chunk(ids[2]));
    node.clock.advance_ms(3_600_000);
    for (n, id) in ids.iter().enumerate().filter(|(n, _)| *n != 2) {
        let ended = node.ended(*id).await;
        assert_eq!(ended.summary.status, Status::Succeeded, "{n}");
    }
    let aside = ids[2];
    node.until(|| async { node.get(aside).await.summary.status == Status::Quarantined })
        .await;
    let shown = node.get(aside).await;
    assert_eq!(shown.error.as_deref(), Some("Execution.Quarantined"));
    let why = shown.cause.unwrap();
    assert!(why.contains("the checksum does not match"), "{why}");
    assert_eq!(shown.input.value(), &json!({"n": 2}));

    let executions = node.ports().executions;
    let refused = executions.release(LOCAL, aside).await.unwrap_err();
    assert_eq!(
        (refused.kind, refused.code),
        (Kind::Conflict, "StillQuarantined")
    );
    node.crash_and_restart().await;
    assert_eq!(node.get(aside).await.summary.status, Status::Quarantined);
    // Another flip mends it.
    assert!(node.store().flip_chunk(aside));
    let executions = node.ports().executions;
    let released = executions.release(LOCAL, aside).await.unwrap();
    assert_eq!(released.error, None);
    assert_eq!(node.ended(aside).await.summary.status, Status::Succeeded);
    let again = executions.release(LOCAL, aside).await.unwrap();
    assert_eq!(
        again.summary.status,
        Status::Succeeded,
        "nothing to release"
    );
    let foreign = executions.release("111111111111".parse().unwrap(), aside);
    assert_eq!(foreign.await.unwrap_err().code, "ExecutionNotFound");
}

#[tokio::test]
async fn an_execution_that_brings_its_owner_down_is_set_aside() {
    let mut node = Node::start().await;
    let ids = waiting(&node, 3).await;
    // What a process leaves behind that died again and again while the first was loaded alone, and once
    // while the second was.
    let (guilty, unlucky) = (ids[1], ids[2]);
    for of in [guilty, unlucky] {
        let entry = Entry {
            name: shard_of(&node, of).await.parse().unwrap(),
            body: json!({"attempts": 5, "loading": [guilty],
                "deaths": {guilty.to_string(): 2, unlucky.to_string(): 1}})
            .to_string(),
            created_at: Timestamp::from_millis(0),
        };
        let catalog = node.store().store().catalog;
        let kind = EntryKind::Recovery;
        catalog
            .put_entry(LOCAL, kind, &entry, Put::Upsert)
            .await
            .unwrap();
    }
    let restarted = Instant::now();
    node.crash_and_restart().await;
    node.clock.advance_ms(3_600_000);
    for id in [ids[0], unlucky] {
        assert_eq!(node.ended(id).await.summary.status, Status::Succeeded);
    }
    // Who kills the process soon after its start does not meet one that is under suspicion.
    assert!(restarted.elapsed() >= Duration::from_secs(2));
    node.until(|| async { node.get(guilty).await.summary.status == Status::Quarantined })
        .await;
    assert!(
        node.get(guilty)
            .await
            .cause
            .unwrap()
            .contains("died 3 times")
    );
    let executions = node.ports().executions;
    executions.release(LOCAL, guilty).await.unwrap();
    assert_eq!(node.ended(guilty).await.summary.status, Status::Succeeded);
}

/// The name of the shard's notes.
async fn shard_of(node: &Node, id: ExecutionId) -> String {
    let shards = node.store().store().leases.shards().await.unwrap();
    let slots = |slots: (steploom_types::Slot, steploom_types::Slot)| slots.0.0..=slots.1.0;
    let of = shards
        .iter()
        .find(|s| slots(s.slots).contains(&id.slot().0));
    format!("shard-{}", of.unwrap().id.0)
}

#[tokio::test]
async fn a_shard_with_facts_of_a_newer_release_is_left_alone() {
    let mut node = Node::start().await;
    let ids = waiting(&node, 40).await;
    node.stop_worker().await;
    let leases = node.store().store().leases;
    let newer = ids[0];
    let all = leases.shards().await.unwrap();
    let shard = all
        .iter()
        .find(|s| (s.slots.0.0..=s.slots.1.0).contains(&newer.slot().0))
        .unwrap()
        .id;
    let lease = leases.acquire(shard, &NodeId("newer".into())).await;
    let lease = lease.unwrap().unwrap();
    // A fact whose only field has the number 200.
    let fact = [0xc2, 0x0c, 0x00];
    let body = [&newer.to_bytes()[..], &[3], &fact].concat();
    let record = Append {
        shard,
        epoch: lease.epoch,
        lsn: lease.last_lsn.next(),
        body: body.into(),
    };
    let journal = node.store().store().journal;
    journal.append(&[record]).await.unwrap();
    leases.release(shard, lease.epoch).await.unwrap();

    node.start_again().await;
    let why = node.ports().node.ready().await.unwrap_err();
    assert!(why.contains("15 of 16 shards"), "{why}");
    assert!(why.contains("newer release"), "{why}");
    let leases = node.store().store().leases;
    let others = ids.iter().filter(|id| {
        let of = all.iter().find(|s| s.id == shard).unwrap();
        !(of.slots.0.0..=of.slots.1.0).contains(&id.slot().0)
    });
    node.clock.advance_ms(3_600_000);
    for id in others {
        assert_eq!(node.ended(*id).await.summary.status, Status::Succeeded);
    }
    let lease = leases.acquire(shard, &NodeId("newer".into())).await;
    assert!(lease.unwrap().is_some(), "the newer release may have it");
}
