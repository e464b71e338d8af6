//! The file of open executions, and of up to where each shard is contained in the projection.

use std::collections::HashSet;

use sqlx::{Connection, SqliteConnection, SqlitePool};
use steploom_store::journal::{Epoch, Lsn};
use steploom_store::projection::{Change, Row, Sleep};
use steploom_store::{Error, Result};
use steploom_types::{AccountId, ExecutionId, Name, ShardId, Timestamp};

use super::closed::Reopened;
use super::rows::{
    Machines, Packed, delete, move_parts, select, write_chunks, write_many, write_snapshots,
    write_tags,
};
use super::shelf::{Full, columns};
use super::{key, rows};
use crate::column::{count, instant, shard, stored};
use crate::error::failed;
use crate::sqlite::many::Many;

/// How many slots have the same band: see the column.
const BAND_SLOTS: u16 = 4096;

/// The keys of those among `keys` that are open.
pub(super) async fn among(
    from: &mut SqliteConnection,
    keys: &[Vec<u8>],
) -> Result<HashSet<Vec<u8>>> {
    static SELECT: Many = Many::new("SELECT key FROM execution WHERE key IN (", "?", ")");
    let found: Vec<(Vec<u8>,)> = select(from, &SELECT, keys).await?;
    Ok(found.into_iter().map(|(key,)| key).collect())
}

/// Whether a checkpoint may be written now.
pub(super) async fn check_fence(
    from: &mut SqliteConnection,
    (id, epoch, upto): (ShardId, Epoch, Lsn),
) -> Result<()> {
    let newest: Option<(i64, i64)> =
        sqlx::query_as("SELECT epoch, lsn FROM checkpoint WHERE shard = ?")
            .bind(i64::from(id.0))
            .fetch_optional(from)
            .await
            .map_err(failed)?;
    let (newest_epoch, newest_lsn) = newest.unwrap_or_default();
    if newest_epoch > stored(epoch.0) || newest_lsn > stored(upto.0) {
        return Err(Error::Fenced { shard: id });
    }
    Ok(())
}

/// What one checkpoint changes here.
pub(super) struct Checkpoint<'a> {
    pub(super) shard: (ShardId, Epoch, Lsn),
    pub(super) open: Vec<&'a Change>,
    /// Those that have ended; they are in their partitions by now.
    pub(super) closed: Vec<Vec<u8>>,
    /// Those that were closed, with what their partitions have of them.
    pub(super) reopened: Vec<Reopened>,
}

/// Writes all of it or nothing.
pub(super) async fn write(
    to: &mut SqliteConnection,
    machines: &mut Machines,
    checkpoint: &mut Checkpoint<'_>,
) -> Result<()> {
    let mut transaction = to.begin_with("BEGIN IMMEDIATE").await.map_err(failed)?;
    fence(&mut transaction, checkpoint.shard).await?;
    remove(&mut transaction, &checkpoint.closed).await?;
    take_back(&mut transaction, &mut checkpoint.reopened).await?;
    write_open(&mut transaction, machines, &checkpoint.open).await?;
    transaction.commit().await.map_err(failed)
}

/// Writes open executions, with all that belongs to them.
pub(super) async fn write_open(
    to: &mut SqliteConnection,
    machines: &mut Machines,
    open: &[&Change],
) -> Result<()> {
    write_rows(to, machines, open).await?;
    write_tags(to, open.iter().map(|change| &change.row)).await?;
    let with_facts = open.iter().filter(|c| !c.chunk.facts.is_empty());
    let chunks: Vec<_> = with_facts.map(|c| (c.row.id, &c.chunk)).collect();
    write_chunks(to, &chunks).await?;
    let snapshots = open.iter();
    let snapshots = snapshots.filter_map(|c| Some((c.row.id, c.snapshot.as_ref()?)));
    let snapshots: Vec<_> = snapshots.collect();
    write_snapshots(to, &snapshots).await?;
    write_offers(to, open).await
}

async fn fence(
    to: &mut SqliteConnection,
    (shard, epoch, upto): (ShardId, Epoch, Lsn),
) -> Result<()> {
    let moved = sqlx::query(
        "INSERT INTO checkpoint (shard, epoch, lsn) VALUES (?, ?, ?)
         ON CONFLICT (shard) DO UPDATE SET epoch = excluded.epoch, lsn = excluded.lsn
         WHERE epoch <= excluded.epoch AND lsn <= excluded.lsn",
    )
    .bind(i64::from(shard.0))
    .bind(stored(epoch.0))
    .bind(stored(upto.0))
    .execute(to)
    .await
    .map_err(failed)?;
    if moved.rows_affected() == 0 {
        return Err(Error::Fenced { shard });
    }
    Ok(())
}

