//! Lists, newest first: the open executions, then partition after partition.
//!
//! Each place is asked for the newest keys that may still be in the page, by the index that fits the
//! filter best, and the places are taken in the order of their newest start, until what is left is
//! older than the page. So a list costs what it shows. Only the keys of the page are then looked up.

use std::cmp::Reverse;

use sqlx::{AssertSqlSafe, Connection, PgConnection, Postgres, QueryBuilder};
use steploom_store::Result;
use steploom_store::projection::{Cursor, Filter, Row, Status};
use steploom_types::{AccountId, ExecutionId, Timestamp};

use super::read::{Found, found};
use super::row::{SELECTED_BARE, Stored, hash_of_error, hash_of_tag};
use super::table;
use crate::column::stored;
use crate::error::failed;

/// A place in the order of lists.
type Key = (i64, Vec<u8>);

/// More than any id in bytes.
const AFTER_ALL_IDS: [u8; 17] = [u8::MAX; 17];

/// Where executions are.
struct Place {
    executions: String,
    tags: String,
    /// Those that executions have there.
    is_open: bool,
    /// No execution in there started later.
    started_max: i64,
}

/// What is asked of every place.
struct Asked<'a> {
    filter: &'a Filter,
    /// The machines that it is about, by number.
    machines: Vec<i64>,
    /// Machines and statuses that there are.
    pairs: Vec<(i64, i64)>,
    before: Key,
    after: Key,
    limit: usize,
}

/// Executions that pass the filter, newest first, as they are at one instant.
pub(super) async fn list(
    from: &mut PgConnection,
    account: AccountId,
    filter: &Filter,
    after: Option<Cursor>,
    limit: u32,
) -> Result<Found<Vec<Row>>> {
    let begin = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY";
    let mut snapshot = from.begin_with(begin).await.map_err(failed)?;
    let asked = asked(&mut snapshot, account, filter, after, limit).await?;
    let listed = page(&mut snapshot, &asked).await;
    snapshot.rollback().await.map_err(failed)?;
    listed
}

async fn asked<'a>(
    from: &mut PgConnection,
    account: AccountId,
    filter: &'a Filter,
    after: Option<Cursor>,
    limit: u32,
) -> Result<Asked<'a>> {
    let rows: Vec<(i64, Option<i64>)> = sqlx::query_as(
        "SELECT m.n, c.status FROM execution_machine m
         LEFT JOIN execution_count c ON c.machine = m.n
         WHERE m.account = $1 AND ($2::text IS NULL OR m.name = $2)
         GROUP BY m.n, c.status HAVING c.status IS NULL OR sum(c.n) > 0 ORDER BY m.n, c.status",
    )
    .bind(stored(account.as_u64()))
    .bind(filter.machine.as_ref().map(ToString::to_string))
    .fetch_all(from)
    .await
    .map_err(failed)?;
    let mut before: Key = match after {
        Some(cursor) => (cursor.started_at.as_millis(), cursor.id.to_bytes().to_vec()),
        None => (i64::MAX, Vec::new()),
    };
    if let Some(to) = filter.started_to {
        before = before.min((to.as_millis(), Vec::new()));
    }
    let from = filter.started_from.map_or(i64::MIN, Timestamp::as_millis);
    let mut machines: Vec<i64> = rows.iter().map(|(machine, _)| *machine).collect();
    machines.dedup();
    let pair = |(machine, status): &(i64, Option<i64>)| Some((*machine, (*status)?));
    Ok(Asked {
        filter,
        machines,
        pairs: rows.iter().filter_map(pair).collect(),
        before,
        after: (from.saturating_sub(1), AFTER_ALL_IDS.to_vec()),
        limit: limit as usize,
    })
}

