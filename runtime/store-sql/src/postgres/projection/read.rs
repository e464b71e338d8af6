//! Reading executions, their chunks and snapshots.

use bytes::Bytes;
use sqlx::{AssertSqlSafe, FromRow, PgConnection};
use steploom_store::journal::Lsn;
use steploom_store::projection::{Chunk, Closed, Row, Snapshot, SnapshotAt};
use steploom_store::{Result, frame};
use steploom_types::{AccountId, ExecutionId, MachineName, Name, ShardId, Slot, Timestamp};

use super::parts::{self, Part, Parts};
use super::row::{SELECTED, Stored};
use super::table::{self, COLUMNS};
use crate::column::{self, count, stored};
use crate::error::failed;
use crate::postgres::journal::is_gone;
use crate::row::pack;

/// Chunks in one page, however small they are.
const PAGE_CHUNKS_MAX: u32 = 256;

/// Partitions that one statement looks into.
const PARTS_MAX: usize = 64;

/// An answer, if the partitions are those that it was looked for in.
pub(super) enum Found<T> {
    /// This.
    Yes(T),
    /// They are others by now: ask again.
    Changed,
}

pub(super) async fn checkpointed(from: &mut PgConnection, shard: ShardId) -> Result<Lsn> {
    let lsn: Option<i64> = sqlx::query_scalar("SELECT lsn FROM checkpoint WHERE shard = $1")
        .bind(i64::from(shard.0))
        .fetch_optional(from)
        .await
        .map_err(failed)?;
    Ok(Lsn(count(lsn.unwrap_or_default())?))
}

pub(super) async fn open(
    from: &mut PgConnection,
    slots: (u16, u16),
    after: Option<ExecutionId>,
    limit: u32,
) -> Result<Vec<Row>> {
    let (first, last) = ids_of(slots);
    let sql = format!(
        "SELECT {SELECTED} FROM open_execution e JOIN execution_machine m ON m.n = e.machine
         WHERE e.wake_at IS NULL AND e.id > $1 AND e.id BETWEEN $2 AND $3
         ORDER BY e.id LIMIT $4"
    );
    let rows: Vec<Stored> = sqlx::query_as(AssertSqlSafe(sql))
        .bind(after.map(|id| id.to_bytes().to_vec()).unwrap_or_default())
        .bind(first)
        .bind(last)
        .bind(i64::from(limit))
        .fetch_all(from)
        .await
        .map_err(failed)?;
    rows.into_iter().map(Stored::check).collect()
}

pub(super) async fn due(
    from: &mut PgConnection,
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
        "SELECT wake_at, id FROM open_execution
         WHERE (wake_at, id) > ($1, $2) AND wake_at <= $3 AND id BETWEEN $4 AND $5
         ORDER BY wake_at, id LIMIT $6",
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
    let due =
        |(wake_at, id): (i64, Vec<u8>)| Ok((column::instant(wake_at)?, column::execution(&id)?));
    rows.into_iter().map(due).collect()
}

pub(super) async fn offers(
    from: &mut PgConnection,
    (account, activity): (AccountId, &Name),
    slots: (u16, u16),
    after: Option<(ExecutionId, u64)>,
    limit: u32,
) -> Result<Vec<(ExecutionId, u64)>> {
    let (first, last) = ids_of(slots);
    let (after_id, after_action) = match after {
        Some((id, action)) => (id.to_bytes().to_vec(), stored(action)),
        None => (Vec::new(), -1),
    };
    let rows: Vec<(Vec<u8>, i64)> = sqlx::query_as(
        "SELECT id, action FROM offer
         WHERE account = $1 AND activity = $2 AND id BETWEEN $3 AND $4
             AND (id, action) > ($5, $6)
         ORDER BY id, action LIMIT $7",
    )
    .bind(stored(account.as_u64()))
    .bind(activity.as_str())
    .bind(first)
    .bind(last)
    .bind(after_id)
    .bind(after_action)
    .bind(i64::from(limit))
    .fetch_all(from)
    .await
    .map_err(failed)?;
    let offer = |(id, action): (Vec<u8>, i64)| Ok((column::execution(&id)?, count(action)?));
    rows.into_iter().map(offer).collect()
}

/// In one statement, so that one that moves at the same time is in one place or the other.
pub(super) async fn find(
    from: &mut PgConnection,
    parts: &Parts,
    account: AccountId,
    id: ExecutionId,
) -> Result<Found<Option<Row>>> {
    let tables = parts.of(id).map(|part| table::closed(part.id));
    let place = |table| format!("SELECT {COLUMNS} FROM {table} WHERE id = $1");
    let places = std::iter::once("open_execution".to_owned()).chain(tables);
    let places: Vec<_> = places.map(place).collect();
    let places = places.join(" UNION ALL ");
    let sql = format!(
        "SELECT {SELECTED} FROM ({places}) AS e JOIN execution_machine m ON m.n = e.machine
         WHERE m.account = $2"
    );
    let row = sqlx::query_as(AssertSqlSafe(sql))
        .bind(id.to_bytes().to_vec())
        .bind(stored(account.as_u64()))
        .fetch_optional(&mut *from)
        .await;
    match found(row)? {
        Found::Yes(Some(row)) => Ok(Found::Yes(Some(Stored::check(row)?))),
        Found::Yes(None) => none(from, parts, None).await,
        Found::Changed => Ok(Found::Changed),
    }
}

