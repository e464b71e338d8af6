//! What happened and cannot be recomputed. The journal holds these and nothing else.

use std::sync::Arc;

use steploom_types::{AccountId, Digest, ExecutionId, Json, MachineName, Name, Timestamp, arn};

use crate::{ActionId, Outcome, Places, Terms, context};

/// The version of the interpreter's meaning, carried by [`Started`]. A change that would make old
/// facts fold to another state gets a new number and keeps the old path.
pub const SEMANTICS: u32 = 1;

/// One fact of one execution. Every fact carries the instant at which it came about.
#[derive(Clone, Debug, PartialEq)]
pub enum Fact {
    /// The execution was accepted. Always the first fact, and only the first.
    Started(Arc<Started>),
    /// An attempt at a task answered. The first answer of an attempt wins; later ones change nothing.
    TaskSucceeded {
        /// When the answer came.
        at: Timestamp,
        /// The attempt.
        action: ActionId,
        /// The answer.
        output: Json,
        /// The function version that ran, where a function ran.
        version: Option<u32>,
    },
    /// An attempt at a task failed: by the guest, by a limit, or because there is no such function.
    TaskFailed {
        /// When.
        at: Timestamp,
        /// The attempt.
        action: ActionId,
        /// The name that `Retry` and `Catch` match, and why.
        failure: Failure,
        /// The function version that ran, where one was reached.
        version: Option<u32>,
    },
    /// The call of a task that does not end with its call was answered: a job was started, or the
    /// task's token was handed out. `TaskSucceeded` or `TaskFailed` follow.
    TaskSubmitted {
        /// When the answer came.
        at: Timestamp,
        /// The attempt.
        action: ActionId,
        /// The call's answer.
        output: Json,
    },
    /// Whoever works on a task says that it still does.
    TaskHeartbeat {
        /// When.
        at: Timestamp,
        /// The attempt.
        action: ActionId,
    },
    /// A worker took an activity's task.
    ActivityStarted {
        /// When.
        at: Timestamp,
        /// The attempt.
        action: ActionId,
        /// The name that the worker gave itself.
        worker: Option<String>,
    },
    /// Items that a distributed `Map` asked for, see [`crate::Action::Read`].
    ItemsRead {
        /// When.
        at: Timestamp,
        /// What asked for them.
        action: ActionId,
        /// An array: the items that follow those read before.
        items: Json,
        /// Whether there are no more.
        is_last: bool,
    },
    /// Items that a distributed `Map` asked for were put into a page: an object that holds them as a
    /// JSON array, found by its digest. They are the work of a range, see [`crate::StartRange`].
    PageRead {
        /// When.
        at: Timestamp,
        /// What asked for them.
        action: ActionId,
        /// What the content that is read was when it was read: it must be the same at the next
        /// page. Of a list of objects, the last key.
        etag: Option<String>,
        /// Items before the page.
        offset: u64,
        /// The page.
        digest: Digest,
        /// Its items.
        count: u32,
        /// Whether no page follows.
        is_last: bool,
    },
    /// More items of a range have failed. Its end follows as `TaskSucceeded`.
    RangeReported {
        /// When.
        at: Timestamp,
        /// The range.
        action: ActionId,
        /// Items that failed so far.
        failed: u64,
    },
    /// Somebody wants a map run to go on otherwise; to a range, its parent.
    MapRunChanged {
        /// When.
        at: Timestamp,
        /// The map run's number: see [`crate::MapRunView`].
        map_run: u64,
        /// How.
        change: MapRunChange,
    },
    /// An evaluation took more time than it may. Whoever folds facts tells the run of it before
    /// the fact that leads to the evaluation: [`Run::foresee`](crate::Run::foresee).
    EvaluationExceeded {
        /// When.
        at: Timestamp,
        /// Which, counted from 1 over the execution.
        evaluation: u64,
    },
    /// A timer that the machine asked for is due. Never earlier than asked.
    TimerFired {
        /// When it fired.
        at: Timestamp,
        /// The timer.
        action: ActionId,
    },
    /// Somebody wants the execution to end.
    StopRequested {
        /// When.
        at: Timestamp,
        /// As given by the caller.
        failure: PartialFailure,
    },
    /// An execution that waited begins, see [`crate::Terms::waits`].
    Begun {
        /// When.
        at: Timestamp,
    },
    /// An execution that waited is dropped, as the time before which it had to begin has come.
    Expired {
        /// When.
        at: Timestamp,
    },
    /// The machine asked to go on, see [`crate::Action::Continue`].
    Continued {
        /// When.
        at: Timestamp,
    },
    /// An attempt that may be made once at the most is about to be made, see
    /// [`Invoke::at_most_once`](crate::Invoke::at_most_once).
    Dispatched {
        /// When.
        at: Timestamp,
        /// The attempt.
        action: ActionId,
    },
    /// Somebody wants the execution to begin nothing new until [`Fact::Resumed`]. What comes
    /// meanwhile is taken, and has its effect then; a request to stop has it at once.
    Paused {
        /// When.
        at: Timestamp,
    },
    /// Somebody wants a paused execution to go on.
    Resumed {
        /// When.
        at: Timestamp,
    },
    /// Somebody wants an execution that did not end well to go on from where it ended, see
    /// [`crate::can_redrive`].
    Redriven(Box<Redriven>),
    /// An EXPRESS execution that was run in memory has ended, see [`crate::Run::in_memory`].
    Ended {
        /// When.
        at: Timestamp,
        /// How.
        outcome: Outcome,
    },
}

