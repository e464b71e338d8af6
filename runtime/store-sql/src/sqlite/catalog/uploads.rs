//! Objects that are put in parts, while their parts come.

use sqlx::{Connection, SqliteConnection, SqliteExecutor, SqlitePool};
use steploom_store::catalog::{Finish, Finished, Part, Upload};
use steploom_store::{Error, Result};
use steploom_types::{AccountId, Name, Timestamp};

use super::objects;
use crate::column::stored;
use crate::error::failed;
use crate::row::upload::{Stored, StoredPart};

pub(super) async fn put(
    to: &mut SqliteConnection,
    (account, bucket): (AccountId, &Name),
    upload: &Upload,
) -> Result<()> {
    sqlx::query(
        "INSERT INTO upload (account, bucket, key, id, facets, started_at)
         VALUES (?, ?, ?, ?, ?, ?)",
    )
    .bind(stored(account.as_u64()))
    .bind(bucket.as_str())
    .bind(upload.key.as_bytes())
    .bind(&upload.id)
    .bind(&upload.facets)
    .bind(upload.started_at.as_millis())
    .execute(to)
    .await
    .map_err(failed)?;
    Ok(())
}

pub(super) async fn find(
    from: &SqlitePool,
    (account, bucket): (AccountId, &Name),
    (key, id): (&str, &str),
) -> Result<Option<Upload>> {
    let found: Option<Stored> = sqlx::query_as(
        "SELECT account, bucket, key, id, facets, started_at FROM upload
         WHERE account = ? AND bucket = ? AND key = ? AND id = ?",
    )
    .bind(stored(account.as_u64()))
    .bind(bucket.as_str())
    .bind(key.as_bytes())
    .bind(id)
    .fetch_optional(from)
    .await
    .map_err(failed)?;
    found.map(Upload::try_from).transpose()
}

pub(super) async fn list(
    from: &SqlitePool,
    (account, bucket): (AccountId, &Name),
    prefix: &str,
    after: Option<(&str, &str)>,
    limit: u32,
) -> Result<Vec<Upload>> {
    let (key, id) = after.unwrap_or_default();
    // Behind everything that begins so: no byte of a text is 255.
    let mut end = prefix.as_bytes().to_vec();
    end.push(u8::MAX);
    let found: Vec<Stored> = sqlx::query_as(
        "SELECT account, bucket, key, id, facets, started_at FROM upload
         WHERE account = ? AND bucket = ? AND (key, id) > (?, ?) AND key >= ? AND key < ?
         ORDER BY key, id LIMIT ?",
    )
    .bind(stored(account.as_u64()))
    .bind(bucket.as_str())
    .bind(key.as_bytes())
    .bind(id)
    .bind(prefix.as_bytes())
    .bind(end)
    .bind(limit)
    .fetch_all(from)
    .await
    .map_err(failed)?;
    found.into_iter().map(Upload::try_from).collect()
}

pub(super) async fn old(
    from: &SqlitePool,
    before: Timestamp,
    limit: u32,
) -> Result<Vec<(AccountId, Name, Upload)>> {
    let found: Vec<Stored> = sqlx::query_as(
        "SELECT account, bucket, key, id, facets, started_at FROM upload
         WHERE started_at < ? ORDER BY started_at LIMIT ?",
    )
    .bind(before.as_millis())
    .bind(limit)
    .fetch_all(from)
    .await
    .map_err(failed)?;
    found.into_iter().map(Stored::place).collect()
}

