//! Who changed what.

use sqlx::PgConnection;
use steploom_store::Result;
use steploom_store::audit::{Change, Head};
use steploom_types::AccountId;
use steploom_types::audit::AuditRecord;

use crate::column::{self, stored};
use crate::error::failed;
use crate::row::audit::Stored;

/// Records a change in the transaction that makes it. It locks the account's
/// head, so it comes last: who has the head waits for nobody.
pub(super) async fn record(
    to: &mut PgConnection,
    account: AccountId,
    change: Change,
) -> Result<()> {
    lock(to, account).await?;
    let head = head(to, account).await?.filter(|(n, _)| *n > 0);
    let record = change.record(account, head);
    sqlx::query(
        "INSERT INTO audit
             (account, n, at, actor, action, name, detail, request_id, previous, digest)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
    )
    .bind(stored(account.as_u64()))
    .bind(stored(record.n))
    .bind(record.at.as_millis())
    .bind(&record.actor)
    .bind(&record.action)
    .bind(&record.name)
    .bind(&record.detail)
    .bind(&record.request_id)
    .bind(record.previous.as_bytes().to_vec())
    .bind(record.digest.as_bytes().to_vec())
    .execute(&mut *to)
    .await
    .map_err(failed)?;
    sqlx::query("UPDATE audit_head SET n = $2, digest = $3 WHERE account = $1")
        .bind(stored(account.as_u64()))
        .bind(stored(record.n))
        .bind(record.digest.as_bytes().to_vec())
        .execute(to)
        .await
        .map_err(failed)?;
    Ok(())
}

/// Makes the account's head, or waits for whoever records a change of it.
async fn lock(to: &mut PgConnection, account: AccountId) -> Result<()> {
    sqlx::query(
        "INSERT INTO audit_head (account, n, digest) VALUES ($1, 0, $2)
         ON CONFLICT (account) DO UPDATE SET account = excluded.account",
    )
    .bind(stored(account.as_u64()))
    .bind(vec![0_u8; 32])
    .execute(to)
    .await
    .map_err(failed)?;
    Ok(())
}

pub(super) async fn head(from: &mut PgConnection, account: AccountId) -> Result<Option<Head>> {
    let head: Option<(i64, Vec<u8>)> =
        sqlx::query_as("SELECT n, digest FROM audit_head WHERE account = $1")
            .bind(stored(account.as_u64()))
            .fetch_optional(from)
            .await
            .map_err(failed)?;
    head.map(|(n, digest)| Ok((column::count(n)?, column::digest(&digest)?)))
        .transpose()
}

pub(super) async fn list(
    from: &mut PgConnection,
    account: AccountId,
    name: Option<&str>,
    after: u64,
    limit: u32,
) -> Result<Vec<AuditRecord>> {
    let sql = match name {
        None => "SELECT * FROM audit WHERE account = $1 AND n > $2 ORDER BY n LIMIT $3",
        Some(_) => {
            "SELECT * FROM audit WHERE account = $1 AND n > $2 AND name = $4 ORDER BY n LIMIT $3"
        }
    };
    let mut query = sqlx::query_as(sql)
        .bind(stored(account.as_u64()))
        .bind(stored(after))
        .bind(i64::from(limit));
    if let Some(name) = name {
        query = query.bind(name);
    }
    let records: Vec<Stored> = query.fetch_all(from).await.map_err(failed)?;
    records.into_iter().map(AuditRecord::try_from).collect()
}