/// How an execution that did not end well goes on.
#[derive(Clone, Debug, PartialEq)]
pub struct Redriven {
    /// When.
    pub at: Timestamp,
    /// The version of the machine that it follows from then on; `None`: the same as before.
    pub version: Option<NewVersion>,
    /// What the state that failed is given in place of its input.
    pub input: Option<Json>,
    /// What the state that failed leaves behind, which then counts as having ended well.
    pub skip: Option<Json>,
    /// By which whoever asked for it tells it from another: see [`Run::redrive_token`](crate::Run::redrive_token).
    pub client_token: Option<String>,
}

/// Another version of a machine.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NewVersion {
    /// Its definition. Whoever folds facts hands it to the run before: [`Run::supply`](crate::Run::supply).
    pub definition: Digest,
    /// Its number.
    pub number: u32,
}

/// Where a fact has its time, as `&` or `&mut`.
macro_rules! time {
    ($fact:expr, $started:expr, $($borrow:tt)+) => {
        match $fact {
            Self::Started(started) => $($borrow)+ $started(started).at,
            Self::Redriven(redriven) => $($borrow)+ redriven.at,
            Self::TaskSucceeded { at, .. }
            | Self::TaskFailed { at, .. }
            | Self::TaskSubmitted { at, .. }
            | Self::TaskHeartbeat { at, .. }
            | Self::ActivityStarted { at, .. }
            | Self::ItemsRead { at, .. }
            | Self::PageRead { at, .. }
            | Self::RangeReported { at, .. }
            | Self::MapRunChanged { at, .. }
            | Self::EvaluationExceeded { at, .. }
            | Self::TimerFired { at, .. }
            | Self::StopRequested { at, .. }
            | Self::Begun { at }
            | Self::Expired { at }
            | Self::Dispatched { at, .. }
            | Self::Ended { at, .. }
            | Self::Paused { at }
            | Self::Resumed { at }
            | Self::Continued { at } => at,
        }
    };
}

impl Fact {
    /// When it came about.
    pub fn at(&self) -> Timestamp {
        *time!(self, Arc::as_ref, &)
    }

    /// Sets its time to this one, if it is earlier: the clocks of two nodes differ.
    pub fn not_before(&mut self, time: Timestamp) {
        let at = time!(self, Arc::make_mut, &mut);
        *at = time.max(*at);
    }

