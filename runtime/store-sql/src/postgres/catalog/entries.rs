//! Things that have a name and a body and no versions.

use sqlx::{Connection, PgConnection};
use steploom_store::Result;
use steploom_store::audit::Change;
use steploom_store::catalog::{Entry, EntryKind, Put};
use steploom_types::{AccountId, Name};

use super::audit;
use crate::column::stored;
use crate::error::failed;
use crate::row::entry::Stored;

pub(super) async fn put(
    to: &mut PgConnection,
    (account, kind): (AccountId, EntryKind),
    entry: &Entry,
    put: Put,
) -> Result<bool> {
    // A row that nobody has changed yet was made by this statement.
    let sql = match put {
        Put::Create => {
            "INSERT INTO entry (account, kind, name, body, created_at) VALUES ($1, $2, $3, $4, $5)
             ON CONFLICT DO NOTHING RETURNING true"
        }
        Put::Upsert => {
            "INSERT INTO entry (account, kind, name, body, created_at) VALUES ($1, $2, $3, $4, $5)
             ON CONFLICT (account, kind, name)
             DO UPDATE SET body = excluded.body, created_at = excluded.created_at
             RETURNING xmax = 0"
        }
    };
    let mut transaction = to.begin().await.map_err(failed)?;
    let is_new: Option<bool> = sqlx::query_scalar(sql)
        .bind(stored(account.as_u64()))
        .bind(kind.as_str())
        .bind(entry.name.as_str())
        .bind(&entry.body)
        .bind(entry.created_at.as_millis())
        .fetch_optional(&mut *transaction)
        .await
        .map_err(failed)?;
    // Nothing came back of what was there and stays.
    if is_new.is_some()
        && let Some(change) = Change::entry(kind, entry)
    {
        audit::record(&mut transaction, account, change).await?;
    }
    transaction.commit().await.map_err(failed)?;
    Ok(is_new.unwrap_or(false))
}

/// Replaces one whose body is still `was`.
pub(super) async fn replace(
    to: &mut PgConnection,
    (account, kind): (AccountId, EntryKind),
    was: &str,
    entry: &Entry,
) -> Result<bool> {
    let mut transaction = to.begin().await.map_err(failed)?;
    let replaced = sqlx::query(
        "UPDATE entry SET body = $1, created_at = $2
         WHERE account = $3 AND kind = $4 AND name = $5 AND body = $6",
    )
    .bind(&entry.body)
    .bind(entry.created_at.as_millis())
    .bind(stored(account.as_u64()))
    .bind(kind.as_str())
    .bind(entry.name.as_str())
    .bind(was)
    .execute(&mut *transaction)
    .await
    .map_err(failed)?;
    let was_there = replaced.rows_affected() > 0;
    if was_there && let Some(change) = Change::entry(kind, entry) {
        audit::record(&mut transaction, account, change).await?;
    }
    transaction.commit().await.map_err(failed)?;
    Ok(was_there)
}

pub(super) async fn find(
    from: &mut PgConnection,
    (account, kind): (AccountId, EntryKind),
    name: &Name,
) -> Result<Option<Entry>> {
    let found: Option<Stored> = sqlx::query_as(
        "SELECT name, body, created_at FROM entry WHERE account = $1 AND kind = $2 AND name = $3",
    )
    .bind(stored(account.as_u64()))
    .bind(kind.as_str())
    .bind(name.as_str())
    .fetch_optional(from)
    .await
    .map_err(failed)?;
    found.map(Entry::try_from).transpose()
}

pub(super) async fn list(
    from: &mut PgConnection,
    (account, kind): (AccountId, EntryKind),
    after: Option<&Name>,
    limit: u32,
) -> Result<Vec<Entry>> {
    let found: Vec<Stored> = sqlx::query_as(
        "SELECT name, body, created_at FROM entry
         WHERE account = $1 AND kind = $2 AND name > $3 ORDER BY name LIMIT $4",
    )
    .bind(stored(account.as_u64()))
    .bind(kind.as_str())
    .bind(after.map_or("", Name::as_str))
    .bind(i64::from(limit))
    .fetch_all(from)
    .await
    .map_err(failed)?;
    found.into_iter().map(Entry::try_from).collect()
}

pub(super) async fn delete(
    to: &mut PgConnection,
    (account, kind): (AccountId, EntryKind),
    name: &Name,
) -> Result<bool> {
    let mut transaction = to.begin().await.map_err(failed)?;
    let deleted = sqlx::query("DELETE FROM entry WHERE account = $1 AND kind = $2 AND name = $3")
        .bind(stored(account.as_u64()))
        .bind(kind.as_str())
        .bind(name.as_str())
        .execute(&mut *transaction)
        .await
        .map_err(failed)?;
    let was_there = deleted.rows_affected() > 0;
    if was_there && kind.is_audited() {
        let change = Change::deleted(kind.as_str(), name);
        audit::record(&mut transaction, account, change).await?;
    }
    transaction.commit().await.map_err(failed)?;
    Ok(was_there)
}
