//! Schedules. Whoever names the revision that a row has changes it. What somebody changes of one is
//! recorded with it; that it fires is not.

use async_trait::async_trait;
use sqlx::{Connection, PgConnection};
use steploom_store::Result;
use steploom_store::audit::Change;
use steploom_store::schedule::{Filter, Schedule, Schedules};
use steploom_types::{AccountId, Name, Timestamp};

use super::super::link::on;
use super::{Entries, audit};
use crate::column::stored;
use crate::error::failed;
use crate::row::schedule::Stored;

/// The columns of [`Stored`].
macro_rules! select {
    ($rest:literal) => {
        concat!(
            "SELECT account, schedule_group, name, slot, revision, due_at, body, state, created_at,
             modified_at FROM schedule ",
            $rest
        )
    };
}

#[async_trait]
impl Schedules for Entries {
    async fn put(&self, schedule: &Schedule, expected: Option<u64>) -> Result<bool> {
        on!(self.links, |link| put(link, schedule, expected))
    }

    async fn advance(&self, schedules: &[Schedule]) -> Result<Vec<bool>> {
        on!(self.links, |link| advance(link, schedules))
    }

    async fn find(
        &self,
        account: AccountId,
        group: &Name,
        name: &Name,
    ) -> Result<Option<Schedule>> {
        on!(self.links, |link| find(link, account, group, name))
    }

    async fn list(
        &self,
        account: AccountId,
        filter: Filter<'_>,
        after: Option<(&Name, &Name)>,
        limit: u32,
    ) -> Result<Vec<Schedule>> {
        on!(self.links, |link| list(link, account, filter, after, limit))
    }

    async fn delete(
        &self,
        account: AccountId,
        group: &Name,
        name: &Name,
        revision: Option<u64>,
    ) -> Result<bool> {
        on!(self.links, |link| delete(
            link, account, group, name, revision
        ))
    }

    async fn delete_group(&self, account: AccountId, group: &Name, limit: u32) -> Result<u64> {
        on!(self.links, |link| delete_group(link, account, group, limit))
    }

    async fn due(&self, slots: (u16, u16), until: Timestamp, limit: u32) -> Result<Vec<Schedule>> {
        on!(self.links, |link| due(link, slots, until, limit))
    }
}

async fn put(to: &mut PgConnection, schedule: &Schedule, expected: Option<u64>) -> Result<bool> {
    let sql = match expected {
        None => {
            "INSERT INTO schedule (slot, revision, due_at, body, state, created_at, modified_at,
                 account, schedule_group, name)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) ON CONFLICT DO NOTHING"
        }
        Some(_) => {
            "UPDATE schedule SET slot = $1, revision = $2, due_at = $3, body = $4, state = $5,
                 created_at = $6, modified_at = $7
             WHERE account = $8 AND schedule_group = $9 AND name = $10 AND revision = $11"
        }
    };
    let query = sqlx::query(sql)
        .bind(i64::from(schedule.slot.0))
        .bind(stored(schedule.revision))
        .bind(schedule.due_at.map(Timestamp::as_millis))
        .bind(&schedule.body)
        .bind(&schedule.state)
        .bind(schedule.created_at.as_millis())
        .bind(schedule.modified_at.as_millis())
        .bind(stored(schedule.account.as_u64()))
        .bind(schedule.group.as_str())
        .bind(schedule.name.as_str());
    let query = match expected {
        None => query,
        Some(expected) => query.bind(stored(expected)),
    };
    let mut transaction = to.begin().await.map_err(failed)?;
    let written = query.execute(&mut *transaction).await.map_err(failed)?;
    let is_written = written.rows_affected() > 0;
    if is_written {
        let change = Change::schedule(schedule);
        audit::record(&mut transaction, schedule.account, change).await?;
    }
    transaction.commit().await.map_err(failed)?;
    Ok(is_written)
}

async fn advance(to: &mut PgConnection, schedules: &[Schedule]) -> Result<Vec<bool>> {
    let numbers = |of: fn(&Schedule) -> i64| schedules.iter().map(of).collect::<Vec<_>>();
    let texts = |of: fn(&Schedule) -> &str| schedules.iter().map(of).collect::<Vec<_>>();
    let due = |schedule: &Schedule| schedule.due_at.map(Timestamp::as_millis);
    // In the order of their keys, so that two nodes never wait for one another.
    let written: Vec<i64> = sqlx::query_scalar(
        "WITH new AS (
             SELECT * FROM unnest($1::bigint[], $2::text[], $3::text[], $4::bigint[], $5::bigint[],
                 $6::text[]) WITH ORDINALITY
                 AS new (account, schedule_group, name, revision, due_at, state, place)
         ), mine AS (
             SELECT s.account, s.schedule_group, s.name, new.due_at, new.state, new.place
             FROM new JOIN schedule s ON s.account = new.account
                 AND s.schedule_group = new.schedule_group AND s.name = new.name
                 AND s.revision = new.revision
             ORDER BY s.account, s.schedule_group, s.name FOR UPDATE OF s
         )
         UPDATE schedule s SET revision = s.revision + 1, due_at = mine.due_at, state = mine.state
         FROM mine WHERE s.account = mine.account AND s.schedule_group = mine.schedule_group
             AND s.name = mine.name
         RETURNING mine.place",
    )
    .bind(numbers(|schedule| stored(schedule.account.as_u64())))
    .bind(texts(|schedule| schedule.group.as_str()))
    .bind(texts(|schedule| schedule.name.as_str()))
    .bind(numbers(|schedule| stored(schedule.revision)))
    .bind(schedules.iter().map(due).collect::<Vec<_>>())
    .bind(texts(|schedule| &schedule.state))
    .fetch_all(to)
    .await
    .map_err(failed)?;
    let place = |at: usize| i64::try_from(at + 1).unwrap_or(i64::MAX);
    Ok((0..schedules.len())
        .map(|at| written.contains(&place(at)))
        .collect())
}

