//! What the machine wants done. The worker does it, after the fact behind it is durable.

use std::fmt;

use steploom_asl::model::{Integration, Pattern, ReaderFormat, ReaderSource, Resource};
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
    /// Invoke what `resource` names, and answer with `TaskSucceeded` or `TaskFailed`; before that
    /// with `TaskSubmitted` where the task does not end with its call. What each answer holds:
    /// [`crate::service`].
    Invoke(Box<Invoke>),
    /// Read items for a distributed `Map`, and answer with `ItemsRead` or `TaskFailed`.
    Read(Box<Read>),
    /// Write an object for a distributed `Map`, and answer with `TaskSucceeded`, whose output is
    /// `null`, or `TaskFailed`.
    Write(Box<Write>),
    /// Answer with `TimerFired` at `at` or a little later, never earlier.
    SetTimer {
        /// The timer's number.
        action: ActionId,
        /// When it is due.
        at: Timestamp,
    },
    /// The machine no longer waits for this invocation or timer: end it if that is easy, as it is
    /// for an execution that a task started and waited for, which is stopped. An answer that comes
    /// all the same changes nothing.
    Cancel {
        /// What is no longer wanted.
        action: ActionId,
    },
    /// An evaluation took too long: make `EvaluationExceeded` a fact. The run keeps still until it is.
    ReportExceeded {
        /// Which.
        evaluation: u64,
    },
    /// The limit of transitions for one fact was reached: come back with `Continued`.
    Continue,
}

impl Action {
    /// Its number, for those that are answered by number.
    pub(crate) fn id(&self) -> Option<ActionId> {
        match self {
            Self::Invoke(invoke) => Some(invoke.action),
            Self::Read(read) => Some(read.action),
            Self::Write(write) => Some(write.action),
            Self::SetTimer { action, .. } | Self::Cancel { action } => Some(*action),
            Self::ReportExceeded { .. } | Self::Continue => None,
        }
    }
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
    /// Seconds between two heartbeats, where the state asks for them.
    pub heartbeat_seconds: Option<u64>,
    /// The task's token, for those that do not end with their call: an activity's task,
    /// `.waitForTaskToken`, and `.sync`, whose child may end it by the token before it ends itself.
    /// See [`crate::token`].
    pub token: Option<String>,
    /// Whether `TaskSubmitted` was answered already: then nothing is to be started any more, and a
    /// new owner only sees to it that the end is heard of. See [`Invoke::is_handed_over`].
    pub is_submitted: bool,
    /// Whether the state asks that the attempt be made once at the most: commit `Dispatched` before
    /// anything is done for it. A function's settings may ask for the same.
    pub at_most_once: bool,
    /// Whether `Dispatched` is a fact. A new owner that is given such an attempt does not make it, as
    /// it may have been made, and answers `TaskFailed` with [`OUTCOME_UNKNOWN`](crate::OUTCOME_UNKNOWN).
    pub is_dispatched: bool,
}

impl Invoke {
    /// Whether nothing is to be done for the attempt any more but to wait for somebody who has its
    /// token: it was submitted, and waits for no job. A new owner goes on to hear of a job's end,
    /// though that attempt has a token, too.
    pub fn is_handed_over(&self) -> bool {
        let waits_for_job = matches!(
            &self.resource,
            Resource::Service(Integration {
                pattern: Pattern::Sync | Pattern::Sync2,
                ..
            })
        );
        self.is_submitted && self.token.is_some() && !waits_for_job
    }
}

/// Items to read.
#[derive(Clone, Debug, PartialEq)]
pub struct Read {
    /// Its number.
    pub action: ActionId,
    /// What is read.
    pub source: ReaderSource,
    /// Where it is: an object such as `{"Bucket", "Key"}`.
    pub arguments: Json,
    /// How it is to be understood.
    pub format: ReaderFormat,
    /// Items that were read before, and are to be passed over.
    pub offset: u64,
    /// Items to read at the most; fewer may be given.
    pub items_max: u64,
    /// The state's name.
    pub state: std::sync::Arc<str>,
}

/// An object to write.
#[derive(Clone, Debug, PartialEq)]
pub struct Write {
    /// Its number.
    pub action: ActionId,
    /// The bucket.
    pub bucket: String,
    /// The object's key.
    pub key: String,
    /// Its content.
    pub body: String,
    /// The state's name.
    pub state: std::sync::Arc<str>,
}
