//! The journal: one table a generation, the newest of which is written.
//!
//! A record's fence is a compare-and-swap of its shard's row in the statement that inserts it, and
//! that statement is the transaction: what a batch holds is durable, each of its records or none,
//! when the statement returns. Rows are locked in the order of their ids, so that two nodes that both
//! think that a shard is theirs cannot lock each other out.
//!
//! When a generation is full, whoever notices makes the next. Another node may go on writing to the
//! one before for a while: a generation is dropped only under its table's lock, when every record in
//! it has been trimmed, and a node that finds the table gone looks up which is the newest.

mod generation;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;
use bytes::Bytes;
use sqlx::{AssertSqlSafe, PgConnection};
use steploom_store::journal::{Append, Appended, Epoch, Lsn, Record, frame};
use steploom_store::{Error, Result};
use steploom_types::ShardId;

use super::link::{Links, on};
use crate::column::{count, stored};
use crate::error::failed;
use crate::run::check_run;
use generation::table;
pub(super) use generation::{is_gone, make_first};

/// What a record takes in its table besides its body, about.
const RECORD_BYTES: usize = 64;

/// Records in one page of a reading, however small they are.
const PAGE_RECORDS_MAX: u64 = 4096;

/// How often one looks up the generations again when one that was read or written has just gone.
const GONE_MAX: u32 = 5;

/// The logs of all shards.
pub(super) struct Journal {
    /// For appends only: nothing else is in their way.
    writers: Arc<Links>,
    links: Arc<Links>,
    generation_bytes: usize,
    state: Mutex<State>,
    /// Whoever holds it makes a generation or drops some.
    turning: tokio::sync::Mutex<()>,
}

/// What this node knows of the generations.
#[derive(Clone, Debug, Default)]
struct State {
    /// All that there were when they were last looked up, the newest last.
    generations: Vec<i64>,
    /// Bytes that this node has put into the newest.
    bytes: usize,
}

