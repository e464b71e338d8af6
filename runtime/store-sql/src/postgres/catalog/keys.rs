//! Keys by which callers prove who they are.

use sqlx::{Connection, PgConnection};
use steploom_store::audit::Change;
use steploom_store::{Error, Result};
use steploom_types::key::{Key, KeyId};
use steploom_types::{AccountId, Timestamp};

use super::audit;
use crate::column::stored;
use crate::error::failed;
use crate::row::key::{Stored, scopes};

pub(super) async fn add(to: &mut PgConnection, key: &Key) -> Result<()> {
    let mut transaction = to.begin().await.map_err(failed)?;
    let added = sqlx::query(
        "INSERT INTO key
             (id, account, kind, name, scopes, secret, created_at, expires_at, last_used_at, revoked_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) ON CONFLICT DO NOTHING",
    )
    .bind(key.id.as_str())
    .bind(stored(key.account.as_u64()))
    .bind(key.kind.as_str())
    .bind(&key.name)
    .bind(scopes(key))
    .bind(&key.secret)
    .bind(key.created_at.as_millis())
    .bind(key.expires_at.map(Timestamp::as_millis))
    .bind(key.last_used_at.map(Timestamp::as_millis))
    .bind(key.revoked_at.map(Timestamp::as_millis))
    .execute(&mut *transaction)
    .await
    .map_err(failed)?;
    if added.rows_affected() == 0 {
        transaction.rollback().await.map_err(failed)?;
        return Err(Error::Exists {
            what: format!("the key {}", key.id),
        });
    }
    audit::record(&mut transaction, key.account, Change::key(key)).await?;
    transaction.commit().await.map_err(failed)
}

pub(super) async fn find(from: &mut PgConnection, id: &KeyId) -> Result<Option<Key>> {
    let found: Option<Stored> = sqlx::query_as("SELECT * FROM key WHERE id = $1")
        .bind(id.as_str())
        .fetch_optional(from)
        .await
        .map_err(failed)?;
    found.map(Key::try_from).transpose()
}

pub(super) async fn list(
    from: &mut PgConnection,
    account: AccountId,
    after: Option<&KeyId>,
    limit: u32,
) -> Result<Vec<Key>> {
    let found: Vec<Stored> =
        sqlx::query_as("SELECT * FROM key WHERE account = $1 AND id > $2 ORDER BY id LIMIT $3")
            .bind(stored(account.as_u64()))
            .bind(after.map_or("", KeyId::as_str))
            .bind(i64::from(limit))
            .fetch_all(from)
            .await
            .map_err(failed)?;
    found.into_iter().map(Key::try_from).collect()
}

pub(super) async fn revoke(
    to: &mut PgConnection,
    account: AccountId,
    id: &KeyId,
    at: Timestamp,
) -> Result<Option<Key>> {
    let mut transaction = to.begin().await.map_err(failed)?;
    let revoked = sqlx::query(
        "UPDATE key SET revoked_at = $3 WHERE id = $1 AND account = $2 AND revoked_at IS NULL",
    )
    .bind(id.as_str())
    .bind(stored(account.as_u64()))
    .bind(at.as_millis())
    .execute(&mut *transaction)
    .await
    .map_err(failed)?;
    let found = find(&mut transaction, id).await?;
    let found = found.filter(|key| key.account == account);
    if revoked.rows_affected() > 0
        && let Some(key) = &found
    {
        audit::record(&mut transaction, account, Change::key_revoked(key)).await?;
    }
    transaction.commit().await.map_err(failed)?;
    Ok(found)
}

pub(super) async fn note_use(to: &mut PgConnection, id: &KeyId, at: Timestamp) -> Result<()> {
    sqlx::query("UPDATE key SET last_used_at = $2 WHERE id = $1")
        .bind(id.as_str())
        .bind(at.as_millis())
        .execute(to)
        .await
        .map_err(failed)?;
    Ok(())
}

pub(super) async fn are_there(from: &mut PgConnection) -> Result<bool> {
    sqlx::query_scalar("SELECT EXISTS (SELECT 1 FROM key)")
        .fetch_one(from)
        .await
        .map_err(failed)
}
