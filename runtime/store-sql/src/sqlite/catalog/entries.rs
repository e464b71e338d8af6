//! Things that have a name and a body and no versions.

use sqlx::{Connection, SqliteConnection, SqliteExecutor, SqlitePool};
use steploom_store::Result;
use steploom_store::audit::Change;
use steploom_store::catalog::{Entry, EntryKind, Put};
use steploom_types::{AccountId, Name};

use super::audit;
use crate::column::stored;
use crate::error::failed;
use crate::row::entry::Stored;

pub(super) async fn put(
    to: &mut SqliteConnection,
    (account, kind): (AccountId, EntryKind),
    entry: &Entry,
    put: Put,
) -> Result<bool> {
    let mut transaction = to.begin_with("BEGIN IMMEDIATE").await.map_err(failed)?;
    let is_new = find(&mut *transaction, (account, kind), &entry.name)
        .await?
        .is_none();
    if is_new || put == Put::Upsert {
        sqlx::query(
            "INSERT OR REPLACE INTO entry (account, kind, name, body, created_at) VALUES (?, ?, ?, ?, ?)",
        )
        .bind(stored(account.as_u64()))
        .bind(kind.as_str())
        .bind(entry.name.as_str())
        .bind(&entry.body)
        .bind(entry.created_at.as_millis())
        .execute(&mut *transaction)
        .await
        .map_err(failed)?;
        if let Some(change) = Change::entry(kind, entry) {
            audit::record(&mut transaction, account, change).await?;
        }
    }
    transaction.commit().await.map_err(failed)?;
    Ok(is_new)
}

/// Replaces one whose body is still `was`.
pub(super) async fn replace(
    to: &mut SqliteConnection,
    (account, kind): (AccountId, EntryKind),
    was: &str,
    entry: &Entry,
) -> Result<bool> {
    let mut transaction = to.begin_with("BEGIN IMMEDIATE").await.map_err(failed)?;
    let replaced = sqlx::query(
        "UPDATE entry SET body = ?, created_at = ?
         WHERE account = ? AND kind = ? AND name = ? AND body = ?",
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
    from: impl SqliteExecutor<'_>,
    (account, kind): (AccountId, EntryKind),
    name: &Name,
) -> Result<Option<Entry>> {
    let found: Option<Stored> = sqlx::query_as(
        "SELECT name, body, created_at FROM entry WHERE account = ? AND kind = ? AND name = ?",
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
    from: &SqlitePool,
    (account, kind): (AccountId, EntryKind),
    after: Option<&Name>,
    limit: u32,
) -> Result<Vec<Entry>> {
    let found: Vec<Stored> = sqlx::query_as(
        "SELECT name, body, created_at FROM entry
         WHERE account = ? AND kind = ? AND name > ? ORDER BY name LIMIT ?",
    )
    .bind(stored(account.as_u64()))
    .bind(kind.as_str())
    .bind(after.map_or("", Name::as_str))
    .bind(limit)
    .fetch_all(from)
    .await
    .map_err(failed)?;
    found.into_iter().map(Entry::try_from).collect()
}

pub(super) async fn delete(
    to: &mut SqliteConnection,
    (account, kind): (AccountId, EntryKind),
    name: &Name,
) -> Result<bool> {
    let mut transaction = to.begin_with("BEGIN IMMEDIATE").await.map_err(failed)?;
    let deleted = sqlx::query("DELETE FROM entry WHERE account = ? AND kind = ? AND name = ?")
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