/// Removes executions that have ended. Most were never here.
async fn remove(to: &mut SqliteConnection, closed: &[Vec<u8>]) -> Result<()> {
    static ROWS: Many = Many::new("DELETE FROM execution WHERE key IN (", "?", ")");
    static CHUNKS: Many = Many::new("DELETE FROM chunk WHERE key IN (", "?", ")");
    static SNAPSHOTS: Many = Many::new("DELETE FROM snapshot WHERE key IN (", "?", ")");
    static OFFERS: Many = Many::new("DELETE FROM offer WHERE key IN (", "?", ")");
    static TAGS: Many = Many::new("DELETE FROM tag WHERE key IN (", "?", ")");
    if delete(to, &ROWS, closed).await? == 0 {
        return Ok(());
    }
    for many in [&CHUNKS, &SNAPSHOTS, &OFFERS, &TAGS] {
        delete(to, many, closed).await?;
    }
    Ok(())
}

/// Takes back what partitions have of executions that go on, and notes that it is to be removed
/// there: only once this is durable.
async fn take_back(to: &mut SqliteConnection, reopened: &mut [Reopened]) -> Result<()> {
    for Reopened {
        partition,
        from,
        rows,
    } in reopened
    {
        for (key, whole) in rows.iter() {
            sqlx::query("INSERT OR IGNORE INTO reopened (key, partition) VALUES (?, ?)")
                .bind(key)
                .bind(stored(*partition))
                .execute(&mut *to)
                .await
                .map_err(failed)?;
            let id = key::id(key)?;
            let whole = whole.as_ref().map(|chunk| (id, chunk));
            write_chunks(to, whole.as_slice()).await?;
            move_parts(from, to, std::slice::from_ref(key)).await?;
        }
    }
    Ok(())
}

/// A row that has not changed is not written again.
async fn write_rows(
    to: &mut SqliteConnection,
    machines: &mut Machines,
    changes: &[&Change],
) -> Result<()> {
    static INSERT: Many = Many::new(
        "INSERT INTO execution (key, machine, status, started_at, name, error, part_of, is_whole, \
         head, body, slot, band, sleeps, wake_at) VALUES",
        "(?, ?, ?, ?, ?, ?, ?, 0, ?, ?, ?, ?, ?, ?)",
        "ON CONFLICT (key) DO UPDATE SET status = excluded.status, error = excluded.error, \
         head = excluded.head, body = excluded.body, sleeps = excluded.sleeps, \
         wake_at = excluded.wake_at \
         WHERE sleeps <> excluded.sleeps OR wake_at IS NOT excluded.wake_at \
         OR head <> excluded.head OR body <> excluded.body",
    );
    let mut packed = Vec::with_capacity(changes.len());
    for change in changes {
        let machine = machines.number(to, &change.row).await?;
        packed.push((*change, Packed::of(change, machine, false)));
    }
    write_many!(to, INSERT, &packed, |query, row| {
        let (change, row) = (row.0, &row.1);
        let slot = change.row.id.slot().0;
        let (sleeps, wake_at) = sleep(change.sleep);
        query
            .bind(&row.key)
            .bind(row.machine)
            .bind(row.status)
            .bind(row.started_at)
            .bind(row.name.as_deref())
            .bind(row.error.as_deref())
            .bind(row.part_of.as_deref())
            .bind(&row.head)
            .bind(&row.body)
            .bind(i64::from(slot))
            .bind(band(slot))
            .bind(sleeps)
            .bind(wake_at)
    });
    Ok(())
}

fn sleep(sleep: Sleep) -> (bool, Option<i64>) {
    match sleep {
        Sleep::No => (false, None),
        Sleep::Until(at) => (true, Some(at.as_millis())),
        Sleep::Called => (true, None),
    }
}

fn band(slot: u16) -> i64 {
    i64::from(slot / BAND_SLOTS)
}

/// Offers replace those of the last checkpoint, of which there are hardly ever any.
async fn write_offers(to: &mut SqliteConnection, changes: &[&Change]) -> Result<()> {
    static DELETE: Many = Many::new("DELETE FROM offer WHERE key IN (", "?", ")");
    static INSERT: Many = Many::new(
        "INSERT INTO offer (account, activity, slot, key, action) VALUES",
        "(?, ?, ?, ?, ?)",
        "",
    );
    let keys: Vec<_> = changes.iter().map(|c| key::key(c.row.id)).collect();
    delete(to, &DELETE, &keys).await?;
    let offers = changes
        .iter()
        .flat_map(|change| change.offers.iter().map(|offer| (&change.row, offer)));
    let offers: Vec<_> = offers.collect();
    write_many!(to, INSERT, &offers, |query, offer| query
        .bind(stored(offer.0.account.as_u64()))
        .bind(offer.1.activity.as_str())
        .bind(i64::from(offer.0.id.slot().0))
        .bind(key::key(offer.0.id))
        .bind(stored(offer.1.action)));
    Ok(())
}

/// Up to where each shard that ever had a checkpoint is contained.
pub(super) async fn checkpoints(from: &SqlitePool) -> Result<Vec<(ShardId, Lsn)>> {
    let rows: Vec<(i64, i64)> = sqlx::query_as("SELECT shard, lsn FROM checkpoint")
        .fetch_all(from)
        .await
        .map_err(failed)?;
    let checkpoint = |(id, lsn)| Ok((shard(id)?, Lsn(count(lsn)?)));
    rows.into_iter().map(checkpoint).collect()
}