    /// The data that it carries, which may be large.
    pub fn payloads(&self) -> impl Iterator<Item = &Json> {
        let (first, second) = match self {
            Self::Started(started) => (Some(&started.input), None),
            Self::TaskSucceeded { output, .. } | Self::TaskSubmitted { output, .. } => {
                (Some(output), None)
            }
            Self::ItemsRead { items, .. } => (Some(items), None),
            Self::Ended {
                outcome: Outcome::Succeeded(output),
                ..
            } => (Some(output), None),
            Self::Redriven(redriven) => (redriven.input.as_ref(), redriven.skip.as_ref()),
            Self::TaskFailed { .. }
            | Self::TaskHeartbeat { .. }
            | Self::ActivityStarted { .. }
            | Self::PageRead { .. }
            | Self::RangeReported { .. }
            | Self::MapRunChanged { .. }
            | Self::EvaluationExceeded { .. }
            | Self::TimerFired { .. }
            | Self::StopRequested { .. }
            | Self::Begun { .. }
            | Self::Expired { .. }
            | Self::Continued { .. }
            | Self::Dispatched { .. }
            | Self::Ended { .. }
            | Self::Paused { .. }
            | Self::Resumed { .. } => (None, None),
        };
        first.into_iter().chain(second)
    }

    /// The action that it ends.
    pub(crate) fn answers(&self) -> Option<ActionId> {
        match self {
            Self::TaskSucceeded { action, .. }
            | Self::TaskFailed { action, .. }
            | Self::ItemsRead { action, .. }
            | Self::PageRead { action, .. }
            | Self::TimerFired { action, .. } => Some(*action),
            Self::Started(_)
            | Self::RangeReported { .. }
            | Self::MapRunChanged { .. }
            | Self::TaskSubmitted { .. }
            | Self::TaskHeartbeat { .. }
            | Self::ActivityStarted { .. }
            | Self::EvaluationExceeded { .. }
            | Self::StopRequested { .. }
            | Self::Begun { .. }
            | Self::Expired { .. }
            | Self::Dispatched { .. }
            | Self::Paused { .. }
            | Self::Resumed { .. }
            | Self::Redriven(_)
            | Self::Ended { .. }
            | Self::Continued { .. } => None,
        }
    }
}

/// All that an execution is given at its birth, so that nothing has to be looked up again.
#[derive(Clone, Debug, PartialEq)]
pub struct Started {
    /// When it was accepted.
    pub at: Timestamp,
    /// Whose it is.
    pub account: AccountId,
    /// Its id.
    pub id: ExecutionId,
    /// Its name, unique within account and machine; the id printed, if the caller gave none.
    pub name: Name,
    /// The machine it runs.
    pub machine: MachineName,
    /// The machine's version.
    pub machine_version: u32,
    /// Whether the machine is of the type EXPRESS, which shows in its executions' ARNs.
    pub is_express: bool,
    /// Which definition: definitions are kept by digest and outlive their executions.
    pub definition: Digest,
    /// See [`SEMANTICS`].
    pub semantics: u32,
    /// From which everything that looks like chance (jitter, `States.UUID`) is derived.
    pub seed: u64,
    /// The limits that the interpreter reads.
    pub limits: RunLimits,
    /// The input; of a range what all ranges of its map run have in common.
    pub input: Json,
    /// What else its start asked for.
    pub terms: Option<Arc<Terms>>,
    /// The ARN of the role that the machine had then, if it had one: what `$$.Execution.RoleArn` says.
    pub role: Option<String>,
    /// What it is a range of, if it is one.
    pub range: Option<Box<Range>>,
}

impl Started {
    /// Whether it begins with a fact of its own, and not at once.
    pub fn waits(&self) -> bool {
        self.terms.as_ref().is_some_and(|terms| terms.waits())
    }

