//! Schedules: what they mean, and the task that fires them.
//!
//! A schedule is a row with a slot. Whoever owns the slot finds it by its next due time, starts what
//! is due under names that follow from schedule and due time, and writes then how far it has come. So
//! a crash in between starts the same again, which finds what was started; and two nodes that both
//! think that they are the owner start the same, of which one is accepted and one writes.

mod dead_letter;
mod define;
mod keeper;
mod pass;
mod start;
mod state;

use steploom_types::{AccountId, Name, Slot};
use tokio::sync::Notify;

pub(crate) use define::{Defined, check, passed};
pub(crate) use keeper::start as keep;
pub(crate) use state::{Filling, State};

/// Wakes the keeper, when something is due sooner than it knows.
#[derive(Default)]
pub(crate) struct Bell(Notify);

impl Bell {
    /// Something has changed.
    pub(crate) fn ring(&self) {
        self.0.notify_one();
    }

    async fn rung(&self) {
        self.0.notified().await;
    }
}

/// Where a schedule lives.
pub(crate) fn slot(account: AccountId, group: &Name, name: &Name) -> Slot {
    // No machine's name has a slash.
    Slot::of_name(account, &format!("schedule/{group}"), name.as_str())
}