/// A name that reads as an id may be that execution's own, which is not stored, or one that was
/// given to another.
pub(super) async fn find_by_name(
    from: &mut PgConnection,
    parts: &Parts,
    (account, machine): (AccountId, &MachineName),
    name: &Name,
) -> Result<Found<Option<Row>>> {
    let Found::Yes(given) = find_given(from, parts, (account, machine), name).await? else {
        return Ok(Found::Changed);
    };
    let own = match name.as_str().parse() {
        Ok(id) => match find(from, parts, account, id).await? {
            Found::Yes(own) => own,
            Found::Changed => return Ok(Found::Changed),
        },
        Err(_) => None,
    };
    let own = own.filter(|row| row.machine == *machine && row.name == *name);
    let rows = given.into_iter().chain(own);
    Ok(Found::Yes(rows.max_by_key(|row| (row.started_at, row.id))))
}

async fn find_given(
    from: &mut PgConnection,
    parts: &Parts,
    (account, machine): (AccountId, &MachineName),
    name: &Name,
) -> Result<Found<Option<Row>>> {
    let mut best: Option<Row> = None;
    let mut rest = parts.all.as_slice();
    loop {
        let (some, others) = rest.split_at(rest.len().min(PARTS_MAX));
        let row = sqlx::query_as(AssertSqlSafe(by_name_sql(some)))
            .bind(stored(account.as_u64()))
            .bind(machine.to_string())
            .bind(name.as_str())
            .fetch_optional(&mut *from)
            .await;
        let Found::Yes(row) = found(row)? else {
            return Ok(Found::Changed);
        };
        let row: Option<Row> = row.map(Stored::check).transpose()?;
        let rows = best.into_iter().chain(row);
        best = rows.max_by_key(|row| (row.started_at, row.id));
        rest = others;
        if rest.is_empty() {
            break;
        }
    }
    match best {
        Some(row) => Ok(Found::Yes(Some(row))),
        None => none(from, parts, None).await,
    }
}

fn by_name_sql(parts: &[Part]) -> String {
    let tables = parts.iter().map(|part| table::closed(part.id));
    let newest = |table: String| {
        format!(
            "(SELECT {COLUMNS} FROM {table}
              WHERE machine = (SELECT n FROM wanted) AND name = $3
              ORDER BY started_at DESC, id DESC LIMIT 1)"
        )
    };
    let places = std::iter::once("open_execution".to_owned()).chain(tables);
    let places: Vec<_> = places.map(newest).collect();
    let places = places.join(" UNION ALL ");
    format!(
        "WITH wanted AS MATERIALIZED (
             SELECT n FROM execution_machine WHERE account = $1 AND name = $2
         )
         SELECT {SELECTED} FROM ({places}) AS e JOIN execution_machine m ON m.n = e.machine
         ORDER BY e.started_at DESC, e.id DESC LIMIT 1"
    )
}

/// The facts in a closed row are those from the first on.
pub(super) async fn chunks(
    from: &mut PgConnection,
    parts: &Parts,
    id: ExecutionId,
    from_fact: u64,
    bytes_max: usize,
) -> Result<Found<Vec<Chunk>>> {
    let Some(part) = parts.of(id) else {
        return none(from, parts, Vec::new()).await;
    };
    let rows = sqlx::query_as(AssertSqlSafe(chunks_sql(part)))
        .bind(id.to_bytes().to_vec())
        .bind(i64::try_from(from_fact).unwrap_or(i64::MAX))
        .bind(i64::try_from(bytes_max.max(1)).unwrap_or(i64::MAX))
        .fetch_all(&mut *from)
        .await;
    let Found::Yes(rows) = found(rows)? else {
        return Ok(Found::Changed);
    };
    if rows.is_empty() {
        return none(from, parts, Vec::new()).await;
    }
    let rows: Vec<(i64, i64, Vec<u8>)> = rows;
    let chunks = rows.into_iter().map(|row| chunk(id, row));
    chunks.collect::<Result<_>>().map(Found::Yes)
}

