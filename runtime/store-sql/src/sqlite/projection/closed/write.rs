//! Writing a partition's file: one transaction, which may be repeated.

use std::collections::BTreeMap;

use sqlx::{Connection, SqliteConnection};
use steploom_store::Result;
use steploom_store::projection::{Change, Chunk};
use steploom_types::ExecutionId;

use super::part::Meta;
use crate::error::failed;
use crate::row::pack;
use crate::sqlite::many::Many;
use crate::sqlite::projection::rows::{
    Machines, Packed, delete, move_parts, select, write_chunks, write_many, write_snapshots,
    write_tags,
};
use crate::sqlite::projection::{key, open};

/// How much more there is of each machine, whether as ranges, and each status.
type Counts = BTreeMap<(i64, bool, i64), i64>;

static INSERT: Many = Many::new(
    "INSERT OR IGNORE INTO execution (key, machine, status, started_at, name, error, part_of, \
     is_whole, head, body) VALUES",
    "(?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
    "",
);

/// Writes executions that have ended, with what `main` has of those that were open.
pub(super) async fn write(
    to: &mut SqliteConnection,
    machines: &mut Machines,
    main: &mut SqliteConnection,
    changes: &[&Change],
) -> Result<Meta> {
    let mut transaction = to.begin_with("BEGIN IMMEDIATE").await.map_err(failed)?;
    let mut counts = Counts::new();
    let mut packed = Vec::with_capacity(changes.len());
    for change in changes {
        let machine = machines.number(&mut transaction, &change.row).await?;
        packed.push(Packed::of(change, machine, is_whole(change)));
    }
    write_rows(&mut transaction, &packed, &mut counts).await?;
    write_tags(&mut transaction, changes.iter().map(|change| &change.row)).await?;
    let parted: Vec<_> = changes.iter().filter(|change| !is_whole(change)).collect();
    let keys: Vec<_> = parted.iter().map(|c| key::key(c.row.id)).collect();
    let mut was_open: Vec<_> = open::among(main, &keys).await?.into_iter().collect();
    was_open.sort_unstable();
    move_parts(main, &mut transaction, &was_open).await?;
    let with_facts = parted.iter().filter(|c| !c.chunk.facts.is_empty());
    let chunks: Vec<_> = with_facts.map(|c| (c.row.id, &c.chunk)).collect();
    write_chunks(&mut transaction, &chunks).await?;
    let snapshots = changes.iter();
    let snapshots = snapshots.filter_map(|c| Some((c.row.id, c.snapshot.as_ref()?)));
    let snapshots: Vec<_> = snapshots.collect();
    write_snapshots(&mut transaction, &snapshots).await?;
    write_counts(&mut transaction, &counts).await?;
    let last = changes.iter().map(|c| c.row.started_at.as_millis()).max();
    let meta = write_meta(&mut transaction, last).await?;
    transaction.commit().await.map_err(failed)?;
    Ok(meta)
}

/// Whether the row takes the facts: they are all that the execution ever had.
fn is_whole(change: &Change) -> bool {
    change.chunk.first_fact == 0 && !change.chunk.facts.is_empty()
}

/// Nearly always the rows are new. Where one is not, because a checkpoint is repeated or because an
/// execution went on and ended again, those that are there make room first.
async fn write_rows(to: &mut SqliteConnection, rows: &[Packed], counts: &mut Counts) -> Result<()> {
    for (sql, batch) in INSERT.batches(rows) {
        execute(to, "SAVEPOINT rows").await?;
        if insert(to, sql, batch).await? < batch.len() as u64 {
            execute(to, "ROLLBACK TO rows").await?;
            let keys: Vec<_> = batch.iter().map(|row| row.key.clone()).collect();
            make_room(to, &keys, Some(batch), counts).await?;
            insert(to, sql, batch).await?;
        }
        execute(to, "RELEASE rows").await?;
        for row in batch {
            let key = (row.machine, row.part_of.is_some(), row.status);
            *counts.entry(key).or_default() += 1;
        }
    }
    Ok(())
}

async fn execute(to: &mut SqliteConnection, sql: &'static str) -> Result<()> {
    sqlx::query(sql).execute(to).await.map_err(failed)?;
    Ok(())
}

