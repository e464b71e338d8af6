//! The partitions: which there are, and how they come and go.
//!
//! What a node knows of them it has read at some time, with a version. Whoever writes reads the
//! version again under the lock in common; whoever reads, only when a question found nothing.

use std::sync::{Arc, Mutex, PoisonError};

use sqlx::{AssertSqlSafe, Connection, PgConnection};
use steploom_store::projection::Partition;
use steploom_store::{Error, Result};
use steploom_types::{ExecutionId, Timestamp};

use super::{count, table};
use crate::column::{count as checked, instant, stored};
use crate::error::failed;
use crate::postgres::link::{Links, on};

/// The advisory lock that checkpoints share and that changes of the partitions take alone: "parts",
/// a byte a letter.
pub(super) const LOCK: i64 = 0x70_6172_7473;

/// One of them: from here on, and up to there exclusively, in milliseconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Part {
    pub(super) id: i64,
    pub(super) from_at: i64,
    pub(super) to_at: i64,
}

/// All of them as they were at some time.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Parts {
    pub(super) version: i64,
    /// By time.
    pub(super) all: Vec<Part>,
}

impl Parts {
    /// The partition of an execution.
    pub(super) fn of(&self, id: ExecutionId) -> Option<Part> {
        self.at(id.created().as_millis())
    }

    fn at(&self, at: i64) -> Option<Part> {
        let place = self.all.partition_point(|part| part.to_at <= at);
        let part = self.all.get(place)?;
        (part.from_at <= at).then_some(*part)
    }
}

/// What this node knows.
pub(super) struct Map {
    links: Arc<Links>,
    partition_rows: u64,
    known: Mutex<Option<Arc<Parts>>>,
}

impl Map {
    pub(super) fn new(links: Arc<Links>, partition_rows: u64) -> Self {
        Self {
            links,
            partition_rows,
            known: Mutex::default(),
        }
    }

    /// The partitions as they were when they were looked up last.
    pub(super) async fn known(&self) -> Result<Arc<Parts>> {
        let known = self.lock().clone();
        match known {
            Some(known) => Ok(known),
            None => self.look_up().await,
        }
    }

    /// What is known of that version is old.
    pub(super) fn forget(&self, version: i64) {
        let mut known = self.lock();
        if known.as_ref().is_some_and(|known| known.version == version) {
            *known = None;
        }
    }

    async fn look_up(&self) -> Result<Arc<Parts>> {
        let parts = Arc::new(on!(self.links, |link| load(link))?);
        *self.lock() = Some(parts.clone());
        Ok(parts)
    }

    /// Makes partitions for times that have none: each goes from the one before to the one after.
    pub(super) async fn fill(&self, times: &[i64]) -> Result<()> {
        on!(self.links, |link| fill(link, times))?;
        self.look_up().await.map(drop)
    }

    /// Gives the newest partition an end, if it has as many rows as one may have.
    pub(super) async fn seal_if_full(&self) -> Result<()> {
        let rows_max = self.partition_rows;
        if on!(self.links, |link| seal_if_full(link, rows_max))? {
            self.look_up().await?;
        }
        Ok(())
    }