impl Journal {
    pub(super) fn new(writers: Arc<Links>, links: Arc<Links>, generation_bytes: usize) -> Self {
        Self {
            writers,
            links,
            generation_bytes,
            state: Mutex::default(),
            turning: tokio::sync::Mutex::default(),
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The generation to write to.
    async fn newest(&self) -> Result<i64> {
        let (newest, bytes) = {
            let state = self.state();
            (state.generations.last().copied(), state.bytes)
        };
        match newest {
            Some(newest) if bytes < self.generation_bytes => Ok(newest),
            Some(newest) => self.turn(newest).await,
            None => self.look_up().await,
        }
    }

    /// Takes note of the generations that there are, and gives the newest.
    async fn look_up(&self) -> Result<i64> {
        let found = on!(self.links, |link| generation::all(link))?;
        self.note(found)
    }

    fn note(&self, generations: Vec<i64>) -> Result<i64> {
        let newest = generations.last().copied();
        let newest = newest.ok_or_else(|| Error::Corrupt("the journal has no table".into()))?;
        let mut state = self.state();
        if state.generations.last() != Some(&newest) {
            state.bytes = 0;
        }
        state.generations = generations;
        Ok(newest)
    }

    /// Goes on in the generation after `full`, and drops those that nobody needs.
    async fn turn(&self, full: i64) -> Result<i64> {
        let turning = self.turning.lock().await;
        let known = self.state().generations.last().copied();
        if let Some(newest) = known.filter(|newest| *newest > full) {
            return Ok(newest);
        }
        let made = on!(self.links, |link| generation::make_after(link, full))?;
        let newest = self.note(made)?;
        drop(turning);
        self.sweep().await;
        Ok(newest)
    }

    /// Drops the generations that no shard needs. If another is at it, it sees to that; if it fails,
    /// the next trim tries again.
    async fn sweep(&self) {
        if self.state().generations.len() < 2 {
            return;
        }
        let Ok(_turning) = self.turning.try_lock() else {
            return;
        };
        if let Err(error) = self.try_sweep().await {
            tracing::warn!(%error, "journal tables that nobody needs stay for now");
        }
    }

    async fn try_sweep(&self) -> Result<()> {
        let left = on!(self.links, |link| generation::sweep(link))?;
        self.note(left).map(drop)
    }

    async fn append_to_newest(&self, batch: &Batch) -> Result<Vec<i64>> {
        for _ in 0..GONE_MAX {
            let newest = self.newest().await?;
            let done = on!(self.writers, |link| append(link, newest, batch))?;
            match done {
                Some(done) => {
                    self.state().bytes += batch.bytes;
                    return Ok(done);
                }
                None => self.look_up().await.map(drop)?,
            }
        }
        Err(moving())
    }
}

/// Records as they are bound to the statement: a column each.
#[derive(Default)]
struct Batch {
    shards: Vec<i64>,
    epochs: Vec<i64>,
    lsns: Vec<i64>,
    framed: Vec<Bytes>,
    bytes: usize,
}

impl Batch {
    /// The first record of each shard.
    fn of(records: &[Append]) -> Self {
        let mut batch = Self::default();
        for record in records {
            let shard = i64::from(record.shard.0);
            if batch.shards.contains(&shard) {
                continue;
            }
            let framed = frame::seal(record);
            batch.shards.push(shard);
            batch.epochs.push(stored(record.epoch.0));
            batch.lsns.push(stored(record.lsn.0));
            batch.bytes += framed.len() + RECORD_BYTES;
            batch.framed.push(framed);
        }
        batch
    }
}

/// Appends, and names the shards whose record was taken; `None` if the generation is gone, and
/// nothing was written.
async fn append(to: &mut PgConnection, generation: i64, batch: &Batch) -> Result<Option<Vec<i64>>> {
    let framed: Vec<&[u8]> = batch.framed.iter().map(AsRef::as_ref).collect();
    let done = sqlx::query_scalar(AssertSqlSafe(append_sql(generation)))
        .bind(&batch.shards)
        .bind(&batch.epochs)
        .bind(&batch.lsns)
        .bind(framed)
        .fetch_all(to)
        .await;
    match done {
        Ok(done) => Ok(Some(done)),
        Err(error) if is_gone(&error) => Ok(None),
        Err(error) => Err(failed(error)),
    }
}

fn append_sql(generation: i64) -> String {
    let table = table(generation);
    format!(
        "WITH batch AS MATERIALIZED (
             SELECT * FROM unnest($1::bigint[], $2::bigint[], $3::bigint[], $4::bytea[])
                 AS b (shard, epoch, lsn, body)
         ), locked AS MATERIALIZED (
             SELECT id FROM shard WHERE id = ANY ($1) ORDER BY id FOR NO KEY UPDATE
         ), fence AS (
             UPDATE shard s SET last_lsn = b.lsn
             FROM locked l JOIN batch b ON b.shard = l.id
             WHERE s.id = l.id AND s.epoch = b.epoch AND s.last_lsn + 1 = b.lsn
             RETURNING s.id
         )
         INSERT INTO {table} (shard, lsn, epoch, body)
         SELECT b.shard, b.lsn, b.epoch, b.body FROM batch b JOIN fence f ON f.id = b.shard
         RETURNING shard"
    )
}

/// What a shard's head says of its log.
struct Head {
    epoch: Epoch,
    last_lsn: Lsn,
}

async fn head(from: &mut PgConnection, shard: ShardId) -> Result<Option<Head>> {
    let row: Option<(i64, i64)> = sqlx::query_as("SELECT epoch, last_lsn FROM shard WHERE id = $1")
        .bind(i64::from(shard.0))
        .fetch_optional(from)
        .await
        .map_err(failed)?;
    let head = |(epoch, last_lsn)| {
        Ok(Head {
            epoch: Epoch(count(epoch)?),
            last_lsn: Lsn(count(last_lsn)?),
        })
    };
    row.map(head).transpose()
}

/// A checked page of records; `None` if a generation has gone since they were looked up.
async fn read(
    link: &mut PgConnection,
    generations: &[i64],
    (shard, first): (ShardId, Lsn),
    bytes_max: usize,
) -> Result<Option<Vec<Record>>> {
    let Some(head) = head(link, shard).await? else {
        return Ok(Some(Vec::new()));
    };
    let lsns = (first, head.last_lsn);
    let page = page(link, generations, shard, lsns, bytes_max).await?;
    if let Some(records) = &page {
        check_run(shard, first, (head.epoch, head.last_lsn), records)?;
    }
    Ok(page)
}

/// A page of records up to the head, which was read before; `None` if a generation has gone since
/// they were looked up.
async fn page(
    from: &mut PgConnection,
    generations: &[i64],
    shard: ShardId,
    (first, last): (Lsn, Lsn),
    bytes_max: usize,
) -> Result<Option<Vec<Record>>> {
    let last = last.0.min(first.0.saturating_add(PAGE_RECORDS_MAX - 1));
    let rows = sqlx::query_as(AssertSqlSafe(page_sql(generations)))
        .bind(i64::from(shard.0))
        .bind(stored(first.0))
        .bind(stored(last))
        .bind(i64::try_from(bytes_max.max(1)).unwrap_or(i64::MAX))
        .fetch_all(from)
        .await;
    let rows: Vec<(i64, i64, Vec<u8>)> = match rows {
        Ok(rows) => rows,
        Err(error) if is_gone(&error) => return Ok(None),
        Err(error) => return Err(failed(error)),
    };
    rows.into_iter()
        .map(|row| record(shard, row))
        .collect::<Result<_>>()
        .map(Some)
}

/// A node that was late may have written to an older generation than the one before it: a shard's
/// records are in order over all of them, not in each after the other.
fn page_sql(generations: &[i64]) -> String {
    let select = |generation: &i64| {
        let table = table(*generation);
        format!("SELECT lsn, epoch, body FROM {table} WHERE shard = $1 AND lsn BETWEEN $2 AND $3")
    };
    let selects: Vec<_> = generations.iter().map(select).collect();
    let selects = selects.join(" UNION ALL ");
    format!(
        "SELECT lsn, epoch, body FROM (
             SELECT lsn, epoch, body,
                 sum(octet_length(body)) OVER (ORDER BY lsn) - octet_length(body) AS before
             FROM ({selects}) AS r
         ) AS p WHERE before < $4 ORDER BY lsn"
    )
}