    /// Its ARN, as the context object has it.
    pub fn arn(&self) -> String {
        context::arn(self)
    }

    /// The ARN of its role: its machine's, or that of whoever runs it.
    pub(crate) fn role_arn(&self) -> String {
        let role = self.role.clone();
        role.unwrap_or_else(|| arn::role(self.account))
    }
}

/// A range: an execution that runs a part of another one's map run. It has no history of its own, and
/// its output is its report to the parent.
#[derive(Clone, Debug, PartialEq)]
pub struct Range {
    /// The execution whose map run it is.
    pub parent: ExecutionId,
    /// The map run's number within the parent.
    pub map_run: u64,
    /// By which the parent asked for it.
    pub action: ActionId,
    /// Items before its first.
    pub offset: u64,
    /// Its items.
    pub count: u32,
    /// The page that holds them, among the parent's objects.
    pub page: Digest,
    /// Iterations in flight at the most, to begin with.
    pub window: u32,
    /// The places in the page of those items that it runs; `None` for all.
    pub only: Option<Places>,
}

/// What is to be different from now on; what is `None` stays.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct MapRunChange {
    /// Counts up: a change that is older than the newest is passed over.
    pub version: u64,
    /// `MaxConcurrency`; 0 keeps everything from being started.
    pub window: Option<u32>,
    /// `ToleratedFailureCount`.
    pub tolerated_count: Option<u64>,
    /// `ToleratedFailurePercentage`.
    pub tolerated_percentage: Option<f64>,
    /// Whether the map run is to end.
    pub is_stopped: bool,
}

/// The limits that `apply` reads, frozen at the start.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RunLimits {
    /// Bytes of a state's data; see [`steploom_types::limits::PAYLOAD_BYTES_MAX`].
    pub payload_bytes_max: u32,
    /// See [`steploom_types::limits::TRANSITIONS_PER_FACT_MAX`].
    pub transitions_per_fact_max: u32,
    /// Iterations of an inline `Map` in flight where its author set no `MaxConcurrency`.
    pub map_concurrency_default: u32,
    /// Milliseconds of one evaluation; see [`steploom_types::limits::expression::EVALUATION_MS_MAX`].
    pub evaluation_ms_max: u32,
    /// Seconds after which an execution times out whose machine has no `TimeoutSeconds`; 0 for
    /// never, as executions of older releases have it. See
    /// [`steploom_types::limits::EXECUTION_SECONDS_MAX`].
    pub execution_seconds_max: u64,
    /// Items of a page of a distributed `Map`; more of them are spread over ranges. 0, as in
    /// executions that are older than ranges: all items stay in the parent.
    pub range_items: u32,
}

/// As everywhere, but without an end for executions whose machine has none: who starts them says that.
impl Default for RunLimits {
    fn default() -> Self {
        use steploom_types::limits;
        Self {
            payload_bytes_max: limits::PAYLOAD_BYTES_MAX as u32,
            transitions_per_fact_max: limits::TRANSITIONS_PER_FACT_MAX,
            map_concurrency_default: limits::MAP_CONCURRENCY_DEFAULT,
            evaluation_ms_max: limits::expression::EVALUATION_MS_MAX,
            execution_seconds_max: 0,
            range_items: limits::map_run::RANGE_ITEMS,
        }
    }
}

/// How something failed, as a workflow sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    /// The name that `Retry` and `Catch` match, such as `States.Timeout`.
    pub error: String,
    /// Why, for people; may be JSON text.
    pub cause: Option<String>,
}

impl Failure {
    /// A failure with a cause.
    pub fn new(error: impl Into<String>, cause: impl Into<String>) -> Self {
        Self {
            error: error.into(),
            cause: Some(cause.into()),
        }
    }
}

/// A failure whose parts may both be left out, as a `Fail` state and a stop request may do.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PartialFailure {
    /// The error's name.
    pub error: Option<String>,
    /// Why.
    pub cause: Option<String>,
}
