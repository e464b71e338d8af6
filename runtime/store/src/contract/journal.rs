//! Checks of [`crate::Journal`].

use bytes::Bytes;
use steploom_types::ShardId;

use super::Subject;
use super::fixture::{OTHER, SHARD, acquire, append, node, record};
use crate::journal::{Appended, Epoch, Lsn};
use crate::lease::Lease;
use crate::{Error, Result, Store};

/// What was appended is read, in order, with its epoch, as much at a time as was asked for.
pub async fn appends_and_reads_in_pages(subject: &dyn Subject) -> Result<()> {
    let store = subject.open().await?;
    let (lease, other) = (acquire(&store, SHARD).await?, acquire(&store, OTHER).await?);
    for lsn in 1..=10 {
        let ours = record(lease, lsn, vec![lsn as u8; 100]);
        let theirs = record(other, lsn, vec![0xee; 100]);
        let done = store.journal.append(&[ours, theirs]).await?;
        assert_eq!(done, [Appended::Done, Appended::Done]);
    }
    let mut next = Lsn(1);
    let mut pages = Vec::new();
    loop {
        let page = store.journal.read(SHARD, next, 250).await?;
        let Some(last) = page.last() else { break };
        for (record, lsn) in page.iter().zip(next.0..) {
            assert_eq!((record.lsn, record.epoch), (Lsn(lsn), lease.epoch));
            assert_eq!(record.body, vec![lsn as u8; 100]);
        }
        next = last.lsn.next();
        pages.push(page.len());
    }
    assert_eq!(next, Lsn(11));
    assert!(pages.iter().all(|n| (1..=4).contains(n)), "{pages:?}");
    let one = store.journal.read(SHARD, Lsn(4), 0).await?;
    assert_eq!(one.len(), 1, "at least one, however small the page");
    let none = store.journal.read(ShardId(0), Lsn(1), 1000).await?;
    assert_eq!(none, []);
    assert_eq!(store.journal.append(&[]).await?, []);
    Ok(())
}

/// Only the next lsn is taken, and it once.
pub async fn refuses_gaps_and_repeats(subject: &dyn Subject) -> Result<()> {
    let store = subject.open().await?;
    let lease = acquire(&store, SHARD).await?;
    for lsn in [0, 2, u64::MAX] {
        let done = store.journal.append(&[record(lease, lsn, "x")]).await?;
        assert_eq!(done, [Appended::Fenced], "{lsn} as the first");
    }
    append(&store, lease, 1, b"one").await?;
    for lsn in [0, 1, 3] {
        let done = store.journal.append(&[record(lease, lsn, "x")]).await?;
        assert_eq!(done, [Appended::Fenced], "{lsn} as the second");
    }
    append(&store, lease, 2, b"").await?;
    let bodies: Vec<_> = read_all(&store, SHARD).await?;
    assert_eq!(bodies, ["one", ""]);
    Ok(())
}

/// A fenced shard of a batch is left out; what is around it commits.
pub async fn fences_one_shard_of_a_batch_alone(subject: &dyn Subject) -> Result<()> {
    let store = subject.open().await?;
    let mut batch = Vec::new();
    for shard in [9, 2, 4, 11] {
        batch.push(record(acquire(&store, ShardId(shard)).await?, 1, "x"));
    }
    batch[1].epoch = Epoch(batch[1].epoch.0 - 1);
    batch[3].shard = ShardId(u16::MAX);
    let done = store.journal.append(&batch).await?;
    let expected = [true, false, true, false];
    let done: Vec<_> = done.iter().map(|a| *a == Appended::Done).collect();
    assert_eq!(done, expected);
    for (shard, count) in [(9, 1), (2, 0), (4, 1), (11, 0)] {
        let records = store.journal.read(ShardId(shard), Lsn(1), 1000).await?;
        assert_eq!(records.len(), count, "shard {shard}");
    }
    Ok(())
}

/// A second record of the same shard in a batch is refused, even the next one.
pub async fn takes_one_record_a_shard_and_batch(subject: &dyn Subject) -> Result<()> {
    let store = subject.open().await?;
    let lease = acquire(&store, SHARD).await?;
    let batch = [record(lease, 1, "one"), record(lease, 2, "two")];
    let done = store.journal.append(&batch).await?;
    assert_eq!(done, [Appended::Done, Appended::Fenced]);
    assert_eq!(read_all(&store, SHARD).await?, ["one"]);
    Ok(())
}

/// Once somebody else has the shard, the former owner writes nothing more.
pub async fn fences_a_former_epoch(subject: &dyn Subject) -> Result<()> {
    let store = subject.open().await?;
    let former = acquire(&store, SHARD).await?;
    append(&store, former, 1, b"before").await?;
    subject.let_leases_run_out(&store).await?;
    let lease = store.leases.acquire(SHARD, &node("b")).await?;
    let lease = lease.expect("the lease ran out");
    assert_eq!(lease.last_lsn, Lsn(1));
    let late = store.journal.append(&[record(former, 2, "late")]).await?;
    assert_eq!(late, [Appended::Fenced]);
    append(&store, lease, 2, b"after").await?;
    assert_eq!(read_all(&store, SHARD).await?, ["before", "after"]);
    Ok(())
}

