//! Objects that are put in parts, while their parts come.

use sqlx::{Connection, PgConnection};
use steploom_store::catalog::{Finish, Finished, Part, Upload};
use steploom_store::{Error, Result};
use steploom_types::{AccountId, Name, Timestamp};

use super::objects;
use crate::column::stored;
use crate::error::failed;
use crate::row::upload::{Stored, StoredPart};

pub(super) async fn put(
    to: &mut PgConnection,
    (account, bucket): (AccountId, &Name),
    upload: &Upload,
) -> Result<()> {
    sqlx::query(
        "INSERT INTO upload (account, bucket, key, id, facets, started_at)
         VALUES ($1, $2, $3, $4, $5, $6)",
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
    from: &mut PgConnection,
    (account, bucket): (AccountId, &Name),
    (key, id): (&str, &str),
) -> Result<Option<Upload>> {
    let found: Option<Stored> = sqlx::query_as(
        "SELECT account, bucket, key, id, facets, started_at FROM upload
         WHERE account = $1 AND bucket = $2 AND key = $3 AND id = $4",
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
    from: &mut PgConnection,
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
         WHERE account = $1 AND bucket = $2 AND (key, id) > ($3, $4) AND key >= $5 AND key < $6
         ORDER BY key, id LIMIT $7",
    )
    .bind(stored(account.as_u64()))
    .bind(bucket.as_str())
    .bind(key.as_bytes())
    .bind(id)
    .bind(prefix.as_bytes())
    .bind(end)
    .bind(i64::from(limit))
    .fetch_all(from)
    .await
    .map_err(failed)?;
    found.into_iter().map(Upload::try_from).collect()
}

pub(super) async fn old(
    from: &mut PgConnection,
    before: Timestamp,
    limit: u32,
) -> Result<Vec<(AccountId, Name, Upload)>> {
    let found: Vec<Stored> = sqlx::query_as(
        "SELECT account, bucket, key, id, facets, started_at FROM upload
         WHERE started_at < $1 ORDER BY started_at LIMIT $2",
    )
    .bind(before.as_millis())
    .bind(i64::from(limit))
    .fetch_all(from)
    .await
    .map_err(failed)?;
    found.into_iter().map(Stored::place).collect()
}

pub(super) async fn put_part(
    to: &mut PgConnection,
    (account, id): (AccountId, &str),
    part: &Part,
) -> Result<Option<Part>> {
    let mut transaction = to.begin().await.map_err(failed)?;
    // Whoever has the row changes its parts: the others, and what finishes it, wait.
    let is_there: Option<i32> =
        sqlx::query_scalar("SELECT 1 FROM upload WHERE account = $1 AND id = $2 FOR UPDATE")
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
        &mut transaction,
        (account, id),
        part.number.saturating_sub(1),
        1,
    )
    .await?;
    let before = before.into_iter().find(|old| old.number == part.number);
    sqlx::query(
        "INSERT INTO part (account, upload, number, blob, size_bytes, facets, modified_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7)
         ON CONFLICT (account, upload, number) DO UPDATE
         SET blob = $4, size_bytes = $5, facets = $6, modified_at = $7",
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
    from: &mut PgConnection,
    (account, id): (AccountId, &str),
    after: u32,
    limit: u32,
) -> Result<Vec<Part>> {
    let found: Vec<StoredPart> = sqlx::query_as(
        "SELECT number, blob, size_bytes, facets, modified_at FROM part
         WHERE account = $1 AND upload = $2 AND number > $3 ORDER BY number LIMIT $4",
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
    to: &mut PgConnection,
    (account, bucket): (AccountId, &Name),
    finish: &Finish,
) -> Result<Finished> {
    let (id, object) = (finish.id.as_str(), &finish.object);
    let mut transaction = to.begin().await.map_err(failed)?;
    let all = take(&mut transaction, (account, bucket), (&object.key, id)).await?;
    let Some(unused) = all.and_then(|all| finish.unused(all)) else {
        transaction.rollback().await.map_err(failed)?;
        return Err(changed(id));
    };
    let put = objects::put(&mut transaction, (account, bucket), object, &finish.over).await;
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
    to: &mut PgConnection,
    (account, bucket): (AccountId, &Name),
    (key, id): (&str, &str),
) -> Result<Option<Vec<Part>>> {
    let mut transaction = to.begin().await.map_err(failed)?;
    let taken = take(&mut transaction, (account, bucket), (key, id)).await?;
    transaction.commit().await.map_err(failed)?;
    Ok(taken)
}

/// Removes an upload and its parts, which are given back.
async fn take(
    to: &mut PgConnection,
    (account, bucket): (AccountId, &Name),
    (key, id): (&str, &str),
) -> Result<Option<Vec<Part>>> {
    let gone = sqlx::query(
        "DELETE FROM upload WHERE account = $1 AND bucket = $2 AND key = $3 AND id = $4",
    )
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
    sqlx::query("DELETE FROM part WHERE account = $1 AND upload = $2")
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
