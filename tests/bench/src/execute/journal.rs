//! The floor of `execute`: the store's own journal, appended to with what a server would append,
//! and nothing around it.

use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail, ensure};
use bytes::Bytes;
use steploom_store::Store;
use steploom_store::journal::{Append, Appended, Lsn};
use steploom_store::lease::{Lease, NodeId, Shard};

use super::drive::Counts;
use crate::place::Place;
use crate::stats::Samples;
use crate::stats::Timed;

/// Bytes of records that are read at a time.
const PAGE_BYTES: usize = 8 << 20;

/// What a server's journal looks like under this load.
#[derive(Clone, Copy, Debug)]
pub(super) struct Shape {
    /// Bytes that an execution adds, over all its facts.
    bytes_per_execution: f64,
    /// Records, each of another shard, that a commit holds.
    records_per_commit: f64,
}

/// What one commit appends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Batch {
    /// Records, each of another shard.
    records: usize,
    /// Bytes of one record.
    record_bytes: usize,
}

impl Shape {
    /// Reads the journal that a server has left, which must not have been trimmed.
    pub(super) async fn read(place: &Place, all: &Counts) -> Result<Self> {
        let store = place.store().await?;
        let (mut records, mut bytes) = (0, 0);
        for shard in store.leases.shards().await? {
            let (found, size) = read_shard(&store, &shard).await?;
            records += found;
            bytes += size;
        }
        ensure!(
            all.executions > 0.0 && all.commits > 0.0,
            "nothing was executed"
        );
        Ok(Self {
            bytes_per_execution: bytes as f64 / all.executions,
            records_per_commit: records as f64 / all.commits,
        })
    }
}

/// How many records a shard has, and how many bytes they are.
async fn read_shard(store: &Store, shard: &Shard) -> Result<(usize, usize)> {
    let (mut records, mut bytes) = (0, 0);
    let mut next = Lsn(1);
    while next <= shard.last_lsn {
        let page = store.journal.read(shard.id, next, PAGE_BYTES).await?;
        let last = page.last().context("a journal without records")?;
        next = last.lsn.next();
        records += page.len();
        bytes += page.iter().map(|record| record.body.len()).sum::<usize>();
    }
    Ok((records, bytes))
}

impl Batch {
    /// A batch as large as those of a round.
    pub(super) fn of(shape: &Shape, round: &Counts) -> Self {
        let bytes_per_commit = shape.bytes_per_execution * round.executions / round.commits;
        let records = shape.records_per_commit.round().max(1.0);
        Self {
            records: records as usize,
            record_bytes: (bytes_per_commit / records).ceil().max(1.0) as usize,
        }
    }

    /// Bytes of all records.
    pub(super) fn bytes(&self) -> usize {
        self.records * self.record_bytes
    }
}

/// Appends a batch after the other to a new journal in `place`, for `duration`.
pub(super) async fn append(place: &Place, batch: &Batch, duration: Duration) -> Result<Timed> {
    let store = place.store().await?;
    let mut leases = acquire(&store, batch.records).await?;
    let body = Bytes::from(vec![0x5a; batch.record_bytes]);
    let mut samples = Samples::default();
    let start = Instant::now();
    while start.elapsed() < duration {
        let appends = leases.iter_mut().map(|lease| next(lease, &body));
        let appends: Vec<_> = appends.collect();
        let begun = Instant::now();
        let appended = store.journal.append(&appends).await?;
        samples.push(begun.elapsed());
        if appended.contains(&Appended::Fenced) {
            bail!("the bare journal refused a record");
        }
    }
    Ok(Timed {
        samples,
        elapsed: start.elapsed(),
    })
}

async fn acquire(store: &Store, count: usize) -> Result<Vec<Lease>> {
    let node = NodeId("bench".to_owned());
    let mut leases = Vec::with_capacity(count);
    for shard in store.leases.shards().await?.into_iter().take(count) {
        let lease = store.leases.acquire(shard.id, &node).await?;
        leases.push(lease.context("a new store's shard belongs to somebody")?);
    }
    Ok(leases)
}

/// The record after a shard's newest, which it then is.
fn next(lease: &mut Lease, body: &Bytes) -> Append {
    lease.last_lsn = lease.last_lsn.next();
    Append {
        shard: lease.shard,
        epoch: lease.epoch,
        lsn: lease.last_lsn,
        body: body.clone(),
    }
}

#[cfg(test)]
mod tests;
