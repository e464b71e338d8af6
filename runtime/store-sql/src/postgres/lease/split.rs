//! Splitting a shard: two take its slots, in one transaction.

use sqlx::{Connection, PgConnection};
use steploom_store::journal::Epoch;
use steploom_store::{Error, Result};
use steploom_types::{ShardId, Slot};

use crate::column::{shard, stored};
use crate::error::failed;

/// The advisory lock under which shards get their numbers: "split", a byte a letter.
const LOCK: i64 = 0x73_706c_6974;

/// Puts two shards into the place of one.
pub(super) async fn split(
    to: &mut PgConnection,
    id: ShardId,
    epoch: Epoch,
    at: Slot,
) -> Result<(ShardId, ShardId)> {
    let mut transaction = to.begin().await.map_err(failed)?;
    sqlx::query("SELECT pg_advisory_xact_lock($1)")
        .bind(LOCK)
        .execute(&mut *transaction)
        .await
        .map_err(failed)?;
    match replace(&mut transaction, id, epoch, at).await {
        Ok(children) => {
            transaction.commit().await.map_err(failed)?;
            Ok(children)
        }
        Err(refused @ (Error::Fenced { .. } | Error::Changed { .. })) => {
            transaction.rollback().await.map_err(failed)?;
            Err(refused)
        }
        Err(error) => Err(error),
    }
}

/// A number is never given again: the checkpoints know every shard that ever had an owner.
async fn replace(
    to: &mut PgConnection,
    id: ShardId,
    epoch: Epoch,
    at: Slot,
) -> Result<(ShardId, ShardId)> {
    let old: Option<(i64, i64, i64, i64)> = sqlx::query_as(
        "SELECT slot_first, slot_last, last_lsn, trimmed_lsn FROM shard
         WHERE id = $1 AND epoch = $2 FOR UPDATE",
    )
    .bind(i64::from(id.0))
    .bind(stored(epoch.0))
    .fetch_optional(&mut *to)
    .await
    .map_err(failed)?;
    let (first, last, last_lsn, trimmed_lsn) = old.ok_or(Error::Fenced { shard: id })?;
    let middle = i64::from(at.0);
    if last_lsn != trimmed_lsn || middle <= first || middle > last {
        return Err(Error::Changed {
            what: format!("shard {id}"),
        });
    }
    let newest: i64 = sqlx::query_scalar(
        "SELECT greatest((SELECT max(id) FROM shard), (SELECT max(shard) FROM checkpoint))",
    )
    .fetch_one(&mut *to)
    .await
    .map_err(failed)?;
    let children = (shard(newest + 1)?, shard(newest + 2)?);
    sqlx::query(
        "WITH gone AS (DELETE FROM shard WHERE id = $1),
         fenced AS (UPDATE checkpoint SET epoch = $2 WHERE shard = $1),
         begun AS (
             INSERT INTO checkpoint (shard, epoch, lsn) VALUES ($3, $2, 0), ($4, $2, 0)
         )
         INSERT INTO shard (id, slot_first, slot_last, epoch, last_lsn, trimmed_lsn)
         VALUES ($3, $5, $6 - 1, $2, 0, 0), ($4, $6, $7, $2, 0, 0)",
    )
    .bind(i64::from(id.0))
    .bind(stored(epoch.0.saturating_add(1)))
    .bind(newest + 1)
    .bind(newest + 2)
    .bind(first)
    .bind(middle)
    .bind(last)
    .execute(to)
    .await
    .map_err(failed)?;
    Ok(children)
}
