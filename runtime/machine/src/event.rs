//! The history of an execution, in AWS's vocabulary, told while facts are folded.
//!
//! Events borrow what they tell, so an [`EventSink`] that drops them costs nothing. They are not
//! stored: folding the same facts tells the same events again.

use steploom_asl::model::{Kind, Resource, State};
use steploom_types::{Json, Timestamp};

use crate::variables::Assigned;

mod details;

/// Who listens to events.
pub trait EventSink {
    /// Whether events are wanted at all. Where they are not, they are counted and not made.
    const WANTED: bool = true;

    /// Takes one event; called in the order of their ids, without gaps.
    fn event(&mut self, event: Event<'_>);
}

/// Drops every event: for the hot path.
#[derive(Clone, Copy, Debug, Default)]
pub struct NoEvents;

impl EventSink for NoEvents {
    const WANTED: bool = false;

    fn event(&mut self, _event: Event<'_>) {}
}

/// One entry of the history.
#[derive(Clone, Copy, Debug)]
pub struct Event<'a> {
    /// Its number within the execution, from 1.
    pub id: u64,
    /// The event it follows, on its own branch; 0 if it follows none.
    pub previous: u64,
    /// The instant of the fact behind it.
    pub at: Timestamp,
    /// What happened.
    pub detail: Detail<'a>,
}

/// What an event tells.
#[derive(Clone, Copy, Debug)]
#[expect(
    missing_docs,
    reason = "the fields are AWS's, by their names in its API"
)]
pub enum Detail<'a> {
    /// The execution was accepted.
    ExecutionStarted { input: &'a Json },
    /// The execution ended well.
    ExecutionSucceeded { output: &'a Json },
    /// A failure ended the execution.
    ExecutionFailed {
        error: Option<&'a str>,
        cause: Option<&'a str>,
    },
    /// The machine's `TimeoutSeconds` ended the execution.
    ExecutionTimedOut,
    /// The execution was stopped.
    ExecutionAborted {
        error: Option<&'a str>,
        cause: Option<&'a str>,
    },
    /// The execution had to begin before an instant, and had not when that came. Not of AWS.
    ExecutionExpired,
    /// An execution that did not end well goes on; how often that has been so.
    ExecutionRedriven { count: u32 },
    /// The execution begins nothing new for now: an extension, as is pausing.
    ExecutionPaused,
    /// The execution goes on.
    ExecutionResumed,
    /// A state was entered.
    StateEntered { state: &'a State, input: &'a Json },
    /// A state was left.
    StateExited {
        state: &'a State,
        output: &'a Json,
        assigned: Option<&'a Assigned>,
    },
    /// A state was given up because of what happened elsewhere.
    StateAborted { state: &'a State },
    /// An expression of a state has no value.
    EvaluationFailed {
        state: &'a State,
        error: &'a str,
        cause: Option<&'a str>,
        location: Option<&'a str>,
    },
    /// An attempt at a task was asked for.
    TaskScheduled {
        resource: &'a Resource,
        input: &'a Json,
        timeout_seconds: Option<u64>,
        heartbeat_seconds: Option<u64>,
        role: Option<&'a str>,
    },
    /// An attempt's call was answered; its end is yet to come.
    TaskSubmitted {
        resource: &'a Resource,
        output: &'a Json,
    },
    /// A worker took an activity's task.
    ActivityStarted { worker: Option<&'a str> },
    /// An attempt began.
    TaskStarted { resource: &'a Resource },
    /// An attempt ended well.
    TaskSucceeded {
        resource: &'a Resource,
        output: &'a Json,
    },
    /// An attempt failed.
    TaskFailed {
        resource: &'a Resource,
        error: Option<&'a str>,
        cause: Option<&'a str>,
    },
    /// An attempt took too long.
    TaskTimedOut {
        resource: &'a Resource,
        error: &'a str,
        cause: Option<&'a str>,
    },
    /// The branches of a `Parallel` begin.
    ParallelStarted,
    /// All branches ended well.
    ParallelSucceeded,
    /// A branch failed, and there is no retry.
    ParallelFailed,
    /// The iterations of a `Map` begin.
    MapStarted { length: u32 },
    /// All iterations ended well.
    MapSucceeded,
    /// An iteration failed, and there is no retry.
    MapFailed,
    /// The iterations of a distributed `Map` begin.
    MapRunStarted { arn: &'a str },
    /// A distributed `Map` goes on after the execution's end.
    MapRunRedriven { arn: &'a str, count: u32 },
    /// All iterations of a distributed `Map` ended well, or well enough.
    MapRunSucceeded,
    /// A distributed `Map` failed.
    MapRunFailed {
        error: Option<&'a str>,
        cause: Option<&'a str>,
    },
    /// An iteration began.
    IterationStarted { name: &'a str, index: u32 },
    /// An iteration ended well.
    IterationSucceeded { name: &'a str, index: u32 },
    /// An iteration failed.
    IterationFailed { name: &'a str, index: u32 },
    /// An iteration was given up because another failed.
    IterationAborted { name: &'a str, index: u32 },
    /// An iteration was not run, as one that it comes after failed: an extension.
    IterationSkipped { name: &'a str, index: u32 },
    /// The nodes of a `Graph` begin. `Graph` is an extension, and so are its events.
    GraphStarted { length: u32 },
    /// All nodes ended well.
    GraphSucceeded,
    /// A node failed, and there is no retry.
    GraphFailed,
    /// A node of the `Graph` called `name` began.
    NodeStarted { name: &'a str, node: &'a str },
    /// A node ended well.
    NodeSucceeded { name: &'a str, node: &'a str },
    /// A node failed.
    NodeFailed {
        name: &'a str,
        node: &'a str,
        error: Option<&'a str>,
        cause: Option<&'a str>,
    },
    /// A node was given up because of what happened elsewhere.
    NodeAborted { name: &'a str, node: &'a str },
    /// A node was not run, as one that it comes after failed.
    NodeSkipped { name: &'a str, node: &'a str },
}

impl Event<'_> {
    /// AWS's name of the event's type, such as `TaskStateEntered`.
    pub fn kind(&self) -> &'static str {
        match self.detail {
            Detail::ExecutionStarted { .. } => "ExecutionStarted",
            Detail::ExecutionSucceeded { .. } => "ExecutionSucceeded",
            Detail::ExecutionFailed { .. } => "ExecutionFailed",
            Detail::ExecutionTimedOut => "ExecutionTimedOut",
            Detail::ExecutionAborted { .. } => "ExecutionAborted",
            Detail::ExecutionExpired => "ExecutionExpired",
            Detail::ExecutionRedriven { .. } => "ExecutionRedriven",
            Detail::ExecutionPaused => "ExecutionPaused",
            Detail::ExecutionResumed => "ExecutionResumed",
            Detail::StateEntered { state, .. } => entered(&state.kind),
            Detail::StateExited { state, .. } => exited(&state.kind),
            Detail::StateAborted { state } => aborted(&state.kind),
            Detail::EvaluationFailed { .. } => "EvaluationFailed",
            Detail::TaskScheduled { resource, .. } => of_task(
                resource,
                [
                    "TaskScheduled",
                    "LambdaFunctionScheduled",
                    "ActivityScheduled",
                ],
            ),
            Detail::TaskStarted { resource } => of_task(
                resource,
                ["TaskStarted", "LambdaFunctionStarted", "ActivityStarted"],
            ),
            Detail::TaskSubmitted { .. } => "TaskSubmitted",
            Detail::ActivityStarted { .. } => "ActivityStarted",
            Detail::TaskSucceeded { resource, .. } => of_task(
                resource,
                [
                    "TaskSucceeded",
                    "LambdaFunctionSucceeded",
                    "ActivitySucceeded",
                ],
            ),
            Detail::TaskFailed { resource, .. } => of_task(
                resource,
                ["TaskFailed", "LambdaFunctionFailed", "ActivityFailed"],
            ),
            Detail::TaskTimedOut { resource, .. } => of_task(
                resource,
                ["TaskTimedOut", "LambdaFunctionTimedOut", "ActivityTimedOut"],
            ),
            Detail::ParallelStarted => "ParallelStateStarted",
            Detail::ParallelSucceeded => "ParallelStateSucceeded",
            Detail::ParallelFailed => "ParallelStateFailed",
            Detail::MapStarted { .. } => "MapStateStarted",
            Detail::MapSucceeded => "MapStateSucceeded",
            Detail::MapFailed => "MapStateFailed",
            Detail::MapRunStarted { .. } => "MapRunStarted",
            Detail::MapRunRedriven { .. } => "MapRunRedriven",
            Detail::MapRunSucceeded => "MapRunSucceeded",
            Detail::MapRunFailed { .. } => "MapRunFailed",
            Detail::IterationStarted { .. } => "MapIterationStarted",
            Detail::IterationSucceeded { .. } => "MapIterationSucceeded",
            Detail::IterationFailed { .. } => "MapIterationFailed",
            Detail::IterationAborted { .. } => "MapIterationAborted",
            Detail::IterationSkipped { .. } => "MapIterationSkipped",
            Detail::GraphStarted { .. } => "GraphStateStarted",
            Detail::GraphSucceeded => "GraphStateSucceeded",
            Detail::GraphFailed => "GraphStateFailed",
            Detail::NodeStarted { .. } => "GraphNodeStarted",
            Detail::NodeSucceeded { .. } => "GraphNodeSucceeded",
            Detail::NodeFailed { .. } => "GraphNodeFailed",
            Detail::NodeAborted { .. } => "GraphNodeAborted",
            Detail::NodeSkipped { .. } => "GraphNodeSkipped",
        }
    }
}

/// The type for a service, a function or an activity.
fn of_task(resource: &Resource, types: [&'static str; 3]) -> &'static str {
    let [service, function, activity] = types;
    match resource {
        Resource::Service(_) => service,
        Resource::Function(_) => function,
        Resource::Activity(_) => activity,
    }
}

fn entered(kind: &Kind) -> &'static str {
    match kind {
        Kind::Pass { .. } => "PassStateEntered",
        Kind::Task(_) => "TaskStateEntered",
        Kind::Choice { .. } => "ChoiceStateEntered",
        Kind::Wait(_) => "WaitStateEntered",
        Kind::Succeed => "SucceedStateEntered",
        Kind::Fail { .. } => "FailStateEntered",
        Kind::Parallel { .. } => "ParallelStateEntered",
        Kind::Map(_) => "MapStateEntered",
        Kind::Graph(_) => "GraphStateEntered",
    }
}

fn exited(kind: &Kind) -> &'static str {
    match kind {
        Kind::Pass { .. } => "PassStateExited",
        Kind::Task(_) => "TaskStateExited",
        Kind::Choice { .. } => "ChoiceStateExited",
        Kind::Wait(_) => "WaitStateExited",
        Kind::Succeed => "SucceedStateExited",
        Kind::Fail { .. } => "FailStateExited",
        Kind::Parallel { .. } => "ParallelStateExited",
        Kind::Map(_) => "MapStateExited",
        Kind::Graph(_) => "GraphStateExited",
    }
}

fn aborted(kind: &Kind) -> &'static str {
    match kind {
        Kind::Pass { .. } => "PassStateAborted",
        Kind::Task(_) => "TaskStateAborted",
        Kind::Choice { .. } => "ChoiceStateAborted",
        Kind::Wait(_) => "WaitStateAborted",
        Kind::Succeed => "SucceedStateAborted",
        Kind::Fail { .. } => "FailStateAborted",
        Kind::Parallel { .. } => "ParallelStateAborted",
        Kind::Map(_) => "MapStateAborted",
        Kind::Graph(_) => "GraphStateAborted",
    }
}