/// Lengths are known without reading what is long.
fn chunks_sql(part: Part) -> String {
    let (chunk, closed) = (table::chunk(part.id), table::closed(part.id));
    format!(
        "WITH held AS MATERIALIZED (
             SELECT coalesce(max(first_fact), 0) AS first_fact
             FROM {chunk} WHERE id = $1 AND first_fact <= $2
         ), page AS (
             (SELECT first_fact, first_event, facts FROM {chunk}
              WHERE id = $1 AND first_fact >= (SELECT first_fact FROM held)
              ORDER BY first_fact LIMIT {PAGE_CHUNKS_MAX})
             UNION ALL
             SELECT 0, first_event, facts FROM {closed}
             WHERE id = $1 AND facts IS NOT NULL AND (SELECT first_fact FROM held) = 0
         )
         SELECT first_fact, first_event, facts FROM (
             SELECT first_fact, first_event, facts,
                 sum(octet_length(facts)) OVER (ORDER BY first_fact) - octet_length(facts)
                     AS before
             FROM page
         ) AS p WHERE before < $3 ORDER BY first_fact"
    )
}

pub(super) fn chunk(
    id: ExecutionId,
    (first_fact, first_event, framed): (i64, i64, Vec<u8>),
) -> Result<Chunk> {
    let place = (count(first_fact)?, count(first_event)?);
    pack::open_facts(id, place, &framed.into())
}

pub(super) async fn snapshot(
    from: &mut PgConnection,
    parts: &Parts,
    id: ExecutionId,
    at: SnapshotAt,
) -> Result<Found<Option<Snapshot>>> {
    let Some(part) = parts.of(id) else {
        return none(from, parts, None).await;
    };
    let table = table::snapshot(part.id);
    let sql = format!(
        "SELECT facts, events, body FROM {table} WHERE id = $1 AND events <= $2
         ORDER BY facts DESC LIMIT 1"
    );
    let last = match at {
        SnapshotAt::Newest => i64::MAX,
        SnapshotAt::Event(last) => i64::try_from(last).unwrap_or(i64::MAX),
    };
    let row = sqlx::query_as(AssertSqlSafe(sql))
        .bind(id.to_bytes().to_vec())
        .bind(last)
        .fetch_optional(&mut *from)
        .await;
    let (facts, events, body): (i64, i64, Vec<u8>) = match found(row)? {
        Found::Yes(Some(row)) => row,
        Found::Yes(None) => return none(from, parts, None).await,
        Found::Changed => return Ok(Found::Changed),
    };
    let (facts, events) = (count(facts)?, count(events)?);
    let body = frame::open(&pack::about(id, facts, events), &Bytes::from(body));
    Ok(Found::Yes(Some(Snapshot {
        facts,
        events,
        body: body.map_err(|error| pack::named(id, "a snapshot", error))?,
    })))
}

/// A closed execution with the facts in its row.
#[derive(FromRow)]
struct Whole {
    #[sqlx(flatten)]
    row: Stored,
    first_event: Option<i64>,
    facts: Option<Vec<u8>>,
}

impl Whole {
    fn check(self) -> Result<Closed> {
        let row = self.row.check()?;
        let whole = self.first_event.zip(self.facts);
        let whole = whole.map(|(first_event, facts)| chunk(row.id, (0, first_event, facts)));
        Ok(Closed {
            whole: whole.transpose()?,
            row,
        })
    }
}

pub(super) async fn partition(
    from: &mut PgConnection,
    partition: u64,
    after: Option<ExecutionId>,
    limit: u32,
) -> Result<Vec<Closed>> {
    // One beyond what was ever given has no table either.
    let closed = table::closed(i64::try_from(partition).unwrap_or(i64::MAX));
    let sql = format!(
        "SELECT {SELECTED}, e.first_event, e.facts
         FROM {closed} e JOIN execution_machine m ON m.n = e.machine
         WHERE e.id > $1 ORDER BY e.id LIMIT $2"
    );
    let rows = sqlx::query_as(AssertSqlSafe(sql))
        .bind(after.map(|id| id.to_bytes().to_vec()).unwrap_or_default())
        .bind(i64::from(limit))
        .fetch_all(from)
        .await;
    match found(rows)? {
        Found::Yes(rows) => rows.into_iter().map(Whole::check).collect(),
        Found::Changed => Ok(Vec::new()),
    }
}

/// A partition that was asked and has gone is no failure.
pub(super) fn found<T>(asked: Result<T, sqlx::Error>) -> Result<Found<T>> {
    match asked {
        Ok(answer) => Ok(Found::Yes(answer)),
        Err(error) if is_gone(&error) => Ok(Found::Changed),
        Err(error) => Err(failed(error)),
    }
}

/// Nothing was found, and that is so if the partitions are still the same.
async fn none<T>(from: &mut PgConnection, parts: &Parts, none: T) -> Result<Found<T>> {
    let version = parts::version(from).await?;
    Ok(if version == parts.version {
        Found::Yes(none)
    } else {
        Found::Changed
    })
}

/// The first and the last id of these slots.
fn ids_of(slots: (u16, u16)) -> (Vec<u8>, Vec<u8>) {
    let first = ExecutionId::new(Slot(slots.0), Timestamp::from_millis(0), 0);
    let mut last = first.to_bytes();
    last[..2].copy_from_slice(&slots.1.to_be_bytes());
    last[2..].fill(u8::MAX);
    (first.to_bytes().to_vec(), last.to_vec())
}
