//! Writing executions into a file, many a statement: what the file of open ones and the partitions
//! have in common.

use std::collections::HashMap;

use sqlx::SqliteConnection;
use sqlx::sqlite::Sqlite;
use steploom_store::Result;
use steploom_store::frame;
use steploom_store::projection::{Change, Chunk, Row, Snapshot};
use steploom_types::{AccountId, ExecutionId, MachineName};

use super::key;
use crate::column::stored;
use crate::error::failed;
use crate::row::execution::name_to_store;
use crate::row::pack;
use crate::sqlite::many::Many;

/// Machines whose numbers are remembered; when there are more, the memory begins anew.
const MACHINES_MAX: usize = 10_000;

/// The number of a machine in one file, as far as they were looked up.
#[derive(Default)]
pub(super) struct Machines(HashMap<(AccountId, MachineName), i64>);

impl Machines {
    /// The number of a row's machine, given to it if it has none. What was given in a transaction
    /// that failed must be [forgotten](Machines::forget).
    pub(super) async fn number(&mut self, to: &mut SqliteConnection, row: &Row) -> Result<i64> {
        let machine = (row.account, row.machine.clone());
        if let Some(n) = self.0.get(&machine) {
            return Ok(*n);
        }
        if self.0.len() >= MACHINES_MAX {
            self.0.clear();
        }
        let (account, name) = (stored(row.account.as_u64()), row.machine.to_string());
        sqlx::query("INSERT INTO machine (account, name) VALUES (?, ?) ON CONFLICT DO NOTHING")
            .bind(account)
            .bind(&name)
            .execute(&mut *to)
            .await
            .map_err(failed)?;
        let n = sqlx::query_scalar("SELECT n FROM machine WHERE account = ? AND name = ?")
            .bind(account)
            .bind(&name)
            .fetch_one(to)
            .await
            .map_err(failed)?;
        self.0.insert(machine, n);
        Ok(n)
    }

    pub(super) fn forget(&mut self) {
        self.0.clear();
    }
}

/// A row as it is stored.
pub(super) struct Packed {
    pub(super) key: Vec<u8>,
    pub(super) machine: i64,
    pub(super) status: i64,
    pub(super) started_at: i64,
    pub(super) name: Option<String>,
    pub(super) error: Option<String>,
    pub(super) part_of: Option<Vec<u8>>,
    pub(super) is_whole: bool,
    pub(super) head: Vec<u8>,
    pub(super) body: Vec<u8>,
}

impl Packed {
    /// The row of a change; `machine` is its machine's number. If it `is_whole`, the facts are in it.
    pub(super) fn of(change: &Change, machine: i64, is_whole: bool) -> Self {
        let row = &change.row;
        let name = name_to_store(row);
        Self {
            key: key::key(row.id),
            machine,
            status: row.status.code().into(),
            started_at: row.started_at.as_millis(),
            name: name.map(ToOwned::to_owned),
            error: row.error.clone(),
            part_of: row.part_of.map(part_to_store),
            is_whole,
            head: pack::head(row, &row.machine.to_string(), name).into(),
            body: pack::body(row, is_whole.then_some(&change.chunk)).into(),
        }
    }
}

/// The value of the column `part_of`.
pub(super) fn part_to_store((id, action): (ExecutionId, u64)) -> Vec<u8> {
    [&id.to_bytes()[..], &action.to_be_bytes()].concat()
}

/// The value of the column `tag`: with the length of its key, so that no two tags have the same.
pub(super) fn tag_to_store(key: &str, value: &str) -> Vec<u8> {
    let length = (key.len() as u32).to_be_bytes();
    [&length[..], key.as_bytes(), value.as_bytes()].concat()
}

/// Runs a statement of many rows over `rows`, whatever values each binds.
macro_rules! write_many {
    ($to:expr, $many:expr, $rows:expr, |$query:ident, $row:ident| $bind:expr) => {{
        let mut affected = 0;
        for (sql, batch) in $many.batches($rows) {
            let mut $query = sqlx::query(sql);
            for $row in batch {
                $query = $bind;
            }
            let done = $query.execute(&mut *$to).await;
            affected += done.map_err($crate::error::failed)?.rows_affected();
        }
        affected
    }};
}
pub(super) use write_many;

/// Tags of rows, which are written once.
pub(super) async fn write_tags(
    to: &mut SqliteConnection,
    rows: impl Iterator<Item = &Row>,
) -> Result<()> {
    static INSERT: Many = Many::new(
        "INSERT OR IGNORE INTO tag (account, tag, started_at, key) VALUES",
        "(?, ?, ?, ?)",
        "",
    );
    let tags = rows.flat_map(|row| row.tags.iter().map(move |tag| (row, tag)));
    let tags: Vec<_> = tags.collect();
    write_many!(to, INSERT, &tags, |query, tag| query
        .bind(stored(tag.0.account.as_u64()))
        .bind(tag_to_store(tag.1.0, tag.1.1))
        .bind(tag.0.started_at.as_millis())
        .bind(key::key(tag.0.id)));
    Ok(())
}

