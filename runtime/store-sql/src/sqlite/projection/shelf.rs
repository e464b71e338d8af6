//! One file of executions, to be read: that of the open ones or a partition of closed ones.

pub(super) mod list;

use bytes::Bytes;
use sqlx::{FromRow, SqlitePool};
use steploom_store::projection::{Chunk, Closed, Row, Snapshot, SnapshotAt, Status};
use steploom_store::{Result, frame};
use steploom_types::{AccountId, ExecutionId, MachineName, Name};

use super::key;
use crate::column::{self, count, stored};
use crate::error::failed;
use crate::row::pack::{self, Columns};

/// Chunks that are read at once.
const CHUNKS: i64 = 16;

/// What a row is read from; its body only where it is wanted.
macro_rules! columns {
    () => {
        "e.key, m.account, m.name AS machine, e.name, e.status, e.started_at, e.head"
    };
}
pub(super) use columns;

/// The columns of an execution, its machine's joined to it.
#[derive(FromRow)]
pub(super) struct Stored {
    pub(super) key: Vec<u8>,
    account: i64,
    machine: String,
    name: Option<String>,
    status: i64,
    pub(super) started_at: i64,
    head: Vec<u8>,
}

/// The same with the body.
#[derive(FromRow)]
pub(super) struct Full {
    #[sqlx(flatten)]
    stored: Stored,
    body: Vec<u8>,
}

impl Stored {
    /// The row without input and output, checked.
    pub(super) fn check(self) -> Result<Row> {
        let columns = Columns {
            account: column::account(self.account)?,
            id: key::id(&self.key)?,
            machine: column::machine(&self.machine)?,
            name: self.name.as_deref().map(column::name).transpose()?,
            status: column::status(self.status)?,
            started_at: column::instant(self.started_at)?,
        };
        pack::open_head(columns, &self.head.into())
    }
}

impl Full {
    /// The row, and the chunk that is in it.
    pub(super) fn check(self) -> Result<(Row, Option<Chunk>)> {
        let row = self.stored.check()?;
        let body = pack::open_body(row.id, &self.body.into())?;
        let row = Row {
            input: body.input,
            output: body.output,
            ..row
        };
        Ok((row, body.whole))
    }
}

pub(super) async fn find(
    from: &SqlitePool,
    account: AccountId,
    id: ExecutionId,
) -> Result<Option<Row>> {
    let row: Option<Full> = sqlx::query_as(concat!(
        "SELECT ",
        columns!(),
        ", e.body FROM execution e CROSS JOIN machine m ON m.n = e.machine
          WHERE e.key = ? AND m.account = ?"
    ))
    .bind(key::key(id))
    .bind(stored(account.as_u64()))
    .fetch_optional(from)
    .await
    .map_err(failed)?;
    Ok(row.map(Full::check).transpose()?.map(|(row, _)| row))
}

/// The newest that was given this name.
pub(super) async fn find_by_name(
    from: &SqlitePool,
    account: AccountId,
    machine: &MachineName,
    name: &Name,
) -> Result<Option<Row>> {
    let row: Option<Full> = sqlx::query_as(concat!(
        "SELECT ",
        columns!(),
        ", e.body FROM machine m CROSS JOIN execution e ON e.machine = m.n
          WHERE m.account = ? AND m.name = ? AND e.name = ?
          ORDER BY e.started_at DESC, e.key DESC LIMIT 1"
    ))
    .bind(stored(account.as_u64()))
    .bind(machine.to_string())
    .bind(name.as_str())
    .fetch_optional(from)
    .await
    .map_err(failed)?;
    Ok(row.map(Full::check).transpose()?.map(|(row, _)| row))
}

