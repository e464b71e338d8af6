//! Reading executions and their chunks.

use sqlx::SqlitePool;
use steploom_store::journal::Lsn;
use steploom_store::projection::{Chunk, Row, Snapshot, SnapshotAt, Status};
use steploom_store::{Result, frame};
use steploom_types::{AccountId, ExecutionId, MachineName, Name, ShardId, Slot, Timestamp};

use super::write::about;
use crate::column::{count, execution, instant, stored};
use crate::error::failed;
use crate::row::execution::Stored;

/// What [`Stored`] is made of, from `execution e` and `machine m`.
macro_rules! columns {
    () => {
        "e.id, m.account, m.name AS machine, e.machine_version, e.name, e.definition, e.status, \
         e.started_at, e.ended_at, e.input, e.output, e.error, e.cause, e.more"
    };
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
    let (first, last) = ids_of(slots);
    let after = after.map(|id| id.to_bytes().to_vec()).unwrap_or_default();
    // CROSS JOIN: the few that are open lead, in the order of their ids.
    let rows: Vec<Stored> = sqlx::query_as(concat!(
        "SELECT ",
        columns!(),
        " FROM open_execution o CROSS JOIN execution e ON e.id = o.id
          CROSS JOIN machine m ON m.n = e.machine
          WHERE o.wake_at IS NULL AND o.id > ? AND o.id BETWEEN ? AND ? ORDER BY o.id LIMIT ?"
    ))
    .bind(after)
    .bind(first)
    .bind(last)
    .bind(i64::from(limit))
    .fetch_all(from)
    .await
    .map_err(failed)?;
    rows.into_iter().map(Stored::check).collect()
}

pub(super) async fn due(
    from: &SqlitePool,
    slots: (u16, u16),
    after: Option<(Timestamp, ExecutionId)>,
    until: Timestamp,
    limit: u32,
) -> Result<Vec<(Timestamp, ExecutionId)>> {
    let (first, last) = ids_of(slots);
    let (after, after_id) = after.map_or((i64::MIN, Vec::new()), |(at, id)| {
        (at.as_millis(), id.to_bytes().to_vec())
    });
    let rows: Vec<(i64, Vec<u8>)> = sqlx::query_as(
        "SELECT wake_at, id FROM open_execution INDEXED BY open_execution_by_wake
         WHERE (wake_at, id) > (?, ?) AND wake_at <= ? AND id BETWEEN ? AND ?
         ORDER BY wake_at, id LIMIT ?",
    )
    .bind(after)
    .bind(after_id)
    .bind(until.as_millis())
    .bind(first)
    .bind(last)
    .bind(i64::from(limit))
    .fetch_all(from)
    .await
    .map_err(failed)?;
    let due = |(wake_at, id): (i64, Vec<u8>)| Ok((instant(wake_at)?, execution(&id)?));
    rows.into_iter().map(due).collect()
}

pub(super) async fn find(
    from: &SqlitePool,
    account: AccountId,
    id: ExecutionId,
) -> Result<Option<Row>> {
    let row: Option<Stored> = sqlx::query_as(concat!(
        "SELECT ",
        columns!(),
        " FROM execution e CROSS JOIN machine m ON m.n = e.machine
          WHERE e.id = ? AND m.account = ?"
    ))
    .bind(id.to_bytes().to_vec())
    .bind(stored(account.as_u64()))
    .fetch_optional(from)
    .await
    .map_err(failed)?;
    row.map(Stored::check).transpose()
}

/// A name that reads as an id may be that execution's own, which is not stored, or one that was
/// given to another.
pub(super) async fn find_by_name(
    from: &SqlitePool,
    account: AccountId,
    machine: &MachineName,
    name: &Name,
) -> Result<Option<Row>> {
    let given: Option<Stored> = sqlx::query_as(concat!(
        "SELECT ",
        columns!(),
        " FROM machine m CROSS JOIN execution e ON e.machine = m.n
          WHERE m.account = ? AND m.name = ? AND e.name = ?
          ORDER BY e.started_at DESC, e.id DESC LIMIT 1"
    ))
    .bind(stored(account.as_u64()))
    .bind(machine.to_string())
    .bind(name.as_str())
    .fetch_optional(from)
    .await
    .map_err(failed)?;
    let given = given.map(Stored::check).transpose()?;
    let own = match name.as_str().parse() {
        Ok(id) => find(from, account, id).await?,
        Err(_) => None,
    };
    let own = own.filter(|row| row.machine == *machine && row.name == *name);
    Ok(given
        .into_iter()
        .chain(own)
        .max_by_key(|row| (row.started_at, row.id)))
}

