//! Tags, by which executions are found.

use sqlx::{AssertSqlSafe, PgConnection};
use steploom_store::Result;
use steploom_types::Timestamp;

use super::Item;
use crate::error::failed;
use crate::postgres::projection::row::hash_of_tag;

/// What becomes of them.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Tags {
    Add,
    Remove,
}

/// Adds or removes the tags of these executions: a row each, for those that have some.
pub(super) async fn change_tags(
    to: &mut PgConnection,
    table: &str,
    items: &[Item<'_>],
    how: Tags,
) -> Result<()> {
    let (mut hashes, mut started, mut ids) = (Vec::new(), Vec::new(), Vec::new());
    for item in items {
        let row = &item.change.row;
        for (key, value) in &row.tags {
            hashes.push(hash_of_tag(key, value));
            started.push(Timestamp::as_millis(row.started_at));
            ids.push(row.id.to_bytes().to_vec());
        }
    }
    if hashes.is_empty() {
        return Ok(());
    }
    let given = "unnest($1::bigint[], $2::bigint[], $3::bytea[])";
    let sql = match how {
        Tags::Add => format!(
            "INSERT INTO {table} (hash, started_at, id) SELECT * FROM {given} ON CONFLICT DO NOTHING"
        ),
        Tags::Remove => format!(
            "DELETE FROM {table} t USING {given} AS g (hash, started_at, id)
             WHERE t.hash = g.hash AND t.started_at = g.started_at AND t.id = g.id"
        ),
    };
    let query = sqlx::query(AssertSqlSafe(sql));
    let done = query.bind(hashes).bind(started).bind(ids).execute(to).await;
    done.map(drop).map_err(failed)
}
