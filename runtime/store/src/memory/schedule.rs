//! Schedules in memory.

use std::collections::BTreeMap;

use async_trait::async_trait;
use steploom_types::{AccountId, Name, Timestamp};

use super::{Memory, lock};
use crate::Result;
use crate::audit::Change;
use crate::schedule::{Filter, Schedule, Schedules};

/// By account, group and name.
pub(super) type Rows = BTreeMap<(AccountId, Name, Name), Schedule>;

fn key(of: &Schedule) -> (AccountId, Name, Name) {
    (of.account, of.group.clone(), of.name.clone())
}

#[async_trait]
impl Schedules for Memory {
    async fn put(&self, schedule: &Schedule, expected: Option<u64>) -> Result<bool> {
        let mut rows = lock(&self.schedules);
        let there = rows.get(&key(schedule)).map(|row| row.revision);
        if there != expected {
            return Ok(false);
        }
        rows.insert(key(schedule), schedule.clone());
        let change = Change::schedule(schedule);
        lock(&self.catalog).record(schedule.account, change);
        Ok(true)
    }

    async fn advance(&self, schedules: &[Schedule]) -> Result<Vec<bool>> {
        let mut rows = lock(&self.schedules);
        let advance = |schedule: &Schedule| {
            let row = rows.get_mut(&key(schedule));
            let Some(row) = row.filter(|row| row.revision == schedule.revision) else {
                return false;
            };
            row.revision += 1;
            row.due_at = schedule.due_at;
            row.state.clone_from(&schedule.state);
            true
        };
        Ok(schedules.iter().map(advance).collect())
    }

    async fn find(
        &self,
        account: AccountId,
        group: &Name,
        name: &Name,
    ) -> Result<Option<Schedule>> {
        let key = (account, group.clone(), name.clone());
        Ok(lock(&self.schedules).get(&key).cloned())
    }

    async fn list(
        &self,
        account: AccountId,
        filter: Filter<'_>,
        after: Option<(&Name, &Name)>,
        limit: u32,
    ) -> Result<Vec<Schedule>> {
        let rows = lock(&self.schedules);
        let found = rows.values().filter(|row| {
            row.account == account
                && filter.group.is_none_or(|group| row.group == *group)
                && row.name.as_str().starts_with(filter.prefix)
                && after.is_none_or(|after| (&row.group, &row.name) > after)
        });
        Ok(found.take(limit as usize).cloned().collect())
    }

    async fn delete(
        &self,
        account: AccountId,
        group: &Name,
        name: &Name,
        revision: Option<u64>,
    ) -> Result<bool> {
        let mut rows = lock(&self.schedules);
        let key = (account, group.clone(), name.clone());
        let there = rows.get(&key).map(|row| row.revision);
        if there.is_none() || revision.is_some_and(|revision| there != Some(revision)) {
            return Ok(false);
        }
        rows.remove(&key);
        let change = Change::schedule_deleted(group, name.as_str());
        lock(&self.catalog).record(account, change);
        Ok(true)
    }

    async fn delete_group(&self, account: AccountId, group: &Name, limit: u32) -> Result<u64> {
        let mut rows = lock(&self.schedules);
        let of_group = rows
            .keys()
            .filter(|key| (key.0, &key.1) == (account, group));
        let gone: Vec<_> = of_group.take(limit as usize).cloned().collect();
        for key in &gone {
            rows.remove(key);
            let change = Change::schedule_deleted(group, key.2.as_str());
            lock(&self.catalog).record(account, change);
        }
        Ok(gone.len() as u64)
    }

    async fn due(&self, slots: (u16, u16), until: Timestamp, limit: u32) -> Result<Vec<Schedule>> {
        let rows = lock(&self.schedules);
        let due = rows.values().filter(|row| {
            (slots.0..=slots.1).contains(&row.slot.0) && row.due_at.is_some_and(|due| due <= until)
        });
        let mut due: Vec<Schedule> = due.cloned().collect();
        due.sort_by_key(|row| row.due_at);
        due.truncate(limit as usize);
        Ok(due)
    }
}