/// What was acknowledged is there after a restart, and the next lsn is known.
pub async fn keeps_records_over_a_restart(subject: &dyn Subject) -> Result<()> {
    let store = subject.open().await?;
    let lease = acquire(&store, SHARD).await?;
    append(&store, lease, 1, b"one").await?;
    append(&store, lease, 2, b"two").await?;
    drop(store);
    let store = subject.open().await?;
    assert_eq!(read_all(&store, SHARD).await?, ["one", "two"]);
    let lease = acquire(&store, SHARD).await?;
    assert_eq!(lease.last_lsn, Lsn(2));
    append(&store, lease, 3, b"three").await?;
    assert_eq!(read_all(&store, SHARD).await?, ["one", "two", "three"]);
    Ok(())
}

/// However much is written, what a shard has not trimmed stays, and so does the rest of its log.
pub async fn keeps_what_is_not_trimmed(subject: &dyn Subject) -> Result<()> {
    let store = subject.open().await?;
    let (mut busy, idle) = (
        Busy::new(&store, SHARD).await?,
        acquire(&store, OTHER).await?,
    );
    append(&store, idle, 1, b"idle").await?;
    busy.write(&store, subject.generation_bytes() * 2).await?;
    store.journal.trim(SHARD, Lsn(busy.lsn)).await?;
    busy.write(&store, subject.generation_bytes() * 2).await?;
    assert_eq!(read_all(&store, OTHER).await?, ["idle"]);
    append(&store, idle, 2, b"again").await?;
    drop(store);
    let store = subject.open().await?;
    assert_eq!(read_all(&store, OTHER).await?, ["idle", "again"]);
    Ok(())
}

/// What every shard has trimmed goes once enough is written, and what came after stays.
pub async fn drops_what_every_shard_has_trimmed(subject: &dyn Subject) -> Result<()> {
    let store = subject.open().await?;
    let (mut busy, idle) = (
        Busy::new(&store, SHARD).await?,
        acquire(&store, OTHER).await?,
    );
    append(&store, idle, 1, b"idle").await?;
    busy.write(&store, subject.generation_bytes() * 2).await?;
    let trimmed = busy.lsn;
    store.journal.trim(SHARD, Lsn(trimmed)).await?;
    store.journal.trim(OTHER, Lsn(1)).await?;
    store.journal.trim(SHARD, Lsn(1)).await?;
    busy.write(&store, subject.generation_bytes() * 2).await?;
    gone(&store, SHARD).await?;
    gone(&store, OTHER).await?;
    let rest = store.journal.read(SHARD, Lsn(trimmed + 1), 1).await?;
    assert_eq!(rest[0].lsn, Lsn(trimmed + 1));
    append(&store, idle, 2, b"again").await?;
    let after = store.journal.read(OTHER, Lsn(2), 1000).await?;
    assert_eq!(after[0].body, "again");
    Ok(())
}

/// An idle shard that trimmed all it had holds nothing back after a restart.
pub async fn keeps_trims_over_a_restart(subject: &dyn Subject) -> Result<()> {
    let store = subject.open().await?;
    let idle = acquire(&store, OTHER).await?;
    append(&store, idle, 1, b"idle").await?;
    store.journal.trim(OTHER, Lsn(1)).await?;
    drop(store);
    let store = subject.open().await?;
    let mut busy = Busy::new(&store, SHARD).await?;
    busy.write(&store, subject.generation_bytes() * 2).await?;
    store.journal.trim(SHARD, Lsn(busy.lsn)).await?;
    busy.write(&store, subject.generation_bytes() * 2).await?;
    gone(&store, OTHER).await?;
    gone(&store, SHARD).await
}

/// A flipped bit is reported, never returned.
pub async fn finds_a_flipped_bit(subject: &dyn Subject) -> Result<()> {
    let store = subject.open().await?;
    let lease = acquire(&store, SHARD).await?;
    for (lsn, body) in [(1, "one"), (2, "two"), (3, "three")] {
        append(&store, lease, lsn, body.as_bytes()).await?;
    }
    drop(store);
    subject.flip_record(SHARD, Lsn(2)).await?;
    let store = subject.open().await?;
    let found = store.journal.read(SHARD, Lsn(2), 1000).await;
    assert!(matches!(found, Err(Error::Corrupt(_))), "{found:?}");
    let after = store.journal.read(SHARD, Lsn(3), 1000).await?;
    assert_eq!(after[0].body, "three", "the records around it are good");
    Ok(())
}

/// A shard that writes a lot.
struct Busy {
    lease: Lease,
    lsn: u64,
}

impl Busy {
    async fn new(store: &Store, shard: ShardId) -> Result<Self> {
        let lease = acquire(store, shard).await?;
        let lsn = lease.last_lsn.0;
        Ok(Self { lease, lsn })
    }

    async fn write(&mut self, store: &Store, bytes: usize) -> Result<()> {
        let body = Bytes::from(vec![7; bytes.div_ceil(16)]);
        for _ in 0..16 {
            self.lsn += 1;
            let record = record(self.lease, self.lsn, body.clone());
            let done = store.journal.append(&[record]).await?;
            assert_eq!(done, [Appended::Done]);
        }
        Ok(())
    }
}

async fn gone(store: &Store, shard: ShardId) -> Result<()> {
    let found = store.journal.read(shard, Lsn(1), 1).await;
    assert!(
        matches!(found, Err(Error::Corrupt(_))),
        "{shard}: {found:?}"
    );
    Ok(())
}

async fn read_all(store: &Store, shard: ShardId) -> Result<Vec<Bytes>> {
    let records = store.journal.read(shard, Lsn(1), usize::MAX).await?;
    Ok(records.into_iter().map(|record| record.body).collect())
}