async fn insert(to: &mut SqliteConnection, sql: &'static str, batch: &[Packed]) -> Result<u64> {
    let mut query = sqlx::query(sql);
    for row in batch {
        query = query
            .bind(&row.key)
            .bind(row.machine)
            .bind(row.status)
            .bind(row.started_at)
            .bind(row.name.as_deref())
            .bind(row.error.as_deref())
            .bind(row.part_of.as_deref())
            .bind(row.is_whole)
            .bind(&row.head)
            .bind(&row.body);
    }
    let done = query.execute(to).await.map_err(failed)?;
    Ok(done.rows_affected())
}

/// Removes rows, and keeps the facts that are in them where those of `rows` that come instead do not
/// have them.
async fn make_room(
    to: &mut SqliteConnection,
    keys: &[Vec<u8>],
    rows: Option<&[Packed]>,
    counts: &mut Counts,
) -> Result<()> {
    static SELECT: Many = Many::new(
        "SELECT key, machine, part_of IS NOT NULL, status, is_whole, body FROM execution \
         WHERE key IN (",
        "?",
        ")",
    );
    static ROWS: Many = Many::new("DELETE FROM execution WHERE key IN (", "?", ")");
    static TAGS: Many = Many::new("DELETE FROM tag WHERE key IN (", "?", ")");
    type Old = (Vec<u8>, i64, bool, i64, bool, Vec<u8>);
    let old: Vec<Old> = select(to, &SELECT, keys).await?;
    let mut kept: Vec<(ExecutionId, Chunk)> = Vec::new();
    let mut keys = Vec::with_capacity(old.len());
    for (key, machine, is_range, status, is_whole, body) in old {
        *counts.entry((machine, is_range, status)).or_default() -= 1;
        let comes_parted = rows
            .into_iter()
            .flatten()
            .any(|row| row.key == key && !row.is_whole);
        if is_whole && comes_parted {
            let id = key::id(&key)?;
            let whole = pack::open_body(id, &body.into())?.whole;
            kept.extend(whole.map(|chunk| (id, chunk)));
        }
        keys.push(key);
    }
    delete(to, &ROWS, &keys).await?;
    delete(to, &TAGS, &keys).await?;
    let kept: Vec<_> = kept.iter().map(|(id, chunk)| (*id, chunk)).collect();
    write_chunks(to, &kept).await
}

/// Removes executions that are open again, with all that belongs to them.
pub(super) async fn remove(to: &mut SqliteConnection, keys: &[Vec<u8>]) -> Result<Meta> {
    static CHUNKS: Many = Many::new("DELETE FROM chunk WHERE key IN (", "?", ")");
    static SNAPSHOTS: Many = Many::new("DELETE FROM snapshot WHERE key IN (", "?", ")");
    let mut transaction = to.begin_with("BEGIN IMMEDIATE").await.map_err(failed)?;
    let mut counts = Counts::new();
    make_room(&mut transaction, keys, None, &mut counts).await?;
    delete(&mut transaction, &CHUNKS, keys).await?;
    delete(&mut transaction, &SNAPSHOTS, keys).await?;
    write_counts(&mut transaction, &counts).await?;
    let meta = write_meta(&mut transaction, None).await?;
    transaction.commit().await.map_err(failed)?;
    Ok(meta)
}

async fn write_counts(to: &mut SqliteConnection, counts: &Counts) -> Result<()> {
    static INSERT: Many = Many::new(
        "INSERT INTO count (machine, is_range, status, n) VALUES",
        "(?, ?, ?, ?)",
        "ON CONFLICT (machine, is_range, status) DO UPDATE SET n = n + excluded.n",
    );
    let counts: Vec<_> = counts.iter().collect();
    write_many!(to, INSERT, &counts, |query, count| query
        .bind(count.0.0)
        .bind(count.0.1)
        .bind(count.0.2)
        .bind(*count.1));
    Ok(())
}

async fn write_meta(to: &mut SqliteConnection, started_last: Option<i64>) -> Result<Meta> {
    sqlx::query(
        "UPDATE meta SET version = version + 1,
         started_last = max(coalesce(started_last, ?1), coalesce(?1, started_last))",
    )
    .bind(started_last)
    .execute(&mut *to)
    .await
    .map_err(failed)?;
    Meta::read(to).await
}