pub(super) async fn put_part(
    to: &mut SqliteConnection,
    (account, id): (AccountId, &str),
    part: &Part,
) -> Result<Option<Part>> {
    let mut transaction = to.begin_with("BEGIN IMMEDIATE").await.map_err(failed)?;
    let is_there: Option<i64> =
        sqlx::query_scalar("SELECT 1 FROM upload WHERE account = ? AND id = ?")
            .bind(stored(account.as_u64()))
            .bind(id)
            .fetch_optional(&mut *transaction)
            .await
            .map_err(failed)?;
    if is_there.is_none() {
        transaction.rollback().await.map_err(failed)?;
        return Err(changed(id));
    }
    let before = parts(
        &mut *transaction,
        (account, id),
        part.number.saturating_sub(1),
        1,
    )
    .await?;
    let before = before.into_iter().find(|old| old.number == part.number);
    sqlx::query(
        "INSERT OR REPLACE INTO part (account, upload, number, blob, size_bytes, facets, modified_at)
         VALUES (?, ?, ?, ?, ?, ?, ?)",
    )
    .bind(stored(account.as_u64()))
    .bind(id)
    .bind(i64::from(part.number))
    .bind(&part.blob)
    .bind(stored(part.size_bytes))
    .bind(&part.facets)
    .bind(part.modified_at.as_millis())
    .execute(&mut *transaction)
    .await
    .map_err(failed)?;
    transaction.commit().await.map_err(failed)?;
    Ok(before)
}

pub(super) async fn parts(
    from: impl SqliteExecutor<'_>,
    (account, id): (AccountId, &str),
    after: u32,
    limit: u32,
) -> Result<Vec<Part>> {
    let found: Vec<StoredPart> = sqlx::query_as(
        "SELECT number, blob, size_bytes, facets, modified_at FROM part
         WHERE account = ? AND upload = ? AND number > ? ORDER BY number LIMIT ?",
    )
    .bind(stored(account.as_u64()))
    .bind(id)
    .bind(i64::from(after))
    .bind(i64::from(limit))
    .fetch_all(from)
    .await
    .map_err(failed)?;
    found.into_iter().map(Part::try_from).collect()
}

pub(super) async fn finish(
    to: &mut SqliteConnection,
    (account, bucket): (AccountId, &Name),
    finish: &Finish,
) -> Result<Finished> {
    let (id, object) = (finish.id.as_str(), &finish.object);
    let mut transaction = to.begin_with("BEGIN IMMEDIATE").await.map_err(failed)?;
    let all = take(&mut transaction, (account, bucket), (&object.key, id)).await?;
    let Some(unused) = all.and_then(|all| finish.unused(all)) else {
        transaction.rollback().await.map_err(failed)?;
        return Err(changed(id));
    };
    let put = objects::replace(&mut transaction, (account, bucket), object, &finish.over).await;
    match put {
        Ok(before) => {
            transaction.commit().await.map_err(failed)?;
            Ok(Finished { before, unused })
        }
        Err(error) => {
            transaction.rollback().await.map_err(failed)?;
            Err(error)
        }
    }
}

pub(super) async fn delete(
    to: &mut SqliteConnection,
    (account, bucket): (AccountId, &Name),
    (key, id): (&str, &str),
) -> Result<Option<Vec<Part>>> {
    let mut transaction = to.begin_with("BEGIN IMMEDIATE").await.map_err(failed)?;
    let taken = take(&mut transaction, (account, bucket), (key, id)).await?;
    transaction.commit().await.map_err(failed)?;
    Ok(taken)
}

/// Removes an upload and its parts, which are given back.
async fn take(
    to: &mut SqliteConnection,
    (account, bucket): (AccountId, &Name),
    (key, id): (&str, &str),
) -> Result<Option<Vec<Part>>> {
    let gone =
        sqlx::query("DELETE FROM upload WHERE account = ? AND bucket = ? AND key = ? AND id = ?")
            .bind(stored(account.as_u64()))
            .bind(bucket.as_str())
            .bind(key.as_bytes())
            .bind(id)
            .execute(&mut *to)
            .await
            .map_err(failed)?;
    if gone.rows_affected() == 0 {
        return Ok(None);
    }
    let all = parts(&mut *to, (account, id), 0, u32::MAX).await?;
    sqlx::query("DELETE FROM part WHERE account = ? AND upload = ?")
        .bind(stored(account.as_u64()))
        .bind(id)
        .execute(to)
        .await
        .map_err(failed)?;
    Ok(Some(all))
}

fn changed(id: &str) -> Error {
    Error::Changed {
        what: format!("the upload '{id}'"),
    }
}