/// Chunks from the one on that holds the fact `from_fact`; the facts in the row are the first.
pub(super) async fn chunks(
    from: &SqlitePool,
    id: ExecutionId,
    from_fact: u64,
    bytes_max: usize,
) -> Result<Vec<Chunk>> {
    let rows: Vec<(i64, i64, Vec<u8>)> = sqlx::query_as(
        "WITH all_chunks (first_fact, first_event, facts) AS (
             SELECT first_fact, first_event, facts FROM chunk WHERE id = ?1
             UNION ALL
             SELECT 0, first_event, facts FROM execution WHERE id = ?1 AND facts IS NOT NULL
         ), held (first_fact) AS (
             SELECT coalesce(max(first_fact), 0) FROM all_chunks WHERE first_fact <= ?2
         )
         SELECT first_fact, first_event, facts FROM all_chunks
         WHERE first_fact >= (SELECT first_fact FROM held) ORDER BY first_fact",
    )
    .bind(id.to_bytes().to_vec())
    .bind(from_fact.min(i64::MAX as u64).cast_signed())
    .fetch_all(from)
    .await
    .map_err(failed)?;
    let (mut chunks, mut bytes) = (Vec::new(), 0);
    for (first_fact, first_event, framed) in rows {
        if bytes >= bytes_max && !chunks.is_empty() {
            break;
        }
        bytes += framed.len();
        let (first_fact, first_event) = (count(first_fact)?, count(first_event)?);
        chunks.push(Chunk {
            first_fact,
            first_event,
            facts: frame::open(&about(id, first_fact, first_event), &framed.into())?,
        });
    }
    Ok(chunks)
}

pub(super) async fn snapshot(
    from: &SqlitePool,
    id: ExecutionId,
    at: SnapshotAt,
) -> Result<Option<Snapshot>> {
    let event = match at {
        SnapshotAt::Newest => i64::MAX,
        SnapshotAt::Event(event) => event.min(i64::MAX as u64).cast_signed(),
    };
    let row: Option<(i64, i64, Vec<u8>)> = sqlx::query_as(
        "SELECT facts, events, body FROM snapshot WHERE id = ? AND events <= ?
         ORDER BY facts DESC LIMIT 1",
    )
    .bind(id.to_bytes().to_vec())
    .bind(event)
    .fetch_optional(from)
    .await
    .map_err(failed)?;
    let Some((facts, events, framed)) = row else {
        return Ok(None);
    };
    let (facts, events) = (count(facts)?, count(events)?);
    let body = frame::open(&about(id, facts, events), &framed.into())?;
    Ok(Some(Snapshot {
        facts,
        events,
        body,
    }))
}

pub(super) async fn offers(
    from: &SqlitePool,
    (account, activity): (AccountId, &Name),
    slots: (u16, u16),
    after: Option<(ExecutionId, u64)>,
    limit: u32,
) -> Result<Vec<(ExecutionId, u64)>> {
    let (first, last) = ids_of(slots);
    let (id, action) = after.map_or((Vec::new(), 0), |(id, n)| (id.to_bytes().to_vec(), n));
    let rows: Vec<(Vec<u8>, i64)> = sqlx::query_as(
        "SELECT id, action FROM offer WHERE account = ? AND activity = ?
         AND id BETWEEN ? AND ? AND (id, action) > (?, ?) ORDER BY id, action LIMIT ?",
    )
    .bind(stored(account.as_u64()))
    .bind(activity.as_str())
    .bind(first)
    .bind(last)
    .bind(id)
    .bind(stored(action))
    .bind(i64::from(limit))
    .fetch_all(from)
    .await
    .map_err(failed)?;
    let offer = |(id, action): (Vec<u8>, i64)| Ok((execution(&id)?, count(action)?));
    rows.into_iter().map(offer).collect()
}

pub(super) async fn counts(
    from: &SqlitePool,
    account: AccountId,
    machine: Option<&MachineName>,
) -> Result<Vec<(MachineName, Status, u64)>> {
    let rows: Vec<(String, i64, i64)> = sqlx::query_as(
        "SELECT m.name, e.status, count(*) FROM machine m JOIN execution e ON e.machine = m.n
         WHERE m.account = ?1 AND (?2 IS NULL OR m.name = ?2)
         AND (e.more IS NULL OR substr(e.more, 15, 16) = zeroblob(16))
         GROUP BY m.name, e.status ORDER BY m.name, e.status",
    )
    .bind(stored(account.as_u64()))
    .bind(machine.map(ToString::to_string))
    .fetch_all(from)
    .await
    .map_err(failed)?;
    let of = |(name, code, n): (String, i64, i64)| {
        Ok((
            crate::column::machine(&name)?,
            crate::column::status(code)?,
            count(n)?,
        ))
    };
    rows.into_iter().map(of).collect()
}

/// The first and the last id of a range of slots.
fn ids_of(slots: (u16, u16)) -> (Vec<u8>, Vec<u8>) {
    let fill = |Slot(slot), with: u8| {
        let mut id = [with; 16];
        id[..2].copy_from_slice(&slot.to_be_bytes());
        id.to_vec()
    };
    (fill(Slot(slots.0), 0), fill(Slot(slots.1), 0xff))
}
