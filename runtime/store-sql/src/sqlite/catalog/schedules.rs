//! Schedules. What somebody changes of one is recorded with it; that it fires is not.

use async_trait::async_trait;
use sqlx::{Connection, SqliteConnection};
use steploom_store::Result;
use steploom_store::audit::Change;
use steploom_store::schedule::{Filter, Schedule, Schedules};
use steploom_types::{AccountId, Name, Timestamp};

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
        let mut writer = self.writer.lock().await;
        let written = put(writer.connection().await?, schedule, expected).await;
        writer.settle(written)
    }

    async fn advance(&self, schedules: &[Schedule]) -> Result<Vec<bool>> {
        let mut writer = self.writer.lock().await;
        let advanced = advance(writer.connection().await?, schedules).await;
        writer.settle(advanced)
    }

    async fn find(
        &self,
        account: AccountId,
        group: &Name,
        name: &Name,
    ) -> Result<Option<Schedule>> {
        let found: Option<Stored> = sqlx::query_as(select!(
            "WHERE account = ? AND schedule_group = ? AND name = ?"
        ))
        .bind(stored(account.as_u64()))
        .bind(group.as_str())
        .bind(name.as_str())
        .fetch_optional(&self.readers)
        .await
        .map_err(failed)?;
        found.map(Schedule::try_from).transpose()
    }

    async fn list(
        &self,
        account: AccountId,
        filter: Filter<'_>,
        after: Option<(&Name, &Name)>,
        limit: u32,
    ) -> Result<Vec<Schedule>> {
        let after = after.map_or(("", ""), |(group, name)| (group.as_str(), name.as_str()));
        let sql = match filter.group {
            None => {
                select!(
                    "WHERE account = ? AND (schedule_group, name) > (?, ?)
                       AND substr(name, 1, length(?)) = ?
                     ORDER BY schedule_group, name LIMIT ?"
                )
            }
            Some(_) => {
                select!(
                    "WHERE account = ? AND (schedule_group, name) > (?, ?)
                       AND substr(name, 1, length(?)) = ? AND schedule_group = ? AND name >= ?
                     ORDER BY name LIMIT ?"
                )
            }
        };
        let query = sqlx::query_as(sql)
            .bind(stored(account.as_u64()))
            .bind(after.0)
            .bind(after.1)
            .bind(filter.prefix)
            .bind(filter.prefix);
        let query = match filter.group {
            None => query,
            Some(group) => query.bind(group.as_str()).bind(filter.prefix),
        };
        let found: Vec<Stored> = query
            .bind(limit)
            .fetch_all(&self.readers)
            .await
            .map_err(failed)?;
        found.into_iter().map(Schedule::try_from).collect()
    }

    async fn delete(
        &self,
        account: AccountId,
        group: &Name,
        name: &Name,
        revision: Option<u64>,
    ) -> Result<bool> {
        let mut writer = self.writer.lock().await;
        let to = writer.connection().await?;
        let deleted = delete(to, account, group, name, revision).await;
        writer.settle(deleted)
    }

    async fn delete_group(&self, account: AccountId, group: &Name, limit: u32) -> Result<u64> {
        let mut writer = self.writer.lock().await;
        let to = writer.connection().await?;
        let deleted = delete_group(to, account, group, limit).await;
        writer.settle(deleted)
    }

    async fn due(&self, slots: (u16, u16), until: Timestamp, limit: u32) -> Result<Vec<Schedule>> {
        let found: Vec<Stored> = sqlx::query_as(select!(
            "INDEXED BY schedule_by_due
             WHERE due_at IS NOT NULL AND due_at <= ? AND slot BETWEEN ? AND ?
             ORDER BY due_at LIMIT ?"
        ))
        .bind(until.as_millis())
        .bind(i64::from(slots.0))
        .bind(i64::from(slots.1))
        .bind(limit)
        .fetch_all(&self.readers)
        .await
        .map_err(failed)?;
        found.into_iter().map(Schedule::try_from).collect()
    }
}

async fn put(
    to: &mut SqliteConnection,
    schedule: &Schedule,
    expected: Option<u64>,
) -> Result<bool> {
    let sql = match expected {
        None => {
            "INSERT INTO schedule (slot, revision, due_at, body, state, created_at, modified_at,
                 account, schedule_group, name)
             VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING"
        }
        Some(_) => {
            "UPDATE schedule SET slot = ?, revision = ?, due_at = ?, body = ?, state = ?,
                 created_at = ?, modified_at = ?
             WHERE account = ? AND schedule_group = ? AND name = ? AND revision = ?"
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
    let mut transaction = to.begin_with("BEGIN IMMEDIATE").await.map_err(failed)?;
    let written = query.execute(&mut *transaction).await.map_err(failed)?;
    let is_written = written.rows_affected() > 0;
    if is_written {
        let change = Change::schedule(schedule);
        audit::record(&mut transaction, schedule.account, change).await?;
    }
    transaction.commit().await.map_err(failed)?;
    Ok(is_written)
}

async fn delete(
    to: &mut SqliteConnection,
    account: AccountId,
    group: &Name,
    name: &Name,
    revision: Option<u64>,
) -> Result<bool> {
    let mut transaction = to.begin_with("BEGIN IMMEDIATE").await.map_err(failed)?;
    let deleted = sqlx::query(
        "DELETE FROM schedule WHERE account = ?1 AND schedule_group = ?2 AND name = ?3
         AND (?4 IS NULL OR revision = ?4)",
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
    to: &mut SqliteConnection,
    account: AccountId,
    group: &Name,
    limit: u32,
) -> Result<u64> {
    let mut transaction = to.begin_with("BEGIN IMMEDIATE").await.map_err(failed)?;
    let names: Vec<String> = sqlx::query_scalar(
        "DELETE FROM schedule WHERE rowid IN (
             SELECT rowid FROM schedule WHERE account = ? AND schedule_group = ? LIMIT ?)
         RETURNING name",
    )
    .bind(stored(account.as_u64()))
    .bind(group.as_str())
    .bind(limit)
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

async fn advance(to: &mut SqliteConnection, schedules: &[Schedule]) -> Result<Vec<bool>> {
    let mut transaction = to.begin_with("BEGIN IMMEDIATE").await.map_err(failed)?;
    let mut advanced = Vec::with_capacity(schedules.len());
    for schedule in schedules {
        let written = sqlx::query(
            "UPDATE schedule SET revision = revision + 1, due_at = ?, state = ?
             WHERE account = ? AND schedule_group = ? AND name = ? AND revision = ?",
        )
        .bind(schedule.due_at.map(Timestamp::as_millis))
        .bind(&schedule.state)
        .bind(stored(schedule.account.as_u64()))
        .bind(schedule.group.as_str())
        .bind(schedule.name.as_str())
        .bind(stored(schedule.revision))
        .execute(&mut *transaction)
        .await
        .map_err(failed)?;
        advanced.push(written.rows_affected() > 0);
    }
    transaction.commit().await.map_err(failed)?;
    Ok(advanced)
}