/// Chunks; one that is there is replaced.
pub(super) async fn write_chunks(
    to: &mut SqliteConnection,
    chunks: &[(ExecutionId, &Chunk)],
) -> Result<()> {
    let framed: Vec<_> = chunks
        .iter()
        .map(|(id, chunk)| MovedChunk {
            key: key::key(*id),
            first_fact: stored(chunk.first_fact),
            first_event: stored(chunk.first_event),
            facts: pack::facts(*id, chunk).into(),
        })
        .collect();
    move_chunks(to, &framed).await
}

/// A chunk as it is stored, on its way from one file to another.
#[derive(sqlx::FromRow)]
pub(super) struct MovedChunk {
    pub(super) key: Vec<u8>,
    pub(super) first_fact: i64,
    first_event: i64,
    facts: Vec<u8>,
}

pub(super) async fn move_chunks(to: &mut SqliteConnection, chunks: &[MovedChunk]) -> Result<()> {
    static INSERT: Many = Many::new(
        "INSERT OR REPLACE INTO chunk (key, first_fact, first_event, facts) VALUES",
        "(?, ?, ?, ?)",
        "",
    );
    write_many!(to, INSERT, chunks, |query, chunk| query
        .bind(&chunk.key)
        .bind(chunk.first_fact)
        .bind(chunk.first_event)
        .bind(&chunk.facts));
    Ok(())
}

/// Snapshots; one that is there is replaced.
pub(super) async fn write_snapshots(
    to: &mut SqliteConnection,
    snapshots: &[(ExecutionId, &Snapshot)],
) -> Result<()> {
    let framed: Vec<_> = snapshots
        .iter()
        .map(|(id, snapshot)| {
            let about = pack::about(*id, snapshot.facts, snapshot.events);
            MovedSnapshot {
                key: key::key(*id),
                facts: stored(snapshot.facts),
                events: stored(snapshot.events),
                body: frame::seal(&about, &snapshot.body).into(),
            }
        })
        .collect();
    move_snapshots(to, &framed).await
}

/// A snapshot as it is stored, on its way from one file to another.
#[derive(sqlx::FromRow)]
pub(super) struct MovedSnapshot {
    pub(super) key: Vec<u8>,
    pub(super) facts: i64,
    events: i64,
    body: Vec<u8>,
}

pub(super) async fn move_snapshots(
    to: &mut SqliteConnection,
    snapshots: &[MovedSnapshot],
) -> Result<()> {
    static INSERT: Many = Many::new(
        "INSERT OR REPLACE INTO snapshot (key, facts, events, body) VALUES",
        "(?, ?, ?, ?)",
        "",
    );
    write_many!(to, INSERT, snapshots, |query, snapshot| query
        .bind(&snapshot.key)
        .bind(snapshot.facts)
        .bind(snapshot.events)
        .bind(&snapshot.body));
    Ok(())
}

/// Removes what belongs to these keys from one table.
pub(super) async fn delete(
    to: &mut SqliteConnection,
    many: &'static Many,
    keys: &[Vec<u8>],
) -> Result<u64> {
    Ok(write_many!(to, many, keys, |query, key| query.bind(key)))
}

/// The first column of a statement that takes keys.
pub(super) async fn select<T>(
    from: &mut SqliteConnection,
    many: &'static Many,
    keys: &[Vec<u8>],
) -> Result<Vec<T>>
where
    T: for<'r> sqlx::FromRow<'r, sqlx::sqlite::SqliteRow> + Send + Unpin,
{
    let mut found = Vec::new();
    for (sql, batch) in many.batches(keys) {
        let mut query = sqlx::query_as::<Sqlite, T>(sql);
        for key in batch {
            query = query.bind(key);
        }
        found.extend(query.fetch_all(&mut *from).await.map_err(failed)?);
    }
    Ok(found)
}

/// What belongs to executions besides their rows: chunks and snapshots, from one file to another, a
/// page at a time.
pub(super) async fn move_parts(
    from: &mut SqliteConnection,
    to: &mut SqliteConnection,
    keys: &[Vec<u8>],
) -> Result<()> {
    for key in keys {
        let mut next = -1_i64;
        loop {
            let page: Vec<MovedChunk> = page(
                from,
                "SELECT key, first_fact, first_event, facts FROM chunk
                 WHERE key = ? AND first_fact > ? ORDER BY first_fact LIMIT ?",
                (key, next),
            )
            .await?;
            let Some(last) = page.last() else { break };
            next = last.first_fact;
            move_chunks(to, &page).await?;
        }
        let mut next = -1_i64;
        loop {
            let page: Vec<MovedSnapshot> = page(
                from,
                "SELECT key, facts, events, body FROM snapshot
                 WHERE key = ? AND facts > ? ORDER BY facts LIMIT ?",
                (key, next),
            )
            .await?;
            let Some(last) = page.last() else { break };
            next = last.facts;
            move_snapshots(to, &page).await?;
        }
    }
    Ok(())
}

/// A page of chunks or snapshots: each may have some megabytes.
async fn page<T>(
    from: &mut SqliteConnection,
    sql: &'static str,
    (key, next): (&[u8], i64),
) -> Result<Vec<T>>
where
    T: for<'r> sqlx::FromRow<'r, sqlx::sqlite::SqliteRow> + Send + Unpin,
{
    const PAGE: i64 = 16;
    let query = sqlx::query_as(sql).bind(key).bind(next).bind(PAGE);
    query.fetch_all(from).await.map_err(failed)
}
