//! Open executions: their rows, and what they offer.

use std::collections::HashMap;

use sqlx::postgres::PgRow;
use sqlx::{AssertSqlSafe, PgConnection, Row as _};
use steploom_store::Result;
use steploom_store::projection::{Sleep, Status};
use steploom_types::ExecutionId;

use super::delta::Delta;
use super::tag::{Tags, change_tags};
use super::{Item, id_bytes};
use crate::column::{self, stored};
use crate::error::failed;
use crate::postgres::projection::row::{self, Columns};
use crate::postgres::projection::table::{ARRAYS, COLUMNS};

/// An open execution as it was before.
pub(super) struct Known {
    pub(super) status: Status,
    /// What a change of an open row shows in.
    state: State,
}

/// Status, wake time and the head.
type State = (i64, Option<i64>, Vec<u8>);

/// `None`: awake. The greatest number: until somebody calls.
fn wake_at(sleep: Sleep) -> Option<i64> {
    match sleep {
        Sleep::No => None,
        Sleep::Until(at) => Some(at.as_millis()),
        Sleep::Called => Some(i64::MAX),
    }
}

/// Writes the rows of open executions that are new or have changed: most have not.
pub(super) async fn write(
    to: &mut PgConnection,
    open: &[Item<'_>],
    (known, reopened): (&HashMap<ExecutionId, Known>, &HashMap<ExecutionId, Status>),
    delta: &mut Delta,
) -> Result<()> {
    let mut columns = Columns::default();
    let (mut wakes, mut created) = (Vec::new(), Vec::new());
    let mut new = Vec::new();
    for item in open {
        let row = &item.change.row;
        let before = known.get(&row.id);
        let was = before.map(|known| known.status);
        delta.opened(item.machine, was.or(reopened.get(&row.id).copied()), row);
        let wake_at = wake_at(item.change.sleep);
        let state = (i64::from(row.status.code()), wake_at, row::head(row));
        if before.is_none() {
            new.push(*item);
        }
        if before.is_none_or(|known| known.state != state) {
            columns.push(row, item.machine);
            wakes.push(wake_at);
            created.push(row.id.created().as_millis());
        }
    }
    if columns.ids.is_empty() {
        return Ok(());
    }
    let sql = format!(
        "INSERT INTO open_execution ({COLUMNS}, wake_at, created_at)
         SELECT * FROM unnest({ARRAYS}, $11::bigint[], $12::bigint[])
         ON CONFLICT (id) DO UPDATE SET
             status = excluded.status, head = excluded.head, body = excluded.body,
             error_hash = excluded.error_hash, wake_at = excluded.wake_at"
    );
    let query = columns.bind(sqlx::query(AssertSqlSafe(sql)));
    let done = query.bind(&wakes).bind(&created).execute(&mut *to).await;
    done.map_err(failed)?;
    change_tags(to, "open_tag", &new, Tags::Add).await
}

/// Takes those that have ended out of the open ones.
pub(super) async fn close(
    to: &mut PgConnection,
    closed: &[Item<'_>],
    known: &HashMap<ExecutionId, Known>,
) -> Result<()> {
    let was_open = |item: &&Item| known.contains_key(&item.change.row.id);
    let gone: Vec<Item> = closed.iter().filter(was_open).copied().collect();
    if gone.is_empty() {
        return Ok(());
    }
    sqlx::query(
        "WITH gone AS (DELETE FROM open_execution WHERE id = ANY ($1))
         DELETE FROM offer WHERE id = ANY ($1)",
    )
    .bind(id_bytes(&gone))
    .execute(&mut *to)
    .await
    .map_err(failed)?;
    change_tags(to, "open_tag", &gone, Tags::Remove).await
}

/// Forgets what open executions offered, and writes what they offer now.
pub(super) async fn write_offers(
    to: &mut PgConnection,
    open: &[Item<'_>],
    known: &HashMap<ExecutionId, Known>,
) -> Result<()> {
    let was_open = |item: &&Item| known.contains_key(&item.change.row.id);
    let before = id_bytes(open.iter().filter(was_open));
    if !before.is_empty() {
        sqlx::query("DELETE FROM offer WHERE id = ANY ($1)")
            .bind(before)
            .execute(&mut *to)
            .await
            .map_err(failed)?;
    }
    let (mut accounts, mut activities) = (Vec::new(), Vec::new());
    let (mut ids, mut actions) = (Vec::new(), Vec::new());
    for item in open {
        for offer in &item.change.offers {
            accounts.push(stored(item.change.row.account.as_u64()));
            activities.push(offer.activity.as_str());
            ids.push(item.change.row.id.to_bytes().to_vec());
            actions.push(stored(offer.action));
        }
    }
    if ids.is_empty() {
        return Ok(());
    }
    sqlx::query(
        "INSERT INTO offer (account, activity, id, action)
         SELECT * FROM unnest($1::bigint[], $2::text[], $3::bytea[], $4::bigint[])
         ON CONFLICT DO NOTHING",
    )
    .bind(accounts)
    .bind(activities)
    .bind(ids)
    .bind(actions)
    .execute(to)
    .await
    .map_err(failed)?;
    Ok(())
}

/// The executions that are open by now.
pub(super) async fn known(
    from: &mut PgConnection,
    items: &[Item<'_>],
) -> Result<HashMap<ExecutionId, Known>> {
    let rows =
        sqlx::query("SELECT id, status, wake_at, head FROM open_execution WHERE id = ANY ($1)")
            .bind(id_bytes(items))
            .fetch_all(from)
            .await
            .map_err(failed)?;
    let known = |row: &PgRow| {
        let id: Vec<u8> = row.try_get(0).map_err(failed)?;
        let status: i64 = row.try_get(1).map_err(failed)?;
        let state = (
            status,
            row.try_get(2).map_err(failed)?,
            row.try_get(3).map_err(failed)?,
        );
        let status = column::status(status)?;
        Ok((column::execution(&id)?, Known { status, state }))
    };
    rows.iter().map(known).collect()
}
