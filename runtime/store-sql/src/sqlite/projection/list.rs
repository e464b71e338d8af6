//! Lists, newest first, from one index: (machine, status, time, id, name).
//!
//! What a filter leaves open, machines or statuses, is several ranges of that index. Each is read for
//! its newest keys that may still be in the page, so a list costs what it shows, and a little for
//! every machine. Only the keys of the page are then looked up.

use sqlx::{QueryBuilder, Sqlite, SqliteConnection};
use steploom_store::Result;
use steploom_store::projection::{Cursor, Filter, Row, Status};
use steploom_types::AccountId;

use crate::column::stored;
use crate::error::failed;
use crate::row::execution::Stored;
use crate::sqlite::batch::batches;

/// A place in the order of lists.
type Key = (i64, Vec<u8>);

/// Executions that pass the filter, newest first.
pub(super) async fn list(
    from: &mut SqliteConnection,
    account: AccountId,
    filter: &Filter,
    after: Option<Cursor>,
    limit: u32,
) -> Result<Vec<Row>> {
    let limit = limit as usize;
    let before: Key = match after {
        Some(cursor) => (cursor.started_at.as_millis(), cursor.id.to_bytes().to_vec()),
        None => (i64::MAX, Vec::new()),
    };
    let prefix = filter
        .name_prefix
        .as_deref()
        .filter(|prefix| !prefix.is_empty());
    let mut keys: Vec<Key> = Vec::new();
    for machine in machines(from, account, filter).await? {
        for status in statuses(filter) {
            let oldest = keys.get(limit.wrapping_sub(1)).cloned();
            let range = Range {
                machine,
                status,
                before: &before,
                after: oldest.unwrap_or((-1, Vec::new())),
                prefix,
            };
            keys.extend(range.newest(from, limit).await?);
            keys.sort_unstable_by(|a, b| b.cmp(a));
            keys.truncate(limit);
        }
    }
    rows(from, &keys).await
}

/// The numbers of the machines that a list is about.
async fn machines(
    from: &mut SqliteConnection,
    account: AccountId,
    filter: &Filter,
) -> Result<Vec<i64>> {
    let name = filter.machine.as_ref().map(ToString::to_string);
    sqlx::query_scalar(
        "SELECT n FROM machine WHERE account = ?1 AND (?2 IS NULL OR name = ?2) ORDER BY n",
    )
    .bind(stored(account.as_u64()))
    .bind(name)
    .fetch_all(from)
    .await
    .map_err(failed)
}

fn statuses(filter: &Filter) -> impl Iterator<Item = Status> {
    let wanted = filter.status;
    let all = Status::ALL.into_iter();
    all.filter(move |status| wanted.is_none_or(|wanted| wanted == *status))
}

/// A stretch of the index: one machine, one status, between two keys.
struct Range<'a> {
    machine: i64,
    status: Status,
    before: &'a Key,
    after: Key,
    prefix: Option<&'a str>,
}

impl Range<'_> {
    async fn newest(&self, from: &mut SqliteConnection, limit: usize) -> Result<Vec<Key>> {
        let mut query = QueryBuilder::<Sqlite>::new(
            "SELECT started_at, id FROM execution INDEXED BY execution_by_status WHERE machine = ",
        );
        query.push_bind(self.machine);
        query
            .push(" AND status = ")
            .push_bind(i64::from(self.status.code()));
        query
            .push(" AND (started_at, id) < (")
            .push_bind(self.before.0);
        query.push(", ").push_bind(self.before.1.clone());
        query
            .push(") AND (started_at, id) > (")
            .push_bind(self.after.0);
        query.push(", ").push_bind(self.after.1.clone()).push(")");
        if let Some(prefix) = self.prefix {
            push_prefix(&mut query, prefix);
        }
        query.push(" ORDER BY started_at DESC, id DESC LIMIT ");
        query.push_bind(limit as i64);
        query.build_query_as().fetch_all(from).await.map_err(failed)
    }
}

/// A name that was given begins with `prefix`; one that was not is the id, so its bytes do.
fn push_prefix(query: &mut QueryBuilder<Sqlite>, prefix: &str) {
    query
        .push(" AND (substr(name, 1, ")
        .push_bind(prefix.chars().count() as i64);
    query.push(") = ").push_bind(prefix.to_owned());
    if let Some((first, last)) = ids_that_begin(prefix) {
        query
            .push(" OR name IS NULL AND id BETWEEN ")
            .push_bind(first);
        query.push(" AND ").push_bind(last);
    }
    query.push(")");
}

/// The first and the last id whose text begins with `prefix`.
fn ids_that_begin(prefix: &str) -> Option<(Vec<u8>, Vec<u8>)> {
    let fill = |with: char| {
        const FORM: &str = "00000000-0000-0000-0000-000000000000";
        let rest = FORM
            .get(prefix.len()..)?
            .replace('0', with.encode_utf8(&mut [0; 4]));
        let id: steploom_types::ExecutionId = format!("{prefix}{rest}").parse().ok()?;
        Some(id.to_bytes().to_vec())
    };
    Some((fill('0')?, fill('f')?))
}

/// The rows of these keys, in their order.
async fn rows(from: &mut SqliteConnection, keys: &[Key]) -> Result<Vec<Row>> {
    let mut rows = Vec::with_capacity(keys.len());
    for batch in batches(keys) {
        let mut query = QueryBuilder::<Sqlite>::new(
            "SELECT e.id, m.account, m.name AS machine, e.machine_version, e.name, e.definition, \
             e.status, e.started_at, e.ended_at, x'' AS input, NULL AS output, e.error, e.cause \
             FROM execution e CROSS JOIN machine m ON m.n = e.machine WHERE e.id IN (",
        );
        let mut ids = query.separated(", ");
        for (_, id) in batch {
            ids.push_bind(id.clone());
        }
        ids.push_unseparated(")");
        let found: Vec<Stored> = query
            .build_query_as()
            .fetch_all(&mut *from)
            .await
            .map_err(failed)?;
        for row in found {
            rows.push(row.check()?);
        }
    }
    rows.sort_unstable_by_key(|row| std::cmp::Reverse((row.started_at, row.id)));
    Ok(rows)
}