pub(super) async fn checkpointed(from: &SqlitePool, shard: ShardId) -> Result<Lsn> {
    let lsn: Option<i64> = sqlx::query_scalar("SELECT lsn FROM checkpoint WHERE shard = ?")
        .bind(i64::from(shard.0))
        .fetch_optional(from)
        .await
        .map_err(failed)?;
    Ok(Lsn(count(lsn.unwrap_or_default())?))
}

pub(super) async fn open(
    from: &SqlitePool,
    slots: (u16, u16),
    after: Option<ExecutionId>,
    limit: u32,
) -> Result<Vec<Row>> {
    let (slot, key) = after.map_or((i64::from(slots.0), Vec::new()), |id| {
        (i64::from(id.slot().0), key::key(id))
    });
    let rows: Vec<Full> = sqlx::query_as(concat!(
        "SELECT ",
        columns!(),
        ", e.body FROM execution e INDEXED BY execution_awake
          CROSS JOIN machine m ON m.n = e.machine
          WHERE e.sleeps = 0 AND e.slot BETWEEN ? AND ? AND (e.slot, e.key) > (?, ?)
          ORDER BY e.slot, e.key LIMIT ?"
    ))
    .bind(i64::from(slots.0))
    .bind(i64::from(slots.1))
    .bind(slot)
    .bind(key)
    .bind(i64::from(limit))
    .fetch_all(from)
    .await
    .map_err(failed)?;
    let row = |full: Full| full.check().map(|(row, _)| row);
    rows.into_iter().map(row).collect()
}

pub(super) async fn due(
    from: &SqlitePool,
    slots: (u16, u16),
    after: Option<(Timestamp, ExecutionId)>,
    until: Timestamp,
    limit: u32,
) -> Result<Vec<(Timestamp, ExecutionId)>> {
    let (from_at, from_slot, from_key) = after.map_or((i64::MIN, -1, Vec::new()), |(at, id)| {
        (at.as_millis(), i64::from(id.slot().0), key::key(id))
    });
    let mut due = Vec::new();
    for band in band(slots.0)..=band(slots.1) {
        let page: Vec<(i64, Vec<u8>)> = sqlx::query_as(
            "SELECT wake_at, key FROM execution INDEXED BY execution_by_wake
             WHERE wake_at IS NOT NULL AND band = ? AND wake_at <= ?
             AND (wake_at, slot, key) > (?, ?, ?) AND slot BETWEEN ? AND ?
             ORDER BY wake_at, slot, key LIMIT ?",
        )
        .bind(band)
        .bind(until.as_millis())
        .bind(from_at)
        .bind(from_slot)
        .bind(&from_key)
        .bind(i64::from(slots.0))
        .bind(i64::from(slots.1))
        .bind(i64::from(limit))
        .fetch_all(from)
        .await
        .map_err(failed)?;
        for (wake_at, key) in page {
            due.push((instant(wake_at)?, key::id(&key)?));
        }
    }
    due.sort_unstable();
    due.truncate(limit as usize);
    Ok(due)
}

pub(super) async fn offers(
    from: &SqlitePool,
    (account, activity): (AccountId, &Name),
    slots: (u16, u16),
    after: Option<(ExecutionId, u64)>,
    limit: u32,
) -> Result<Vec<(ExecutionId, u64)>> {
    let (slot, key, action) = after.map_or((-1, Vec::new(), 0), |(id, action)| {
        (i64::from(id.slot().0), key::key(id), action)
    });
    let rows: Vec<(Vec<u8>, i64)> = sqlx::query_as(
        "SELECT key, action FROM offer WHERE account = ? AND activity = ?
         AND slot BETWEEN ? AND ? AND (slot, key, action) > (?, ?, ?)
         ORDER BY slot, key, action LIMIT ?",
    )
    .bind(stored(account.as_u64()))
    .bind(activity.as_str())
    .bind(i64::from(slots.0))
    .bind(i64::from(slots.1))
    .bind(slot)
    .bind(key)
    .bind(stored(action))
    .bind(i64::from(limit))
    .fetch_all(from)
    .await
    .map_err(failed)?;
    let offer = |(key, action): (Vec<u8>, i64)| Ok((key::id(&key)?, count(action)?));
    rows.into_iter().map(offer).collect()
}

/// What is still to be removed from partitions.
pub(super) async fn reopened(from: &mut SqliteConnection) -> Result<Vec<(Vec<u8>, u64)>> {
    let rows: Vec<(Vec<u8>, i64)> = sqlx::query_as("SELECT key, partition FROM reopened")
        .fetch_all(from)
        .await
        .map_err(failed)?;
    let one = |(key, partition)| Ok((key, count(partition)?));
    rows.into_iter().map(one).collect()
}

/// It was removed there.
pub(super) async fn forget_reopened(to: &mut SqliteConnection, keys: &[Vec<u8>]) -> Result<()> {
    static DELETE: Many = Many::new("DELETE FROM reopened WHERE key IN (", "?", ")");
    rows::delete(to, &DELETE, keys).await?;
    Ok(())
}
