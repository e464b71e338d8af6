//! Objects in buckets, by the bytes of their keys.

use sqlx::PgConnection;
use steploom_store::catalog::{Object, Over};
use steploom_store::{Error, Result};
use steploom_types::{AccountId, Name};

use crate::column::stored;
use crate::error::failed;
use crate::row::object::Stored;

/// How often one looks again at an object that somebody deletes at the same time.
const RACES_MAX: u32 = 8;

pub(super) async fn put(
    to: &mut PgConnection,
    (account, bucket): (AccountId, &Name),
    object: &Object,
    over: &Over,
) -> Result<Option<Object>> {
    for _ in 0..RACES_MAX {
        if !matches!(over, Over::Blob(_)) && insert(to, (account, bucket), object).await? {
            return Ok(None);
        }
        let over = match over {
            Over::Anything => None,
            Over::Nothing => break,
            Over::Blob(blob) => Some(blob.as_str()),
        };
        if let Some(before) = replace(to, (account, bucket), object, over).await? {
            return Ok(Some(before));
        }
        if over.is_some() {
            break;
        }
    }
    Err(Error::Changed {
        what: format!("the object '{}'", object.key),
    })
}

/// Whether there was none.
async fn insert(
    to: &mut PgConnection,
    (account, bucket): (AccountId, &Name),
    object: &Object,
) -> Result<bool> {
    let made = sqlx::query(
        "INSERT INTO object (account, bucket, key, blob, size_bytes, facets, modified_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT DO NOTHING",
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
    Ok(made.rows_affected() > 0)
}

/// What was there, each to one who replaces it: its content is then theirs to remove.
async fn replace(
    to: &mut PgConnection,
    (account, bucket): (AccountId, &Name),
    object: &Object,
    over: Option<&str>,
) -> Result<Option<Object>> {
    let before: Option<Stored> = sqlx::query_as(
        "WITH before AS MATERIALIZED (
             SELECT key, blob, size_bytes, facets, modified_at FROM object
             WHERE account = $1 AND bucket = $2 AND key = $3 AND ($8::text IS NULL OR blob = $8)
             FOR UPDATE
         ), after AS (
             UPDATE object o SET blob = $4, size_bytes = $5, facets = $6, modified_at = $7
             FROM before b WHERE o.account = $1 AND o.bucket = $2 AND o.key = b.key
             RETURNING o.key
         )
         SELECT before.* FROM before JOIN after ON after.key = before.key",
    )
    .bind(stored(account.as_u64()))
    .bind(bucket.as_str())
    .bind(object.key.as_bytes())
    .bind(&object.blob)
    .bind(stored(object.size_bytes))
    .bind(&object.facets)
    .bind(object.modified_at.as_millis())
    .bind(over)
    .fetch_optional(to)
    .await
    .map_err(failed)?;
    before.map(Object::try_from).transpose()
}

pub(super) async fn find(
    from: &mut PgConnection,
    (account, bucket): (AccountId, &Name),
    key: &str,
) -> Result<Option<Object>> {
    let found: Option<Stored> = sqlx::query_as(
        "SELECT key, blob, size_bytes, facets, modified_at FROM object
         WHERE account = $1 AND bucket = $2 AND key = $3",
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
    from: &mut PgConnection,
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
         WHERE account = $1 AND bucket = $2 AND key > $3 AND key >= $4 AND key < $5
         ORDER BY key LIMIT $6",
    )
    .bind(stored(account.as_u64()))
    .bind(bucket.as_str())
    .bind(after.as_bytes())
    .bind(prefix.as_bytes())
    .bind(end)
    .bind(i64::from(limit))
    .fetch_all(from)
    .await
    .map_err(failed)?;
    found.into_iter().map(Object::try_from).collect()
}

pub(super) async fn delete(
    to: &mut PgConnection,
    (account, bucket): (AccountId, &Name),
    key: &str,
) -> Result<Option<Object>> {
    let before: Option<Stored> = sqlx::query_as(
        "DELETE FROM object WHERE account = $1 AND bucket = $2 AND key = $3
         RETURNING key, blob, size_bytes, facets, modified_at",
    )
    .bind(stored(account.as_u64()))
    .bind(bucket.as_str())
    .bind(key.as_bytes())
    .fetch_optional(to)
    .await
    .map_err(failed)?;
    before.map(Object::try_from).transpose()
}
