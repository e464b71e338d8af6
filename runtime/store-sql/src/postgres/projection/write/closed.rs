//! Closed executions: new rows, rows that are written again, and rows that go on after their end.

use std::collections::{HashMap, HashSet};

use sqlx::postgres::{PgArguments, PgRow};
use sqlx::query::Query;
use sqlx::{AssertSqlSafe, PgConnection, Postgres, Row as _};
use steploom_store::Result;
use steploom_store::projection::Status;
use steploom_types::ExecutionId;

use super::delta::Delta;
use super::open::Known;
use super::tag::{Tags, change_tags};
use super::{Item, grouped, id_bytes};
use crate::column::{self, stored};
use crate::error::failed;
use crate::postgres::projection::row::Columns;
use crate::postgres::projection::table::{self, ARRAYS, COLUMNS};
use crate::row::pack;

/// Takes executions that go on after their end out of the closed ones. What facts lay in their rows
/// become chunks. Gives how each stood.
pub(super) async fn reopen(
    to: &mut PgConnection,
    open: &[Item<'_>],
    known: &HashMap<ExecutionId, Known>,
    delta: &mut Delta,
) -> Result<HashMap<ExecutionId, Status>> {
    // One whose facts begin here, or that was open, was not closed.
    let may_be_closed = |item: &&Item| {
        let change = item.change;
        change.chunk.first_fact > 0 && !known.contains_key(&change.row.id)
    };
    let mut reopened = HashMap::new();
    for (part, items) in grouped(open.iter().filter(may_be_closed)) {
        let (closed, chunk) = (table::closed(part), table::chunk(part));
        let sql = format!(
            "WITH gone AS (
                 DELETE FROM {closed} WHERE id = ANY ($1)
                 RETURNING id, status, first_event, facts
             ), kept AS (
                 INSERT INTO {chunk} (id, first_fact, first_event, facts)
                 SELECT id, 0, first_event, facts FROM gone WHERE facts IS NOT NULL
                 ON CONFLICT DO NOTHING
             )
             SELECT id, status FROM gone"
        );
        let gone: Vec<(Vec<u8>, i64)> = sqlx::query_as(AssertSqlSafe(sql))
            .bind(id_bytes(&items))
            .fetch_all(&mut *to)
            .await
            .map_err(failed)?;
        for (id, status) in gone {
            reopened.insert(column::execution(&id)?, column::status(status)?);
        }
        let items: Vec<_> = items
            .into_iter()
            .filter(|item| reopened.contains_key(&item.change.row.id))
            .collect();
        for item in &items {
            delta.reopened(part, &item.change.row);
        }
        change_tags(to, &table::tag(part), &items, Tags::Remove).await?;
    }
    Ok(reopened)
}

/// Writes the rows of closed executions, and names those whose facts are in their row.
pub(super) async fn write(
    to: &mut PgConnection,
    closed: &[Item<'_>],
    known: &HashMap<ExecutionId, Known>,
    delta: &mut Delta,
) -> Result<HashSet<ExecutionId>> {
    let mut whole = HashSet::new();
    for (part, items) in grouped(closed.iter()) {
        let is_whole = |item: &Item| {
            let (row, chunk) = (&item.change.row, &item.change.chunk);
            chunk.first_fact == 0 && !chunk.facts.is_empty() && !known.contains_key(&row.id)
        };
        whole.extend(
            items
                .iter()
                .filter(|item| is_whole(item))
                .map(|item| item.change.row.id),
        );
        let written = insert_closed(to, part, &items, &whole).await?;
        let (new, again): (Vec<Item>, Vec<Item>) = items
            .iter()
            .partition(|item| written.contains(&item.change.row.id));
        for item in &new {
            let was = known.get(&item.change.row.id).map(|known| known.status);
            delta.closed(part, item.machine, was, item.change);
        }
        if !again.is_empty() {
            for (id, was, had_facts) in replace_closed(to, part, &again, &whole).await? {
                if !had_facts {
                    whole.remove(&id);
                }
                let item = again.iter().find(|item| item.change.row.id == id);
                if let Some(item) = item {
                    delta.closed_again(part, item.machine, was, &item.change.row);
                }
            }
        }
        change_tags(to, &table::tag(part), &items, Tags::Add).await?;
    }
    Ok(whole)
}

/// Rows of closed executions to be written, a column each, with the facts that lie in them.
#[derive(Default)]
struct ClosedColumns<'a> {
    rows: Columns<'a>,
    first_events: Vec<Option<i64>>,
    facts: Vec<Option<Vec<u8>>>,
}