    /// Drops a partition, if it is still of that version.
    pub(super) async fn drop_whole(&self, partition: u64, version: u64) -> Result<()> {
        let partition = stored(partition);
        on!(self.links, |link| drop_whole(link, partition, version))?;
        self.look_up().await.map(drop)
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Option<Arc<Parts>>> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The version of what there is.
pub(super) async fn version(from: &mut PgConnection) -> Result<i64> {
    sqlx::query_scalar("SELECT version FROM partition_map")
        .fetch_one(from)
        .await
        .map_err(failed)
}

/// In one statement, so that version and partitions belong together.
async fn load(from: &mut PgConnection) -> Result<Parts> {
    // All but the first are missing if there is no partition.
    type Loaded = (i64, Option<i64>, Option<i64>, Option<i64>);
    let rows: Vec<Loaded> = sqlx::query_as(
        "SELECT m.version, p.id, p.from_at, p.to_at
         FROM partition_map m LEFT JOIN partition p ON true ORDER BY p.from_at",
    )
    .fetch_all(from)
    .await
    .map_err(failed)?;
    let part = |(_, id, from_at, to_at): &Loaded| {
        Some(Part {
            id: (*id)?,
            from_at: (*from_at)?,
            to_at: (*to_at)?,
        })
    };
    Ok(Parts {
        version: rows.first().map_or(0, |(version, ..)| *version),
        all: rows.iter().filter_map(part).collect(),
    })
}

/// A transaction in which nobody else writes to the projection or changes its partitions.
async fn begin_alone(to: &mut PgConnection) -> Result<sqlx::Transaction<'_, sqlx::Postgres>> {
    let begin = format!("BEGIN; SELECT pg_advisory_xact_lock({LOCK})");
    to.begin_with(AssertSqlSafe(begin)).await.map_err(failed)
}

async fn fill(to: &mut PgConnection, times: &[i64]) -> Result<()> {
    let mut transaction = begin_alone(to).await?;
    let mut parts = load(&mut transaction).await?;
    for at in times {
        // Another node, or the time before this one, may have made it.
        if parts.at(*at).is_some() {
            continue;
        }
        let place = parts.all.partition_point(|part| part.to_at <= *at);
        let before = place.checked_sub(1).map(|before| parts.all[before].to_at);
        let (from_at, to_at) = (
            before.unwrap_or(i64::MIN),
            parts.all.get(place).map_or(i64::MAX, |after| after.from_at),
        );
        let part = make(&mut transaction, from_at, to_at).await?;
        parts.all.insert(place, part);
    }
    transaction.commit().await.map_err(failed)
}

async fn make(to: &mut PgConnection, from_at: i64, to_at: i64) -> Result<Part> {
    let id: i64 = sqlx::query_scalar(
        "UPDATE partition_map SET version = version + 1, next_id = next_id + 1
         RETURNING next_id - 1",
    )
    .fetch_one(&mut *to)
    .await
    .map_err(failed)?;
    run(to, table::make(id)).await?;
    sqlx::query("INSERT INTO partition (id, from_at, to_at) VALUES ($1, $2, $3)")
        .bind(id)
        .bind(from_at)
        .bind(to_at)
        .execute(to)
        .await
        .map_err(failed)?;
    Ok(Part { id, from_at, to_at })
}

/// The rows of the newest partition, and the newest time in it, if it is still without an end.
async fn newest(from: &mut PgConnection) -> Result<Option<(i64, u64, i64)>> {
    let found: Option<(i64, Option<i64>, Option<i64>)> = sqlx::query_as(
        "SELECT p.id, sum(c.rows)::bigint, max(c.newest_at)
         FROM partition p JOIN partition_count c ON c.partition = p.id
         WHERE p.to_at = $1 GROUP BY p.id",
    )
    .bind(i64::MAX)
    .fetch_optional(from)
    .await
    .map_err(failed)?;
    let Some((id, Some(rows), Some(newest_at))) = found else {
        return Ok(None);
    };
    Ok(Some((id, checked(rows.max(0))?, newest_at)))
}

/// Looks first, and takes the lock only if there is something to do.
async fn seal_if_full(to: &mut PgConnection, rows_max: u64) -> Result<bool> {
    let is_full = |newest: &(i64, u64, i64)| newest.1 >= rows_max;
    let newest_now = newest(to).await?;
    if !newest_now.as_ref().is_some_and(is_full) {
        return Ok(false);
    }
    let mut transaction = begin_alone(to).await?;
    let Some((id, _, newest_at)) = newest(&mut transaction).await?.filter(is_full) else {
        transaction.rollback().await.map_err(failed)?;
        return Ok(true);
    };
    sqlx::query(
        "WITH changed AS (UPDATE partition_map SET version = version + 1)
         UPDATE partition SET to_at = $2 WHERE id = $1",
    )
    .bind(id)
    .bind(newest_at.saturating_add(1))
    .execute(&mut *transaction)
    .await
    .map_err(failed)?;
    transaction.commit().await.map_err(failed)?;
    Ok(true)
}

/// What is open keeps its facts: they go to a new partition of the same time.
async fn drop_whole(to: &mut PgConnection, id: i64, version: u64) -> Result<()> {
    let mut transaction = begin_alone(to).await?;
    let parts = load(&mut transaction).await?;
    let Some(part) = parts.all.iter().find(|part| part.id == id).copied() else {
        return transaction.rollback().await.map_err(failed);
    };
    let current: Option<i64> =
        sqlx::query_scalar("SELECT sum(version)::bigint FROM partition_count WHERE partition = $1")
            .bind(id)
            .fetch_one(&mut *transaction)
            .await
            .map_err(failed)?;
    if current.unwrap_or_default() != stored(version) {
        transaction.rollback().await.map_err(failed)?;
        return Err(Error::Changed {
            what: format!("partition {id}"),
        });
    }
    count::take_out(&mut transaction, id).await?;
    let open: Vec<Vec<u8>> = sqlx::query_scalar(
        "SELECT id FROM open_execution WHERE created_at >= $1 AND created_at < $2",
    )
    .bind(part.from_at)
    .bind(part.to_at)
    .fetch_all(&mut *transaction)
    .await
    .map_err(failed)?;
    let sql = format!(
        "DELETE FROM partition WHERE id = {id};
         DELETE FROM partition_count WHERE partition = {id};
         UPDATE partition_map SET version = version + 1;"
    );
    run(&mut transaction, sql).await?;
    if !open.is_empty() {
        let heir = make(&mut transaction, part.from_at, part.to_at).await?;
        inherit(&mut transaction, id, heir.id, &open).await?;
    }
    run(&mut transaction, table::unmake(id)).await?;
    transaction.commit().await.map_err(failed)
}

/// Copies what open executions have from one partition to its heir.
async fn inherit(to: &mut PgConnection, from: i64, heir: i64, open: &[Vec<u8>]) -> Result<()> {
    for table in [table::chunk, table::snapshot] {
        let (old, new) = (table(from), table(heir));
        let sql = format!("INSERT INTO {new} SELECT * FROM {old} WHERE id = ANY ($1)");
        sqlx::query(AssertSqlSafe(sql))
            .bind(open)
            .execute(&mut *to)
            .await
            .map_err(failed)?;
    }
    let newest_at = open.iter().map(|id| crate::column::execution(id));
    let newest_at = newest_at.collect::<Result<Vec<_>>>()?;
    let newest_at = newest_at.iter().map(|id| id.created().as_millis()).max();
    sqlx::query(
        "INSERT INTO partition_count
             (partition, shard, rows, bytes, version, newest_at, started_min, started_max)
         VALUES ($1, -1, 0, 0, 0, $2, $3, $4)",
    )
    .bind(heir)
    .bind(newest_at)
    .bind(i64::MAX)
    .bind(i64::MIN)
    .execute(to)
    .await
    .map_err(failed)?;
    Ok(())
}

/// Every partition with what is in it.
pub(super) async fn all(from: &mut PgConnection) -> Result<Vec<Partition>> {
    type Summed = (i64, i64, i64, Option<i64>, Option<i64>, Option<i64>);
    let rows: Vec<Summed> = sqlx::query_as(
        "SELECT p.id, p.from_at, p.to_at, sum(c.rows)::bigint, sum(c.bytes)::bigint,
             sum(c.version)::bigint
         FROM partition p LEFT JOIN partition_count c ON c.partition = p.id
         GROUP BY p.id ORDER BY p.from_at",
    )
    .fetch_all(from)
    .await
    .map_err(failed)?;
    let end = |at: i64, none: i64| (at != none).then(|| instant(at)).transpose();
    let partition = |(id, from_at, to_at, rows, bytes, version): Summed| {
        let (from, to): (Option<Timestamp>, _) = (end(from_at, i64::MIN)?, end(to_at, i64::MAX)?);
        Ok(Partition {
            id: checked(id)?,
            from,
            to,
            rows: checked(rows.unwrap_or_default())?,
            bytes: checked(bytes.unwrap_or_default().max(0))?,
            version: checked(version.unwrap_or_default())?,
        })
    };
    rows.into_iter().map(partition).collect()
}

async fn run(to: &mut PgConnection, sql: String) -> Result<()> {
    let done = sqlx::raw_sql(AssertSqlSafe(sql)).execute(to).await;
    done.map(drop).map_err(failed)
}
