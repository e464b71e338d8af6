//! Folders of 0.1, where open and closed executions were in one table: they are moved to where they
//! belong now, some at a time, at the first opening.
//!
//! Each step writes the partitions and then, in one transaction, the open ones and that the old rows
//! are gone. So it may be cut off anywhere and goes on at the next opening.

use bytes::{Bytes, BytesMut};
use sqlx::{Connection, FromRow, SqliteConnection};
use steploom_store::Result;
use steploom_store::projection::{Change, Chunk, Sleep};

use super::closed::Closed;
use super::open;
use super::rows::Machines;
use crate::column::count;
use crate::error::failed;
use crate::row::execution::Stored;

/// Executions that are moved at once.
const PAGE: i64 = 1_000;

#[derive(FromRow)]
struct Old {
    n: i64,
    #[sqlx(flatten)]
    row: Stored,
    first_event: Option<i64>,
    facts: Option<Vec<u8>>,
}

/// Moves whatever is left of the old layout.
pub(super) async fn upgrade(
    main: &mut SqliteConnection,
    machines: &mut Machines,
    closed: &mut Closed,
) -> Result<()> {
    if !is_old(main).await? {
        return Ok(());
    }
    let mut moved = 0;
    loop {
        let page = page(main).await?;
        if page.is_empty() {
            break;
        }
        if moved == 0 {
            tracing::info!("moving the executions of an earlier release to partitions");
        }
        moved += page.len();
        step(main, machines, closed, page).await?;
    }
    for sql in ["DROP TABLE old_chunk", "DROP TABLE old_execution"] {
        sqlx::query(sql).execute(&mut *main).await.map_err(failed)?;
    }
    if moved > 0 {
        tracing::info!(executions = moved, "they are moved");
    }
    Ok(())
}

async fn is_old(main: &mut SqliteConnection) -> Result<bool> {
    sqlx::query_scalar("SELECT count(*) FROM sqlite_master WHERE name = 'old_execution'")
        .fetch_one(main)
        .await
        .map_err(failed)
}

async fn page(main: &mut SqliteConnection) -> Result<Vec<(i64, Change)>> {
    let rows: Vec<Old> = sqlx::query_as(
        "SELECT e.n, e.id, m.account, m.name AS machine, e.machine_version, e.name, e.definition,
         e.status, e.started_at, e.ended_at, e.input, e.output, e.error, e.cause, NULL AS more,
         e.first_event, e.facts
         FROM old_execution e CROSS JOIN machine m ON m.n = e.machine ORDER BY e.n LIMIT ?",
    )
    .bind(PAGE)
    .fetch_all(&mut *main)
    .await
    .map_err(failed)?;
    let mut page = Vec::with_capacity(rows.len());
    for old in rows {
        let row = old.row.check()?;
        let chunk = match (old.first_event, old.facts) {
            (Some(event), Some(facts)) => Chunk {
                first_fact: 0,
                first_event: count(event)?,
                facts: facts.into(),
            },
            _ => Chunk {
                first_fact: 0,
                first_event: 1,
                facts: chunks(main, &row.id.to_bytes()).await?,
            },
        };
        let change = Change {
            row,
            chunk,
            sleep: Sleep::No,
            offers: Vec::new(),
            snapshot: None,
        };
        page.push((old.n, change));
    }
    Ok(page)
}

/// All facts of an execution that had chunks, as one: a chunk is one fact after the other.
async fn chunks(main: &mut SqliteConnection, id: &[u8]) -> Result<Bytes> {
    let chunks: Vec<Vec<u8>> =
        sqlx::query_scalar("SELECT facts FROM old_chunk WHERE id = ? ORDER BY first_event, lsn")
            .bind(id)
            .fetch_all(main)
            .await
            .map_err(failed)?;
    let mut facts = BytesMut::new();
    for chunk in chunks {
        facts.extend_from_slice(&chunk);
    }
    Ok(facts.freeze())
}

async fn step(
    main: &mut SqliteConnection,
    machines: &mut Machines,
    closed: &mut Closed,
    page: Vec<(i64, Change)>,
) -> Result<()> {
    let last = page.last().map_or(0, |(n, _)| *n);
    let changes = page.iter().map(|(_, change)| change);
    let (open, over): (Vec<_>, Vec<_>) = changes.partition(|change| change.row.status.is_open());
    closed.write(main, &over).await?;
    let mut transaction = main.begin_with("BEGIN IMMEDIATE").await.map_err(failed)?;
    open::write_open(&mut transaction, machines, &open).await?;
    sqlx::query("DELETE FROM old_execution WHERE n <= ?")
        .bind(last)
        .execute(&mut *transaction)
        .await
        .map_err(failed)?;
    transaction.commit().await.map_err(failed)
}
