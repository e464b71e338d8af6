//! Objects in buckets, by the bytes of their keys.

use sqlx::{Connection, SqliteConnection, SqliteExecutor, SqlitePool};
use steploom_store::catalog::{Object, Over};
use steploom_store::{Error, Result};
use steploom_types::{AccountId, Name};

use crate::column::stored;
use crate::error::failed;
use crate::row::object::Stored;

pub(super) async fn put(
    to: &mut SqliteConnection,
    (account, bucket): (AccountId, &Name),
    object: &Object,
    over: &Over,
) -> Result<Option<Object>> {
    let mut transaction = to.begin_with("BEGIN IMMEDIATE").await.map_err(failed)?;
    match replace(&mut transaction, (account, bucket), object, over).await {
        Ok(before) => {
            transaction.commit().await.map_err(failed)?;
            Ok(before)
        }
        Err(error) => {
            transaction.rollback().await.map_err(failed)?;
            Err(error)
        }
    }
}

/// The same within a transaction.
pub(super) async fn replace(
    to: &mut SqliteConnection,
    (account, bucket): (AccountId, &Name),
    object: &Object,
    over: &Over,
) -> Result<Option<Object>> {
    let before = find(&mut *to, (account, bucket), &object.key).await?;
    if !over.allows(before.as_ref()) {
        return Err(Error::Changed {
            what: format!("the object '{}'", object.key),
        });
    }
    sqlx::query(
        "INSERT OR REPLACE INTO object (account, bucket, key, blob, size_bytes, facets, modified_at)
         VALUES (?, ?, ?, ?, ?, ?, ?)",
    )
    .bind(stored(account.as_u64()))
    .bind(bucket.as_str())
    .bind(object.key.as_bytes())
    .bind(&object.blob)
    .bind(stored(object.size_bytes))
    .bind(&object.facets)
    .bind(object.modified_at.as_millis())
    .execute(to)
    .await
    .map_err(failed)?;
    Ok(before)
}

pub(super) async fn find(
    from: impl SqliteExecutor<'_>,
    (account, bucket): (AccountId, &Name),
    key: &str,
) -> Result<Option<Object>> {
    let found: Option<Stored> = sqlx::query_as(
        "SELECT key, blob, size_bytes, facets, modified_at FROM object
         WHERE account = ? AND bucket = ? AND key = ?",
    )
    .bind(stored(account.as_u64()))
    .bind(bucket.as_str())
    .bind(key.as_bytes())
    .fetch_optional(from)
    .await
    .map_err(failed)?;
    found.map(Object::try_from).transpose()
}

pub(super) async fn list(
    from: &SqlitePool,
    (account, bucket): (AccountId, &Name),
    prefix: &str,
    after: Option<&str>,
    limit: u32,
) -> Result<Vec<Object>> {
    let after = after.unwrap_or_default();
    // Behind everything that begins so: no byte of a text is 255.
    let mut end = prefix.as_bytes().to_vec();
    end.push(u8::MAX);
    let found: Vec<Stored> = sqlx::query_as(
        "SELECT key, blob, size_bytes, facets, modified_at FROM object
         WHERE account = ? AND bucket = ? AND key > ? AND key >= ? AND key < ?
         ORDER BY key LIMIT ?",
    )
    .bind(stored(account.as_u64()))
    .bind(bucket.as_str())
    .bind(after.as_bytes())
    .bind(prefix.as_bytes())
    .bind(end)
    .bind(limit)
    .fetch_all(from)
    .await
    .map_err(failed)?;
    found.into_iter().map(Object::try_from).collect()
}

pub(super) async fn delete(
    to: &mut SqliteConnection,
    (account, bucket): (AccountId, &Name),
    key: &str,
) -> Result<Option<Object>> {
    let mut transaction = to.begin_with("BEGIN IMMEDIATE").await.map_err(failed)?;
    let before = find(&mut *transaction, (account, bucket), key).await?;
    sqlx::query("DELETE FROM object WHERE account = ? AND bucket = ? AND key = ?")
        .bind(stored(account.as_u64()))
        .bind(bucket.as_str())
        .bind(key.as_bytes())
        .execute(&mut *transaction)
        .await
        .map_err(failed)?;
    transaction.commit().await.map_err(failed)?;
    Ok(before)
}
