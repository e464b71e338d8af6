//! Schedules, and their groups.

use async_trait::async_trait;
use steploom_types::{AccountId, Name, Result};

use crate::wire;

/// Whether a schedule is to be made or changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PutSchedule {
    /// Made: `Conflict` / `ScheduleExists` if there is one.
    Create,
    /// Changed: `NotFound` / `ScheduleNotFound` if there is none.
    Update,
    /// Either.
    Upsert,
}

/// Schedules of an account. A schedule is named by its group and its name.
#[async_trait]
pub trait Schedules: Send + Sync {
    /// Makes a schedule or replaces its definition. When this returns, it survives a crash. The flag
    /// tells whether it was made now. If its expression, zone or start changes, it begins anew.
    ///
    /// # Errors
    /// `Invalid` with what is wrong with the definition; `NotFound` / `ScheduleGroupNotFound`; see
    /// [`PutSchedule`]; `Conflict` / `ScheduleChanged` if others change it all the time.
    async fn put(
        &self,
        account: AccountId,
        (group, name): (&Name, &Name),
        definition: wire::ScheduleDefinition,
        put: PutSchedule,
    ) -> Result<(wire::Schedule, bool)>;

    /// One schedule; `NotFound` / `ScheduleNotFound`.
    async fn get(&self, account: AccountId, id: (&Name, &Name)) -> Result<wire::Schedule>;

    /// Schedules by group and name.
    async fn list(
        &self,
        account: AccountId,
        list: wire::ListSchedules,
    ) -> Result<wire::SchedulePage>;

    /// Deletes a schedule; `NotFound` / `ScheduleNotFound`. What it started goes on.
    async fn delete(&self, account: AccountId, id: (&Name, &Name)) -> Result<()>;

    /// Lets a schedule fire or not. What was due while it did not is not made up for.
    async fn set_state(
        &self,
        account: AccountId,
        id: (&Name, &Name),
        state: wire::ScheduleState,
    ) -> Result<wire::Schedule>;

    /// Fires the due times of a range in the past, also of a schedule that is disabled. Those that
    /// were accepted before are not accepted again.
    ///
    /// # Errors
    /// `Invalid` / `InvalidBackfill`; `Conflict` / `TooManyBackfills`.
    async fn backfill(
        &self,
        account: AccountId,
        id: (&Name, &Name),
        backfill: wire::Backfill,
    ) -> Result<wire::Schedule>;

    /// The next firings, as things stand.
    async fn firings(
        &self,
        account: AccountId,
        id: (&Name, &Name),
        limit: u32,
        after: Option<steploom_types::Timestamp>,
    ) -> Result<wire::Firings>;

    /// Makes a group or changes its tags; the flag tells whether it was made now. The group `default`
    /// is always there.
    ///
    /// # Errors
    /// `Conflict` / `ScheduleGroupExists` with `create_only`, or while it is being deleted.
    async fn put_group(
        &self,
        account: AccountId,
        name: &Name,
        put: wire::PutScheduleGroup,
        create_only: bool,
    ) -> Result<(wire::ScheduleGroup, bool)>;

    /// One group; `NotFound` / `ScheduleGroupNotFound`.
    async fn get_group(&self, account: AccountId, name: &Name) -> Result<wire::ScheduleGroup>;

    /// Groups by name.
    async fn list_groups(
        &self,
        account: AccountId,
        limit: u32,
        next: Option<String>,
    ) -> Result<wire::ScheduleGroupPage>;

    /// Deletes a group with its schedules. If this ends early, asking again goes on.
    ///
    /// # Errors
    /// `NotFound` / `ScheduleGroupNotFound`; `Invalid` / `InvalidGroup` for `default`.
    async fn delete_group(&self, account: AccountId, name: &Name) -> Result<()>;
}
