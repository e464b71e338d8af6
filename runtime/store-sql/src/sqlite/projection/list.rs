//! Lists, newest first.

use sqlx::SqliteConnection;
use steploom_store::Result;
use steploom_store::projection::{Cursor, Filter, Row};
use steploom_types::AccountId;

use crate::column::stored;
use crate::error::failed;
use crate::row::execution::Stored;

/// Executions that pass the filter, newest first.
pub(super) async fn list(
    from: &mut SqliteConnection,
    account: AccountId,
    filter: &Filter,
    after: Option<Cursor>,
    limit: u32,
) -> Result<Vec<Row>> {
    let (before, id) = match after {
        Some(cursor) => (cursor.started_at.as_millis(), cursor.id.to_bytes().to_vec()),
        None => (i64::MAX, Vec::new()),
    };
    let found: Vec<Stored> = sqlx::query_as(
        "SELECT e.id, m.account, m.name AS machine, e.machine_version, e.name, e.definition, \
         e.status, e.started_at, e.ended_at, x'' AS input, NULL AS output, e.error, e.cause, \
         e.more FROM execution e JOIN machine m ON m.n = e.machine \
         WHERE m.account = ? AND (e.started_at, e.id) < (?, ?) \
         ORDER BY e.started_at DESC, e.id DESC",
    )
    .bind(stored(account.as_u64()))
    .bind(before)
    .bind(id)
    .fetch_all(from)
    .await
    .map_err(failed)?;
    let mut rows = Vec::new();
    for row in found {
        let row = row.check()?;
        if filter.passes(&row) && rows.len() < limit as usize {
            rows.push(row);
        }
    }
    Ok(rows)
}
