//! Reading executions and their chunks.

use sqlx::SqlitePool;
use steploom_store::Result;
use steploom_store::journal::Lsn;
use steploom_store::projection::{Chunk, Row};
use steploom_types::{AccountId, ExecutionId, MachineName, Name, ShardId, Slot, Timestamp};

use crate::column::{count, execution, instant, stored};
use crate::error::failed;
use crate::row::execution::Stored;

/// What [`Stored`] is made of, from `execution e` and `machine m`.
macro_rules! columns {
    () => {
        "e.id, m.account, m.name AS machine, e.machine_version, e.name, e.definition, e.status, \
         e.started_at, e.ended_at, e.input, e.output, e.error, e.cause"
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
          WHERE o.id > ? AND o.id BETWEEN ? AND ? ORDER BY o.id LIMIT ?"
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
    until: Timestamp,
    limit: u32,
) -> Result<Vec<(Timestamp, ExecutionId)>> {
    let (first, last) = ids_of(slots);
    let rows: Vec<(i64, Vec<u8>)> = sqlx::query_as(
        "SELECT wake_at, id FROM open_execution INDEXED BY open_execution_by_wake
         WHERE wake_at <= ? AND id BETWEEN ? AND ? ORDER BY wake_at, id LIMIT ?",
    )
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

/// The facts in the row come after any chunk of the same first event: an execution is whole in its
/// row, or it had chunks before.
pub(super) async fn chunks(
    from: &SqlitePool,
    id: ExecutionId,
    from_event: u64,
) -> Result<Vec<Chunk>> {
    let rows: Vec<(i64, Vec<u8>)> = sqlx::query_as(
        "WITH begins (first_event) AS (
             SELECT first_event FROM chunk WHERE id = ?1
             UNION ALL SELECT first_event FROM execution WHERE id = ?1 AND facts IS NOT NULL
         ), held (first_event) AS (
             SELECT coalesce(max(first_event), 0) FROM begins WHERE first_event <= ?2
         )
         SELECT first_event, facts FROM (
             SELECT first_event, lsn, facts FROM chunk WHERE id = ?1
             UNION ALL SELECT first_event, 9223372036854775807, facts FROM execution
                       WHERE id = ?1 AND facts IS NOT NULL
         )
         WHERE first_event >= (SELECT first_event FROM held)
         ORDER BY first_event, lsn",
    )
    .bind(id.to_bytes().to_vec())
    .bind(i64::try_from(from_event).unwrap_or(i64::MAX))
    .fetch_all(from)
    .await
    .map_err(failed)?;
    let chunk = |(first_event, facts): (i64, Vec<u8>)| {
        Ok(Chunk {
            first_event: count(first_event)?,
            facts: facts.into(),
        })
    };
    rows.into_iter().map(chunk).collect()
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
