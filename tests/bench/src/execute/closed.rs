//! Executions that have ended, written straight into the store of a server that has stopped: what it
//! would have after a while.

use std::time::{Duration, SystemTime};

use anyhow::{Context as _, Result, ensure};
use steploom_store::lease::NodeId;
use steploom_store::projection::{Change, Filter, Sleep};
use steploom_types::{AccountId, ExecutionId, Slot, Timestamp};
use tokio::process::Command;

use crate::place::Place;

/// Executions of a checkpoint.
const CHECKPOINT_EXECUTIONS: u64 = 5_000;
/// Executions that started in the same millisecond.
const PER_MS: u64 = 12;
/// Bytes of facts that are read of the one that is copied.
const FACTS_BYTES: usize = 1 << 20;
/// How old the newest of them is: those of the open loop come after it.
const AGE: Duration = Duration::from_mins(1);

/// Writes `count` copies of an execution that is there, each with an id of its own.
pub(super) async fn write(place: &Place, count: u64) -> Result<()> {
    eprintln!("{count} executions that have ended are written first");
    let store = place.store().await?;
    let model = model(&store).await?;
    let newest = SystemTime::now() - AGE;
    let newest_ms = newest.duration_since(SystemTime::UNIX_EPOCH)?.as_millis() as i64;
    let node = NodeId("bench".to_owned());
    let mut leases = Vec::new();
    for shard in store.leases.shards().await? {
        let lease = store.leases.acquire(shard.id, &node).await?;
        leases.push((shard, lease.context("a stopped server holds a shard")?));
    }
    let mut written = 0;
    while written < count {
        let (shard, lease) = &leases[(written / CHECKPOINT_EXECUTIONS) as usize % leases.len()];
        let (first, last) = (u64::from(shard.slots.0.0), u64::from(shard.slots.1.0));
        let batch = CHECKPOINT_EXECUTIONS.min(count - written);
        let changes: Vec<_> = (written..written + batch)
            .map(|n| {
                let at_ms = newest_ms - ((count - n) / PER_MS) as i64;
                let slot = Slot((first + scatter(n) % (last - first + 1)) as u16);
                copy(&model, slot, Timestamp::from_millis(at_ms), scatter(n))
            })
            .collect();
        let projection = &store.projection;
        projection
            .checkpoint(lease.shard, lease.epoch, lease.last_lsn, &changes)
            .await?;
        written += batch;
    }
    for (_, lease) in leases {
        store.leases.release(lease.shard, lease.epoch).await?;
    }
    drop(store);
    // What the computer still has to write of them would be measured with what comes next.
    let synced = Command::new("sync").status().await?;
    ensure!(synced.success(), "sync: {synced}");
    Ok(())
}

/// The newest execution, with all that its checkpoint wrote.
async fn model(store: &steploom_store::Store) -> Result<Change> {
    let projection = &store.projection;
    let listed = projection
        .list(AccountId::LOCAL, &Filter::default(), None, 1)
        .await?;
    let id = listed.first().context("the store is empty")?.id;
    let row = projection.find(AccountId::LOCAL, id).await?;
    let chunks = projection.chunks(id, 0, FACTS_BYTES).await?;
    Ok(Change {
        row: row.context("an execution that is listed is gone")?,
        chunk: chunks.into_iter().next().context("no facts")?,
        sleep: Sleep::No,
        offers: Vec::new(),
        snapshot: None,
    })
}

fn copy(model: &Change, slot: Slot, at: Timestamp, random: u64) -> Change {
    let mut change = model.clone();
    let id = ExecutionId::new(slot, at, random);
    change.row.id = id;
    change.row.name = id
        .to_string()
        .parse()
        .unwrap_or_else(|_| unreachable!("an id is a name"));
    let took_ms = model.row.ended_at.map_or(0, |ended| {
        ended.as_millis() - model.row.started_at.as_millis()
    });
    change.row.started_at = at;
    change.row.ended_at = Some(Timestamp::from_millis(at.as_millis() + took_ms));
    change
}

/// A number that looks like chance (the finaliser of SplitMix64, in the public domain).
fn scatter(n: u64) -> u64 {
    let mut z = n.wrapping_add(0x9e37_79b9_7f4a_7c15);
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}
