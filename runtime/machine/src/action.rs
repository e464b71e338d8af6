//! What the machine wants done. The worker does it, after the fact behind it is durable.

use std::fmt;
use std::sync::Arc;

use steploom_asl::model::{Integration, Pattern, ReaderFormat, ReaderSource, Resource};
use steploom_types::{Digest, ExecutionId, Json, Timestamp};

use crate::{NewVersion, Range, Started, Terms};

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
    /// Read items for a distributed `Map`, and answer with `ItemsRead`, `PageRead` or `TaskFailed`.
    Read(Box<Read>),
    /// Write an object for a distributed `Map`, and answer with `TaskSucceeded`, whose output is
    /// `null`, or `TaskFailed`.
    Write(Box<Write>),
    /// Start a range, unless it was started before, and see to it that it has the window that is
    /// asked for, and is stopped if that is. Answer with `RangeReported` as items fail, and with
    /// `TaskSucceeded`, whose output is the range's, when it has ended; `TaskFailed` if it is gone.
    StartRange(Box<StartRange>),
    /// Tell a range how many iterations it may have in flight, by `MapRunChanged`. May get lost
    /// with who does it: [`Action::StartRange`] says it again.
    SetWindow {
        /// The range.
        action: ActionId,
        /// Of the window.
        version: u64,
        /// Iterations in flight at the most.
        window: u32,
    },
    /// Ask a range to end, by `StopRequested`; it still answers. May get lost as the other.
    StopRange {
        /// The range.
        action: ActionId,
    },
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
            Self::StartRange(range) => Some(range.action),
            Self::SetTimer { action, .. } | Self::Cancel { action } => Some(*action),
            Self::SetWindow { .. }
            | Self::StopRange { .. }
            | Self::ReportExceeded { .. }
            | Self::Continue => None,
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
    pub state: Arc<str>,
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
    pub from: ReadFrom,
    /// Items that were read before, and are to be passed over.
    pub offset: u64,
    /// Items to read at the most; fewer may be given.
    pub items_max: u64,
    /// Whether the items may become ranges: then all of them are given at once if they are the
    /// first and the last, and put into a page otherwise.
    pub makes_pages: bool,
    /// What the page before said of the content.
    pub etag: Option<String>,
    /// The state's name.
    pub state: Arc<str>,
}

impl Read {
    /// Whether what was read is to be put into a page, and answered with `PageRead`; `is_last` says
    /// that no more items follow.
    pub fn wants_page(&self, is_last: bool) -> bool {
        self.makes_pages && !(self.offset == 0 && is_last)
    }
}

/// Where items come from.
#[derive(Clone, Debug, PartialEq)]
pub enum ReadFrom {
    /// What an `ItemReader` names.
    Reader {
        /// What is read.
        source: ReaderSource,
        /// Where it is: an object such as `{"Bucket", "Key"}`.
        arguments: Json,
        /// How it is to be understood.
        format: ReaderFormat,
    },
    /// An array that is there, to be put into pages.
    Given(Json),
    /// A page.
    Page {
        /// Among whose objects it is.
        owner: ExecutionId,
        /// Which.
        digest: Digest,
    },
}

/// An object to write.
#[derive(Clone, Debug, PartialEq)]
pub struct Write {
    /// Its number.
    pub action: ActionId,
    /// Where it goes.
    pub to: WriteTo,
    /// Its content, in pieces.
    pub body: Vec<Piece>,
    /// The state's name.
    pub state: Arc<str>,
}

/// Where an object goes.
#[derive(Clone, Debug, PartialEq)]
pub enum WriteTo {
    /// Into a bucket.
    Bucket {
        /// The bucket.
        bucket: String,
        /// The object's key.
        key: String,
    },
    /// Among an execution's objects, where it is found by its digest.
    Own {
        /// The execution.
        owner: ExecutionId,
        /// The digest of the content.
        digest: Digest,
    },
}

/// A part of an object's content.
#[derive(Clone, Debug, PartialEq)]
pub enum Piece {
    /// This.
    Text(String),
    /// What is among an execution's objects.
    Stored {
        /// The execution.
        owner: ExecutionId,
        /// The digest of the content.
        digest: Digest,
    },
}

/// A range to start: an execution of which all that it is made of is here or the parent's.
#[derive(Clone, Debug, PartialEq)]
pub struct StartRange {
    /// Its number.
    pub action: ActionId,
    /// Its id, the same however often it is asked for.
    pub id: ExecutionId,
    /// Its seed.
    pub seed: u64,
    /// The version of the machine that the parent follows.
    pub machine_version: NewVersion,
    /// Which it is.
    pub range: Range,
    /// Its input.
    pub input: Json,
    /// The state's name.
    pub state: Arc<str>,
    /// Iterations in flight at the most, by now, and the version of that; 0 is that of its start.
    pub window: u32,
    /// See `window`.
    pub version: u64,
    /// Whether it is to end.
    pub is_stopped: bool,
}

impl StartRange {
    /// The first fact of the range, of the parent's.
    ///
    /// # Panics
    /// Never: an id's text is a valid name.
    pub fn started(&self, parent: &Started, at: Timestamp) -> Started {
        Started {
            at,
            id: self.id,
            name: self
                .id
                .to_string()
                .parse()
                .expect("an id has only hexadecimal digits and dashes"),
            machine_version: self.machine_version.number,
            definition: self.machine_version.definition,
            seed: self.seed,
            input: self.input.clone(),
            // It takes part in no limits: its parent does.
            terms: parent.terms.as_ref().map(|terms| {
                Arc::new(Terms {
                    priority: terms.priority,
                    ..Terms::default()
                })
            }),
            range: Some(Box::new(self.range.clone())),
            ..parent.clone()
        }
    }
}