/// Chunks from the one that holds the fact `from_fact` on; what is in the row is the first. `None`
/// if there is nothing of this execution here.
pub(super) async fn chunks(
    from: &SqlitePool,
    id: ExecutionId,
    from_fact: u64,
    bytes_max: usize,
) -> Result<Option<Vec<Chunk>>> {
    let key = key::key(id);
    let Some((is_whole, held)): Option<(bool, Option<i64>)> = sqlx::query_as(
        "SELECT is_whole, (SELECT max(first_fact) FROM chunk WHERE key = ?1 AND first_fact <= ?2)
         FROM execution WHERE key = ?1",
    )
    .bind(&key)
    .bind(from_fact.min(i64::MAX as u64).cast_signed())
    .fetch_optional(from)
    .await
    .map_err(failed)?
    else {
        return Ok(None);
    };
    let mut chunks: Vec<Chunk> = Vec::new();
    let mut next = held.unwrap_or(0);
    if is_whole && next == 0 {
        let body: Vec<u8> = sqlx::query_scalar("SELECT body FROM execution WHERE key = ?")
            .bind(&key)
            .fetch_one(from)
            .await
            .map_err(failed)?;
        chunks.extend(pack::open_body(id, &body.into())?.whole);
        next = 1;
    }
    let mut bytes: usize = chunks.iter().map(|chunk| chunk.facts.len()).sum();
    while bytes < bytes_max || chunks.is_empty() {
        let page = chunk_page(from, id, next, CHUNKS).await?;
        let is_last = page.len() < CHUNKS as usize;
        for (first_fact, first_event, framed) in page {
            if bytes >= bytes_max && !chunks.is_empty() {
                return Ok(Some(chunks));
            }
            let place = (count(first_fact)?, count(first_event)?);
            let chunk = pack::open_facts(id, place, &framed.into())?;
            bytes += chunk.facts.len();
            next = first_fact + 1;
            chunks.push(chunk);
        }
        if is_last {
            break;
        }
    }
    Ok(Some(chunks))
}

async fn chunk_page(
    from: &SqlitePool,
    id: ExecutionId,
    first: i64,
    limit: i64,
) -> Result<Vec<(i64, i64, Vec<u8>)>> {
    sqlx::query_as(
        "SELECT first_fact, first_event, facts FROM chunk WHERE key = ? AND first_fact >= ?
         ORDER BY first_fact LIMIT ?",
    )
    .bind(key::key(id))
    .bind(first)
    .bind(limit)
    .fetch_all(from)
    .await
    .map_err(failed)
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
        "SELECT facts, events, body FROM snapshot WHERE key = ? AND events <= ?
         ORDER BY facts DESC LIMIT 1",
    )
    .bind(key::key(id))
    .bind(event)
    .fetch_optional(from)
    .await
    .map_err(failed)?;
    let Some((facts, events, framed)) = row else {
        return Ok(None);
    };
    let (facts, events) = (count(facts)?, count(events)?);
    let framed = Bytes::from(framed);
    let body = frame::open(&pack::about(id, facts, events), &framed);
    Ok(Some(Snapshot {
        facts,
        events,
        body: body.map_err(|error| pack::named(id, "a snapshot", error))?,
    }))
}

/// How many there are by machine and status, without ranges.
pub(super) async fn counts(
    from: &SqlitePool,
    account: AccountId,
    machine: Option<&MachineName>,
) -> Result<Vec<(MachineName, Status, u64)>> {
    let rows: Vec<(String, i64, i64)> = sqlx::query_as(
        "SELECT m.name, c.status, c.n FROM machine m CROSS JOIN count c ON c.machine = m.n
         WHERE m.account = ?1 AND (?2 IS NULL OR m.name = ?2) AND c.is_range = 0 AND c.n > 0",
    )
    .bind(stored(account.as_u64()))
    .bind(machine.map(ToString::to_string))
    .fetch_all(from)
    .await
    .map_err(failed)?;
    let of = |(name, status, n): (String, i64, i64)| {
        Ok((column::machine(&name)?, column::status(status)?, count(n)?))
    };
    rows.into_iter().map(of).collect()
}

/// Executions in the order of their keys, with everything.
pub(super) async fn page(
    from: &SqlitePool,
    after: Option<ExecutionId>,
    limit: u32,
) -> Result<Vec<Closed>> {
    let rows: Vec<Full> = sqlx::query_as(concat!(
        "SELECT ",
        columns!(),
        ", e.body FROM execution e CROSS JOIN machine m ON m.n = e.machine
          WHERE e.key > ? ORDER BY e.key LIMIT ?"
    ))
    .bind(after.map(key::key).unwrap_or_default())
    .bind(i64::from(limit))
    .fetch_all(from)
    .await
    .map_err(failed)?;
    let closed = |full: Full| full.check().map(|(row, whole)| Closed { row, whole });
    rows.into_iter().map(closed).collect()
}
