//! What the checks write.

use std::collections::BTreeMap;

use bytes::Bytes;
use steploom_types::{AccountId, Digest, ExecutionId, MachineName, Name, ShardId, Slot, Timestamp};

use crate::journal::{Append, Appended, Epoch, Lsn};
use crate::lease::{Lease, NodeId};
use crate::projection::{Change, Chunk, Cursor, Filter, Row, Sleep, Status};
use crate::{Result, Store};

pub(super) const SHARD: ShardId = ShardId(3);
pub(super) const OTHER: ShardId = ShardId(7);
/// An instant well within what ids and timestamps hold.
pub(super) const START_MS: i64 = 1_800_000_000_000;

pub(super) fn node(name: &str) -> NodeId {
    NodeId(name.into())
}

pub(super) fn account(number: u64) -> AccountId {
    AccountId::from_u64(number).expect("a small number")
}

pub(super) fn name(text: &str) -> Name {
    text.parse().expect("a valid name")
}

pub(super) fn machine(text: &str) -> MachineName {
    text.parse().expect("a valid name")
}

pub(super) fn at(ms: i64) -> Timestamp {
    Timestamp::from_millis(START_MS + ms)
}

/// The id of the `n`-th execution, started `n` ms after the first.
pub(super) fn id(slot: u16, n: i64) -> ExecutionId {
    ExecutionId::new(
        Slot(slot),
        at(n),
        n.unsigned_abs().wrapping_mul(0x9e37_79b9_7f4a_7c15),
    )
}

pub(super) fn record(lease: Lease, lsn: u64, body: impl Into<Bytes>) -> Append {
    Append {
        shard: lease.shard,
        epoch: lease.epoch,
        lsn: Lsn(lsn),
        body: body.into(),
    }
}

pub(super) async fn acquire(store: &Store, shard: ShardId) -> Result<Lease> {
    let lease = store.leases.acquire(shard, &node("a")).await?;
    Ok(lease.expect("nobody else holds the shard"))
}

/// Appends to one shard, which must take it.
pub(super) async fn append(store: &Store, lease: Lease, lsn: u64, body: &[u8]) -> Result<()> {
    let record = record(lease, lsn, body.to_vec());
    assert_eq!(store.journal.append(&[record]).await?, [Appended::Done]);
    Ok(())
}

/// A running execution of account 1 and machine `m`, named after its id, started `n` ms after the
/// first.
pub(super) fn running(slot: u16, n: i64) -> Row {
    let id = id(slot, n);
    Row {
        account: account(1),
        id,
        name: name(&id.to_string()),
        machine: machine("m"),
        machine_version: 1,
        definition: Digest::of(b"{}"),
        status: Status::Running,
        started_at: at(n),
        ended_at: None,
        input: Bytes::from_static(b"{\"in\":1}"),
        output: None,
        error: None,
        cause: None,
        tags: BTreeMap::new(),
        redrives: 0,
        redriven_at: None,
        part_of: None,
        priority: 0,
    }
}

/// The same execution, ended.
pub(super) fn ended(row: Row, status: Status) -> Row {
    let output = (status == Status::Succeeded).then(|| Bytes::from_static(b"{\"out\":2}"));
    let failed = (status == Status::Failed).then(|| "States.TaskFailed".to_owned());
    Row {
        status,
        ended_at: Some(row.started_at.plus_millis(10)),
        output,
        cause: failed.as_ref().map(|_| "because".to_owned()),
        error: failed,
        ..row
    }
}

/// A change with a chunk that begins at this fact, whose first event has the next number.
pub(super) fn change(row: &Row, first_fact: u64, facts: &'static str) -> Change {
    Change {
        row: row.clone(),
        chunk: Chunk {
            first_fact,
            first_event: first_fact + 1,
            facts: Bytes::from_static(facts.as_bytes()),
        },
        sleep: Sleep::No,
        offers: Vec::new(),
        snapshot: None,
    }
}

/// Writes rows with a first chunk each, as the checkpoint `upto` of [`SHARD`] in epoch 1.
pub(super) async fn write(store: &Store, upto: u64, rows: &[Row]) -> Result<()> {
    let changes: Vec<_> = rows.iter().map(|row| change(row, 0, "facts")).collect();
    checkpoint(store, upto, &changes).await
}

pub(super) async fn checkpoint(store: &Store, upto: u64, changes: &[Change]) -> Result<()> {
    let projection = &store.projection;
    projection
        .checkpoint(SHARD, Epoch(1), Lsn(upto), changes)
        .await
}

pub(super) fn ids(rows: &[Row]) -> Vec<ExecutionId> {
    rows.iter().map(|row| row.id).collect()
}

pub(super) async fn list(
    store: &Store,
    filter: &Filter,
    after: Option<Cursor>,
    limit: u32,
) -> Result<Vec<Row>> {
    let projection = &store.projection;
    projection.list(account(1), filter, after, limit).await
}