impl<'a> ClosedColumns<'a> {
    fn of(items: &[Item<'a>], whole: &HashSet<ExecutionId>) -> Self {
        let mut columns = Self::default();
        for item in items {
            let change = item.change;
            columns.rows.push(&change.row, item.machine);
            let is_whole = whole.contains(&change.row.id);
            let first_event = is_whole.then(|| stored(change.chunk.first_event));
            columns.first_events.push(first_event);
            columns
                .facts
                .push(is_whole.then(|| pack::facts(change.row.id, &change.chunk).to_vec()));
        }
        columns
    }

    /// Binds the parameters 1 to 12.
    fn bind<'q>(
        &'q self,
        query: Query<'q, Postgres, PgArguments>,
    ) -> Query<'q, Postgres, PgArguments> {
        let query = self.rows.bind(query);
        query.bind(&self.first_events).bind(&self.facts)
    }
}

/// Inserts those that are not there, and names them.
async fn insert_closed(
    to: &mut PgConnection,
    part: i64,
    items: &[Item<'_>],
    whole: &HashSet<ExecutionId>,
) -> Result<HashSet<ExecutionId>> {
    let columns = ClosedColumns::of(items, whole);
    let closed = table::closed(part);
    let sql = format!(
        "INSERT INTO {closed} ({COLUMNS}, first_event, facts)
         SELECT * FROM unnest({ARRAYS}, $11::bigint[], $12::bytea[])
         ON CONFLICT (id) DO NOTHING RETURNING id"
    );
    let query = columns.bind(sqlx::query(AssertSqlSafe(sql)));
    let rows = query.fetch_all(to).await.map_err(failed)?;
    let id = |row: &PgRow| column::execution(row.try_get(0).map_err(failed)?);
    rows.iter().map(id).collect()
}

/// Writes those again that are there: because a checkpoint is repeated, or because they went on and
/// ended again. Tells how each stood, and whether its facts were in its row.
async fn replace_closed(
    to: &mut PgConnection,
    part: i64,
    items: &[Item<'_>],
    whole: &HashSet<ExecutionId>,
) -> Result<Vec<(ExecutionId, Status, bool)>> {
    let columns = ClosedColumns::of(items, whole);
    let closed = table::closed(part);
    let sql = format!(
        "WITH new AS MATERIALIZED (
             SELECT * FROM unnest({ARRAYS}, $11::bigint[], $12::bytea[])
                 AS n ({COLUMNS}, first_event, facts)
         ), old AS MATERIALIZED (
             SELECT e.id, e.status, e.facts IS NOT NULL AS had_facts
             FROM {closed} e WHERE e.id = ANY ($1)
         )
         UPDATE {closed} e SET
             status = new.status, head = new.head, body = new.body,
             error_hash = new.error_hash,
             first_event = CASE WHEN old.had_facts AND new.facts IS NOT NULL
                 THEN new.first_event ELSE e.first_event END,
             facts = CASE WHEN old.had_facts AND new.facts IS NOT NULL
                 THEN new.facts ELSE e.facts END
         FROM new JOIN old ON old.id = new.id
         WHERE e.id = new.id
         RETURNING e.id, old.status, old.had_facts"
    );
    let query = columns.bind(sqlx::query(AssertSqlSafe(sql)));
    let rows = query.fetch_all(to).await.map_err(failed)?;
    let old = |row: &PgRow| {
        let id = column::execution(row.try_get(0).map_err(failed)?)?;
        let status = column::status(row.try_get(1).map_err(failed)?)?;
        Ok((id, status, row.try_get(2).map_err(failed)?))
    };
    rows.iter().map(old).collect()
}
