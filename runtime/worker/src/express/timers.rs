//! The timers of one execution.

use std::collections::{BTreeMap, BTreeSet};

use steploom_machine::ActionId;
use steploom_types::Timestamp;

#[derive(Default)]
pub(super) struct Timers {
    /// By their time, to be fired.
    due: BTreeSet<(Timestamp, ActionId)>,
    /// By their number, to be cancelled.
    set: BTreeMap<ActionId, Timestamp>,
}

impl Timers {
    pub(super) fn set(&mut self, action: ActionId, at: Timestamp) {
        self.set.insert(action, at);
        self.due.insert((at, action));
    }

    pub(super) fn cancel(&mut self, action: ActionId) {
        if let Some(at) = self.set.remove(&action) {
            self.due.remove(&(at, action));
        }
    }

    /// The time of the next.
    pub(super) fn next(&self) -> Option<Timestamp> {
        self.due.first().map(|(at, _)| *at)
    }

    /// Takes out one that is due.
    pub(super) fn take_due(&mut self, now: Timestamp) -> Option<ActionId> {
        let (at, action) = *self.due.first()?;
        if at > now {
            return None;
        }
        self.cancel(action);
        Some(action)
    }
}