async fn page(from: &mut PgConnection, asked: &Asked<'_>) -> Result<Found<Vec<Row>>> {
    let places = places(from).await?;
    let mut keys: Vec<(Key, usize)> = Vec::new();
    for (n, place) in places.iter().enumerate() {
        let oldest = keys.get(asked.limit.wrapping_sub(1)).map(|(key, _)| key);
        if oldest.is_some_and(|oldest| oldest.0 > place.started_max) {
            break;
        }
        let after = oldest.max(Some(&asked.after)).cloned();
        let after = after.unwrap_or_else(|| asked.after.clone());
        let Some(mut query) = asked.query(place, &after) else {
            continue;
        };
        let newest: Result<Vec<Key>, _> = query.build_query_as().fetch_all(&mut *from).await;
        let Found::Yes(newest) = found(newest)? else {
            return Ok(Found::Changed);
        };
        keys.extend(newest.into_iter().map(|key| (key, n)));
        keys.sort_unstable_by(|a, b| b.cmp(a));
        keys.truncate(asked.limit);
    }
    rows(from, &places, &keys, asked.filter).await
}

/// All places, the one that may have the newest executions first.
async fn places(from: &mut PgConnection) -> Result<Vec<Place>> {
    let parts: Vec<(i64, Option<i64>)> = sqlx::query_as(
        "SELECT p.id, max(c.started_max)
         FROM partition p LEFT JOIN partition_count c ON c.partition = p.id GROUP BY p.id",
    )
    .fetch_all(from)
    .await
    .map_err(failed)?;
    let mut places = vec![Place {
        executions: "open_execution".into(),
        tags: "open_tag".into(),
        is_open: true,
        started_max: i64::MAX,
    }];
    places.extend(parts.into_iter().map(|(id, started_max)| Place {
        executions: table::closed(id),
        tags: table::tag(id),
        is_open: false,
        started_max: started_max.unwrap_or(i64::MIN),
    }));
    places.sort_by_key(|place| Reverse(place.started_max));
    Ok(places)
}

impl Asked<'_> {
    /// The newest keys of a place, between `after` and where the list goes on; `None` if there can
    /// be none.
    fn query(&self, place: &Place, after: &Key) -> Option<QueryBuilder<Postgres>> {
        let statuses = self.statuses(place);
        if statuses.is_empty() || self.machines.is_empty() {
            return None;
        }
        let filter = self.filter;
        let table = &place.executions;
        let mut query;
        if let Some((id, action)) = filter.part_of {
            query = QueryBuilder::new(format!(
                "SELECT e.started_at, e.id FROM {table} e WHERE e.part_of = "
            ));
            query.push_bind(id.to_bytes().to_vec());
            query
                .push(" AND e.part_action = ")
                .push_bind(stored(action));
        } else if let Some((key, value)) = &filter.tag {
            let tags = &place.tags;
            query = QueryBuilder::new(format!(
                "SELECT e.started_at, e.id FROM {tags} t JOIN {table} e ON e.id = t.id
                 WHERE e.part_of IS NULL AND t.hash = "
            ));
            query.push_bind(hash_of_tag(key, value));
            self.push_range(&mut query, "t", after);
        } else if let Some(error) = &filter.error {
            query = QueryBuilder::new(format!(
                "SELECT e.started_at, e.id FROM {table} e
                 WHERE e.part_of IS NULL AND e.error_hash = "
            ));
            query.push_bind(hash_of_error(error));
        } else {
            return self.query_by_status(place, &statuses, after);
        }
        query
            .push(" AND e.machine = ANY (")
            .push_bind(self.machines.clone());
        query.push(") AND e.status = ANY (").push_bind(statuses);
        query.push(")");
        if let Some(error) = &filter.error {
            // The row itself is looked at once it is read.
            query
                .push(" AND e.error_hash = ")
                .push_bind(hash_of_error(error));
        }
        self.push_rest(&mut query, after);
        Some(query)
    }

    /// A stretch of the one index for every machine and status that there are.
    fn query_by_status(
        &self,
        place: &Place,
        statuses: &[i64],
        after: &Key,
    ) -> Option<QueryBuilder<Postgres>> {
        let pairs = self
            .pairs
            .iter()
            .filter(|(_, status)| statuses.contains(status));
        let (machines, statuses): (Vec<i64>, Vec<i64>) = pairs.copied().unzip();
        if machines.is_empty() {
            return None;
        }
        let mut query = QueryBuilder::new("SELECT k.started_at, k.id FROM unnest(");
        query.push_bind(machines).push(", ").push_bind(statuses);
        let table = &place.executions;
        query.push(format!(
            ") AS p (machine, status) CROSS JOIN LATERAL (
                 SELECT e.started_at, e.id FROM {table} e
                 WHERE e.machine = p.machine AND e.status = p.status AND e.part_of IS NULL"
        ));
        self.push_rest(&mut query, after);
        query.push(") AS k ORDER BY k.started_at DESC, k.id DESC LIMIT ");
        query.push_bind(self.limit as i64);
        Some(query)
    }

    /// The statuses that the filter lets through, of those that executions have there.
    fn statuses(&self, place: &Place) -> Vec<i64> {
        let wanted = self.filter.status;
        let all = Status::ALL.into_iter();
        let here = all.filter(|status| status.is_open() == place.is_open);
        here.filter(|status| wanted.is_none_or(|wanted| wanted == *status))
            .map(|status| status.code().into())
            .collect()
    }

    /// What every question has in common: the page, and the prefix of the name.
    fn push_rest(&self, query: &mut QueryBuilder<Postgres>, after: &Key) {
        self.push_range(query, "e", after);
        let prefix = self.filter.name_prefix.as_deref();
        if let Some(prefix) = prefix.filter(|prefix| !prefix.is_empty()) {
            push_prefix(query, prefix);
        }
        query.push(" ORDER BY e.started_at DESC, e.id DESC LIMIT ");
        query.push_bind(self.limit as i64);
    }

    fn push_range(&self, query: &mut QueryBuilder<Postgres>, of: &str, after: &Key) {
        for (sign, key) in [("<", &self.before), (">", after)] {
            query.push(format!(" AND ({of}.started_at, {of}.id) {sign} ("));
            query.push_bind(key.0).push(", ");
            query.push_bind(key.1.clone()).push(")");
        }
    }
}