fn record(shard: ShardId, (lsn, epoch, framed): (i64, i64, Vec<u8>)) -> Result<Record> {
    let (lsn, epoch) = (Lsn(count(lsn)?), Epoch(count(epoch)?));
    frame::open(shard, lsn, epoch, &Bytes::from(framed))
}

fn moving() -> Error {
    Error::Unavailable("the journal's tables change faster than they can be looked up".into())
}

#[async_trait]
impl steploom_store::Journal for Journal {
    async fn append(&self, batch: &[Append]) -> Result<Vec<Appended>> {
        let columns = Batch::of(batch);
        if columns.shards.is_empty() {
            return Ok(Vec::new());
        }
        let mut done = self.append_to_newest(&columns).await?;
        let mut answer = |record: &Append| {
            let taken = done
                .iter()
                .position(|shard| *shard == i64::from(record.shard.0));
            match taken {
                // Once: a second record of the same shard was left out.
                Some(position) => {
                    done.swap_remove(position);
                    Appended::Done
                }
                None => Appended::Fenced,
            }
        };
        Ok(batch.iter().map(&mut answer).collect())
    }

    async fn read(&self, shard: ShardId, from: Lsn, bytes_max: usize) -> Result<Vec<Record>> {
        let first = from.max(Lsn(1));
        for _ in 0..GONE_MAX {
            self.look_up().await?;
            let generations = self.state().generations.clone();
            let generations = generations.as_slice();
            let read = on!(self.links, |link| read(
                link,
                generations,
                (shard, first),
                bytes_max
            ))?;
            if let Some(records) = read {
                return Ok(records);
            }
        }
        Err(moving())
    }

    async fn trim(&self, shard: ShardId, upto: Lsn) -> Result<()> {
        on!(self.links, |link| trim(link, shard, upto))?;
        self.sweep().await;
        Ok(())
    }
}

/// A trim that a crash takes back is said again by the next checkpoint, so nobody waits for the disk.
async fn trim(to: &mut PgConnection, shard: ShardId, upto: Lsn) -> Result<()> {
    sqlx::query(
        "WITH lazy AS MATERIALIZED (SELECT set_config('synchronous_commit', 'off', true))
         UPDATE shard SET trimmed_lsn = least($2, last_lsn) FROM lazy
         WHERE id = $1 AND trimmed_lsn < least($2, last_lsn)",
    )
    .bind(i64::from(shard.0))
    .bind(i64::try_from(upto.0).unwrap_or(i64::MAX))
    .execute(to)
    .await
    .map_err(failed)?;
    Ok(())
}
