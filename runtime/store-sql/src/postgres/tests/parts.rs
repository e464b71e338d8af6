//! Partitions, while several nodes write.

use std::collections::BTreeSet;

use bytes::Bytes;
use steploom_store::journal::Epoch;
use steploom_store::projection::{Change, Chunk, Cursor, Filter, Row, Sleep, Status};
use steploom_types::{AccountId, Digest, ExecutionId, Slot, Timestamp};

use super::*;

/// Shards that are written at the same time, checkpoints of each, and executions in each of them.
const SHARDS: u16 = 6;
const CHECKPOINTS: u64 = 8;
const EXECUTIONS: u64 = 7;

fn account() -> AccountId {
    AccountId::from_u64(1).unwrap()
}

/// An execution of a shard; every third is still open.
fn execution(shard: u16, n: u64) -> Change {
    let at = Timestamp::from_millis(1_800_000_000_000 + n as i64 * 3 + i64::from(shard));
    let id = ExecutionId::new(Slot(shard * 4_096 + n as u16), at, n);
    let is_open = n.is_multiple_of(3);
    Change {
        row: Row {
            account: account(),
            id,
            name: id.to_string().parse().unwrap(),
            machine: format!("m{}", n % 5).parse().unwrap(),
            machine_version: 1,
            definition: Digest::of(b"{}"),
            status: if is_open {
                Status::Running
            } else {
                Status::Succeeded
            },
            started_at: at,
            ended_at: (!is_open).then_some(at),
            input: Bytes::from_static(b"{}"),
            output: None,
            error: None,
            cause: None,
            tags: [("shard".to_owned(), shard.to_string())].into(),
            redrives: 0,
            redriven_at: None,
            part_of: None,
            priority: 0,
        },
        chunk: Chunk {
            first_fact: 0,
            first_event: 1,
            facts: Bytes::from_static(b"facts"),
        },
        sleep: Sleep::No,
        offers: Vec::new(),
        snapshot: None,
    }
}

async fn write(store: Store, shard: u16) {
    for upto in 0..CHECKPOINTS {
        let executions = (0..EXECUTIONS).map(|n| execution(shard, upto * EXECUTIONS + n));
        let changes: Vec<_> = executions.collect();
        let (shard, upto) = (ShardId(shard), Lsn(upto + 1));
        let done = store.projection.checkpoint(shard, Epoch(1), upto, &changes);
        done.await.unwrap();
    }
}

/// However the checkpoints of two nodes fall together with new partitions, every execution is in its
/// place, found by id, by tag and in lists, and counted once.
#[tokio::test]
async fn checkpoints_of_two_nodes_share_the_partitions() {
    let database = Database::new();
    if !database.is_there() {
        return;
    }
    let (one, two) = (
        database.open().await.unwrap(),
        database.open().await.unwrap(),
    );
    let stores = [&one, &two].into_iter().cycle().cloned();
    let writers = (0..SHARDS)
        .zip(stores)
        .map(|(shard, store)| write(store, shard));
    futures::future::join_all(writers).await;
    let all = u64::from(SHARDS) * CHECKPOINTS * EXECUTIONS;
    let counts = one.projection.counts(account(), None).await.unwrap();
    assert_eq!(counts.iter().map(|(_, _, n)| n).sum::<u64>(), all);
    let open: u64 = counts
        .iter()
        .filter(|(_, status, _)| status.is_open())
        .map(|(_, _, n)| n)
        .sum();
    let partitions = two.projection.partitions().await.unwrap();
    assert!(partitions.len() > 4, "{partitions:?}");
    assert_eq!(partitions.iter().map(|p| p.rows).sum::<u64>(), all - open);
    let listed = ids(&one, &Filter::default()).await;
    assert_eq!(listed.len() as u64, all);
    let tagged = Filter {
        tag: Some(("shard".into(), "3".into())),
        ..Filter::default()
    };
    assert_eq!(
        ids(&two, &tagged).await.len() as u64,
        CHECKPOINTS * EXECUTIONS
    );
    for id in listed {
        for store in [&one, &two] {
            let found = store.projection.find(account(), id).await.unwrap();
            assert_eq!(found.map(|row| row.id), Some(id));
            let chunks = store.projection.chunks(id, 0, 99).await.unwrap();
            assert_eq!(chunks.len(), 1, "{id}");
        }
    }
}

/// Every id that passes, page by page, each once.
async fn ids(store: &Store, filter: &Filter) -> BTreeSet<ExecutionId> {
    let (mut seen, mut after) = (BTreeSet::new(), None);
    loop {
        let page = store.projection.list(account(), filter, after, 50).await;
        let page = page.unwrap();
        let Some(last) = page.last() else {
            return seen;
        };
        after = Some(Cursor {
            started_at: last.started_at,
            id: last.id,
        });
        for row in page {
            assert!(seen.insert(row.id), "{} twice", row.id);
        }
    }
}