/// A name that was given begins with `prefix`; one that was not is the id, so its bytes do.
fn push_prefix(query: &mut QueryBuilder<Postgres>, prefix: &str) {
    query
        .push(" AND (starts_with(e.name, ")
        .push_bind(prefix.to_owned());
    query.push(")");
    if let Some((first, last)) = ids_that_begin(prefix) {
        query
            .push(" OR e.name IS NULL AND e.id BETWEEN ")
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
        let id: ExecutionId = format!("{prefix}{rest}").parse().ok()?;
        Some(id.to_bytes().to_vec())
    };
    Some((fill('0')?, fill('f')?))
}

/// The rows of these keys, in their order. Two tags may have the same hash: what does not pass after
/// all is left out.
async fn rows(
    from: &mut PgConnection,
    places: &[Place],
    keys: &[(Key, usize)],
    filter: &Filter,
) -> Result<Found<Vec<Row>>> {
    let mut rows: Vec<Row> = Vec::with_capacity(keys.len());
    for (n, place) in places.iter().enumerate() {
        let here = keys.iter().filter(|(_, place)| *place == n);
        let ids: Vec<Vec<u8>> = here.map(|((_, id), _)| id.clone()).collect();
        if ids.is_empty() {
            continue;
        }
        let table = &place.executions;
        let sql = format!(
            "SELECT {SELECTED_BARE} FROM {table} e JOIN execution_machine m ON m.n = e.machine
             WHERE e.id = ANY ($1)"
        );
        let stored = sqlx::query_as(AssertSqlSafe(sql)).bind(ids);
        let stored: Result<Vec<Stored>, _> = stored.fetch_all(&mut *from).await;
        let Found::Yes(stored) = found(stored)? else {
            return Ok(Found::Changed);
        };
        for row in stored {
            rows.push(row.check()?);
        }
    }
    rows.retain(|row| filter.passes(row));
    rows.sort_unstable_by_key(|row| Reverse((row.started_at, row.id)));
    Ok(Found::Yes(rows))
}