async fn find(
    from: &mut PgConnection,
    account: AccountId,
    group: &Name,
    name: &Name,
) -> Result<Option<Schedule>> {
    let found: Option<Stored> = sqlx::query_as(select!(
        "WHERE account = $1 AND schedule_group = $2 AND name = $3"
    ))
    .bind(stored(account.as_u64()))
    .bind(group.as_str())
    .bind(name.as_str())
    .fetch_optional(from)
    .await
    .map_err(failed)?;
    found.map(Schedule::try_from).transpose()
}

async fn list(
    from: &mut PgConnection,
    account: AccountId,
    filter: Filter<'_>,
    after: Option<(&Name, &Name)>,
    limit: u32,
) -> Result<Vec<Schedule>> {
    let after = after.map_or(("", ""), |(group, name)| (group.as_str(), name.as_str()));
    let sql = match filter.group {
        None => {
            select!(
                "WHERE account = $1 AND (schedule_group, name) > ($2, $3)
                   AND starts_with(name, $4)
                 ORDER BY schedule_group, name LIMIT $5"
            )
        }
        Some(_) => {
            select!(
                "WHERE account = $1 AND (schedule_group, name) > ($2, $3)
                   AND starts_with(name, $4) AND schedule_group = $6 AND name >= $4
                 ORDER BY name LIMIT $5"
            )
        }
    };
    let query = sqlx::query_as(sql)
        .bind(stored(account.as_u64()))
        .bind(after.0)
        .bind(after.1)
        .bind(filter.prefix)
        .bind(i64::from(limit));
    let query = match filter.group {
        None => query,
        Some(group) => query.bind(group.as_str()),
    };
    let found: Vec<Stored> = query.fetch_all(from).await.map_err(failed)?;
    found.into_iter().map(Schedule::try_from).collect()
}

async fn delete(
    to: &mut PgConnection,
    account: AccountId,
    group: &Name,
    name: &Name,
    revision: Option<u64>,
) -> Result<bool> {
    let mut transaction = to.begin().await.map_err(failed)?;
    let deleted = sqlx::query(
        "DELETE FROM schedule WHERE account = $1 AND schedule_group = $2 AND name = $3
         AND ($4::bigint IS NULL OR revision = $4)",
    )
    .bind(stored(account.as_u64()))
    .bind(group.as_str())
    .bind(name.as_str())
    .bind(revision.map(stored))
    .execute(&mut *transaction)
    .await
    .map_err(failed)?;
    let was_there = deleted.rows_affected() > 0;
    if was_there {
        let change = Change::schedule_deleted(group, name.as_str());
        audit::record(&mut transaction, account, change).await?;
    }
    transaction.commit().await.map_err(failed)?;
    Ok(was_there)
}

async fn delete_group(
    to: &mut PgConnection,
    account: AccountId,
    group: &Name,
    limit: u32,
) -> Result<u64> {
    let mut transaction = to.begin().await.map_err(failed)?;
    let names: Vec<String> = sqlx::query_scalar(
        "DELETE FROM schedule WHERE (account, schedule_group, name) IN (
             SELECT account, schedule_group, name FROM schedule
             WHERE account = $1 AND schedule_group = $2 LIMIT $3)
         RETURNING name",
    )
    .bind(stored(account.as_u64()))
    .bind(group.as_str())
    .bind(i64::from(limit))
    .fetch_all(&mut *transaction)
    .await
    .map_err(failed)?;
    for name in &names {
        let change = Change::schedule_deleted(group, name);
        audit::record(&mut transaction, account, change).await?;
    }
    transaction.commit().await.map_err(failed)?;
    Ok(names.len() as u64)
}

async fn due(
    from: &mut PgConnection,
    slots: (u16, u16),
    until: Timestamp,
    limit: u32,
) -> Result<Vec<Schedule>> {
    let found: Vec<Stored> = sqlx::query_as(select!(
        "WHERE due_at IS NOT NULL AND due_at <= $1 AND slot BETWEEN $2 AND $3
         ORDER BY due_at LIMIT $4"
    ))
    .bind(until.as_millis())
    .bind(i64::from(slots.0))
    .bind(i64::from(slots.1))
    .bind(i64::from(limit))
    .fetch_all(from)
    .await
    .map_err(failed)?;
    found.into_iter().map(Schedule::try_from).collect()
}
