//! What the machine wants done. The worker does it, after the fact behind it is durable.

use std::fmt;

use steploom_asl::model::Resource;
use steploom_types::{Json, Timestamp};

/// The number of an action within its execution: counts up from 1, never used twice.
///
/// It is also the attempt's id that a function sees, so a repeat after a crash carries the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ActionId(pub u64);

impl fmt::Display for ActionId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, f)
    }
}

/// One thing to do.
#[derive(Clone, Debug, PartialEq)]
pub enum Action {
    /// Invoke what `resource` names, and answer with `TaskSucceeded` or `TaskFailed`.
    Invoke(Box<Invoke>),
    /// Answer with `TimerFired` at `at` or a little later, never earlier.
    SetTimer {
        /// The timer's number.
        action: ActionId,
        /// When it is due.
        at: Timestamp,
    },
    /// The machine no longer waits for this invocation or timer: end it if that is easy. An answer
    /// that comes all the same changes nothing.
    Cancel {
        /// What is no longer wanted.
        action: ActionId,
    },
    /// The limit of transitions for one fact was reached: come back with `Continued`.
    Continue,
}

/// One attempt at a task.
#[derive(Clone, Debug, PartialEq)]
pub struct Invoke {
    /// The attempt.
    pub action: ActionId,
    /// What to invoke.
    pub resource: Resource,
    /// The task's input, after `Parameters`.
    pub input: Json,
    /// The state's name, for the function's context and for logs.
    pub state: std::sync::Arc<str>,
    /// 0 for the first attempt, 1 for the first retry, ...
    pub retry: u32,
    /// When the state's `TimeoutSeconds` ends, if it has one. The machine has set a timer of its
    /// own for this; the worker only tells the function.
    pub deadline: Option<Timestamp>,
}
