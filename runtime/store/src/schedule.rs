//! Schedules: rows that whoever owns their slot finds by the time at which there is something to do.
//!
//! A row is changed by whoever names the revision that it has: the owner that fires it, and those who
//! edit it, never overwrite one another.

use async_trait::async_trait;
use steploom_types::{AccountId, Name, Slot, Timestamp};

use crate::Result;

/// A schedule. The store does not know what body and state mean.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Schedule {
    /// Whose it is.
    pub account: AccountId,
    /// Its group.
    pub group: Name,
    /// Its name, unique in the group.
    pub name: Name,
    /// Whoever owns this slot runs it. Never changes.
    pub slot: Slot,
    /// Rises with every change, from 1.
    pub revision: u64,
    /// When its owner has something to do; never, if `None`.
    pub due_at: Option<Timestamp>,
    /// What its maker says: JSON text, with a shape that belongs to the worker.
    pub body: String,
    /// How far it has come: JSON text, with a shape that belongs to the worker.
    pub state: String,
    /// When it was made.
    pub created_at: Timestamp,
    /// When its body was changed last.
    pub modified_at: Timestamp,
}

/// Which schedules a list has.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Filter<'a> {
    /// Those of this group; of all, if `None`.
    pub group: Option<&'a Name>,
    /// Those whose names begin so.
    pub prefix: &'a str,
}

/// The schedules of one database. A foreign account's are simply not there.
#[async_trait]
pub trait Schedules: Send + Sync {
    /// Writes a schedule whole, with the revision that it carries: over the one of revision
    /// `expected`, or as a new one if that is `None`. Whether it did: another may have been faster.
    async fn put(&self, schedule: &Schedule, expected: Option<u64>) -> Result<bool>;

    /// Writes what their owner has done, each over the one of the revision that it carries, whose
    /// revision is one more then: `due_at` and `state`, and nothing else. For each whether it did. One
    /// transaction, so that many cost little more than one.
    async fn advance(&self, schedules: &[Schedule]) -> Result<Vec<bool>>;

    /// A schedule, or `None`.
    async fn find(&self, account: AccountId, group: &Name, name: &Name)
    -> Result<Option<Schedule>>;

    /// Schedules by group and name, after `after`.
    async fn list(
        &self,
        account: AccountId,
        filter: Filter<'_>,
        after: Option<(&Name, &Name)>,
        limit: u32,
    ) -> Result<Vec<Schedule>>;

    /// Deletes a schedule; the one of this revision alone, if one is given. Whether there was one.
    async fn delete(
        &self,
        account: AccountId,
        group: &Name,
        name: &Name,
        revision: Option<u64>,
    ) -> Result<bool>;

    /// Deletes `limit` schedules of a group at the most; how many it did.
    async fn delete_group(&self, account: AccountId, group: &Name, limit: u32) -> Result<u64>;

    /// Schedules of the slots `slots` (both ends included) that are due at `until` or before, of every
    /// account, the earliest first, `limit` at most.
    async fn due(&self, slots: (u16, u16), until: Timestamp, limit: u32) -> Result<Vec<Schedule>>;
}
