//! How many executions there are, by machine and status.

use std::collections::BTreeMap;

use sqlx::{AssertSqlSafe, PgConnection};
use steploom_store::Result;
use steploom_store::projection::{Row, Status};
use steploom_types::{AccountId, MachineName};

use super::table;
use crate::column::{self, stored};
use crate::error::failed;

/// Changes of the counts in one checkpoint.
#[derive(Default)]
pub(super) struct Counts {
    by_place: BTreeMap<(i64, u8), i64>,
}

impl Counts {
    /// An execution of the machine with this number stood like `was`, and now stands as the row says.
    pub(super) fn moves(&mut self, machine: i64, was: Option<Status>, row: &Row) {
        if row.part_of.is_some() || was == Some(row.status) {
            return;
        }
        if let Some(was) = was {
            *self.by_place.entry((machine, was.code())).or_default() -= 1;
        }
        *self
            .by_place
            .entry((machine, row.status.code()))
            .or_default() += 1;
    }

    /// Writes them, in the order of their keys.
    pub(super) async fn write(&self, to: &mut PgConnection, shard: i64) -> Result<()> {
        let changed: Vec<_> = self.by_place.iter().filter(|(_, n)| **n != 0).collect();
        if changed.is_empty() {
            return Ok(());
        }
        let machines: Vec<i64> = changed.iter().map(|((machine, _), _)| *machine).collect();
        let statuses: Vec<i64> = changed
            .iter()
            .map(|((_, code), _)| (*code).into())
            .collect();
        let counts: Vec<i64> = changed.iter().map(|(_, n)| **n).collect();
        sqlx::query(
            "INSERT INTO execution_count AS c (machine, status, shard, n)
             SELECT machine, status, $4, n
             FROM unnest($1::bigint[], $2::bigint[], $3::bigint[]) AS u (machine, status, n)
             ON CONFLICT (machine, status, shard) DO UPDATE SET n = c.n + excluded.n",
        )
        .bind(machines)
        .bind(statuses)
        .bind(counts)
        .bind(shard)
        .execute(to)
        .await
        .map_err(failed)?;
        Ok(())
    }
}

/// Takes out what is in a partition that goes.
pub(super) async fn take_out(to: &mut PgConnection, partition: i64) -> Result<()> {
    let closed = table::closed(partition);
    let sql = format!(
        "INSERT INTO execution_count AS c (machine, status, shard, n)
         SELECT machine, status, -1, -count(*) FROM {closed} WHERE part_of IS NULL
         GROUP BY machine, status
         ON CONFLICT (machine, status, shard) DO UPDATE SET n = c.n + excluded.n"
    );
    let done = sqlx::query(AssertSqlSafe(sql)).execute(to).await;
    done.map(drop).map_err(failed)
}

/// The counts of an account, by machine and status.
pub(super) async fn counts(
    from: &mut PgConnection,
    account: AccountId,
    machine: Option<&MachineName>,
) -> Result<Vec<(MachineName, Status, u64)>> {
    let rows: Vec<(String, i64, i64)> = sqlx::query_as(
        "SELECT m.name, c.status, sum(c.n)::bigint
         FROM execution_machine m JOIN execution_count c ON c.machine = m.n
         WHERE m.account = $1 AND ($2::text IS NULL OR m.name = $2)
         GROUP BY m.name, c.status HAVING sum(c.n) > 0 ORDER BY m.name, c.status",
    )
    .bind(stored(account.as_u64()))
    .bind(machine.map(ToString::to_string))
    .fetch_all(from)
    .await
    .map_err(failed)?;
    let count = |(machine, status, n): (String, i64, i64)| {
        Ok((
            column::machine(&machine)?,
            column::status(status)?,
            column::count(n)?,
        ))
    };
    rows.into_iter().map(count).collect()
}
