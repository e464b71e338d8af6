//! What an execution waits for: attempts at tasks, and timers.

use std::collections::{BTreeMap, BTreeSet};

use steploom_types::Timestamp;

use crate::frame::FrameId;
use crate::{Action, ActionId, Invoke, Read, Write};

/// One thing waited for.
#[derive(Debug)]
pub(crate) enum Wait {
    /// An attempt at a frame's task.
    Call(FrameId, Box<Invoke>),
    /// Items for a frame's distributed `Map`.
    Read(FrameId, Box<Read>),
    /// An object of a frame's distributed `Map`.
    Write(FrameId, Box<Write>),
    /// A timer.
    Timer(Owner, Timestamp),
}

impl Wait {
    /// The frame that waits.
    pub(crate) fn frame(&self) -> Option<FrameId> {
        match self {
            Self::Call(id, _)
            | Self::Read(id, _)
            | Self::Write(id, _)
            | Self::Timer(Owner::Frame(id), _) => Some(*id),
            Self::Timer(Owner::Execution, _) => None,
        }
    }
}

/// Whose timer it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Owner {
    /// The machine's own `TimeoutSeconds`.
    Execution,
    /// A frame's `Wait`, retry or `TimeoutSeconds`; its activity tells which.
    Frame(FrameId),
}

/// Everything waited for, by action.
#[derive(Debug, Default)]
pub(crate) struct Waits {
    all: BTreeMap<ActionId, Wait>,
    timers: BTreeSet<(Timestamp, ActionId)>,
}

impl Waits {
    /// Waits for one more.
    pub(crate) fn insert(&mut self, action: ActionId, wait: Wait) {
        if let Wait::Timer(_, at) = wait {
            self.timers.insert((at, action));
        }
        self.all.insert(action, wait);
    }

    /// What is waited for under this number, if anything is.
    pub(crate) fn get(&self, action: ActionId) -> Option<&Wait> {
        self.all.get(&action)
    }

    /// The attempt was submitted: it waits on for its end.
    pub(crate) fn submitted(&mut self, action: ActionId) {
        if let Some(Wait::Call(_, invoke)) = self.all.get_mut(&action) {
            invoke.is_submitted = true;
        }
    }

    /// No longer waits for it. `None` if nothing was waited for.
    pub(crate) fn remove(&mut self, action: ActionId) -> Option<Wait> {
        let wait = self.all.remove(&action)?;
        if let Wait::Timer(_, at) = wait {
            self.timers.remove(&(at, action));
        }
        Some(wait)
    }

    /// No longer waits for anything; the numbers, in order.
    pub(crate) fn clear(&mut self) -> Vec<ActionId> {
        self.timers.clear();
        std::mem::take(&mut self.all).into_keys().collect()
    }

    /// The actions that lead to what is waited for, in the order of their numbers.
    pub(crate) fn actions(&self) -> Vec<Action> {
        self.all
            .iter()
            .map(|(action, wait)| match wait {
                Wait::Call(_, invoke) => Action::Invoke(invoke.clone()),
                Wait::Read(_, read) => Action::Read(read.clone()),
                Wait::Write(_, write) => Action::Write(write.clone()),
                Wait::Timer(_, at) => Action::SetTimer {
                    action: *action,
                    at: *at,
                },
            })
            .collect()
    }

    /// The earliest timer, if there are only timers.
    pub(crate) fn sleeps(&self) -> Option<Timestamp> {
        let only_timers = self.all.len() == self.timers.len();
        self.timers
            .first()
            .filter(|_| only_timers)
            .map(|(at, _)| *at)
    }
}
