//! Executions as the API shows them, from an owner's memory or from a row of the projection.

use bytes::Bytes;
use steploom_api::wire::{Execution, ExecutionStatus, ExecutionSummary};
use steploom_machine::{NewVersion, Outcome, Redrives, Run, Started};
use steploom_store::projection::{Row, Status};
use steploom_types::{Json, Timestamp};

use crate::payload::Kept;
use crate::tags;

/// An execution in memory. Input and output are shared, not copied.
pub(crate) fn execution(started: &Started, stands: Stands<'_>) -> Execution {
    let Stands { outcome, .. } = stands;
    let (output, failure) = match outcome {
        Some(Outcome::Succeeded(output)) => (Some(output.clone()), None),
        Some(Outcome::Failed(failure) | Outcome::Aborted(failure)) => (None, Some(failure)),
        Some(Outcome::TimedOut | Outcome::Expired) | None => (None, None),
    };
    Execution {
        summary: summary(started, stands),
        input: started.input.clone(),
        output,
        error: failure.and_then(|f| f.error.clone()),
        cause: failure.and_then(|f| f.cause.clone()),
        trace_header: started
            .terms
            .as_deref()
            .and_then(|terms| tags::trace_header(&terms.tags)),
    }
}

/// The same as lists show it.
pub(crate) fn summary(started: &Started, stands: Stands<'_>) -> ExecutionSummary {
    let terms = started.terms.as_deref();
    let (tags, release, alias) = terms
        .map(|terms| tags::shown(&terms.tags))
        .unwrap_or_default();
    ExecutionSummary {
        id: started.id,
        name: started.name.clone(),
        machine: started.machine.clone(),
        machine_version: stands.machine_version(started),
        release,
        alias,
        status: shown(stands.status()),
        started_at: started.at,
        ended_at: stands.ended_at,
        tags,
        priority: terms.map_or(0, |terms| terms.priority),
        redrive_count: stands.redrives.count,
        redriven_at: stands.redrives.last_at,
    }
}

/// The row of an execution in memory. Of its payloads those that are `kept` are named only.
pub(crate) fn row(started: &Started, stands: Stands<'_>, kept: &Kept) -> Row {
    let shown = execution(started, stands);
    let text = |json: &Json| Bytes::copy_from_slice(kept.text(json).as_bytes());
    Row {
        account: started.account,
        id: started.id,
        name: shown.summary.name,
        machine: shown.summary.machine,
        machine_version: shown.summary.machine_version,
        definition: started.definition,
        status: stands.status(),
        started_at: started.at,
        ended_at: stands.ended_at,
        input: text(&started.input),
        output: shown.output.as_ref().map(text),
        error: shown.error,
        cause: shown.cause,
        tags: started
            .terms
            .as_deref()
            .map(|terms| terms.tags.clone())
            .unwrap_or_default(),
        redrives: stands.redrives.count,
        redriven_at: stands.redrives.last_at,
        part_of: started.range.as_deref().map(|r| (r.parent, r.map_run)),
        priority: shown.summary.priority,
    }
}

/// An execution of the projection, with the payloads that it names.
pub(crate) fn execution_of_row(row: Row, input: Json, output: Option<Json>) -> Execution {
    Execution {
        summary: summary_of_row(&row),
        input,
        output,
        trace_header: tags::trace_header(&row.tags),
        error: row.error,
        cause: row.cause,
    }
}

/// A row of a list.
pub(crate) fn summary_of_row(row: &Row) -> ExecutionSummary {
    let (tags, release, alias) = tags::shown(&row.tags);
    ExecutionSummary {
        id: row.id,
        name: row.name.clone(),
        machine: row.machine.clone(),
        machine_version: row.machine_version,
        release,
        alias,
        status: shown(row.status),
        started_at: row.started_at,
        ended_at: row.ended_at,
        tags,
        priority: row.priority,
        redrive_count: row.redrives,
        redriven_at: row.redriven_at,
    }
}

/// How an execution in memory stands.
#[derive(Clone, Copy, Default)]
pub(crate) struct Stands<'a> {
    /// It waits to begin.
    pub(crate) is_pending: bool,
    pub(crate) is_paused: bool,
    pub(crate) outcome: Option<&'a Outcome>,
    pub(crate) ended_at: Option<Timestamp>,
    /// The version that it follows, if that is not the one it started with.
    pub(crate) version: Option<NewVersion>,
    pub(crate) redrives: Redrives,
}

impl<'a> Stands<'a> {
    /// What a run says of it.
    pub(crate) fn of(run: &'a Run, ended_at: Option<Timestamp>) -> Self {
        Self {
            is_pending: run.is_pending(),
            is_paused: run.is_paused(),
            outcome: run.outcome(),
            ended_at,
            version: run.version(),
            redrives: run.redrives(),
        }
    }
}

impl Stands<'_> {
    fn machine_version(&self, started: &Started) -> u32 {
        self.version
            .map_or(started.machine_version, |version| version.number)
    }

    /// In a word.
    pub(crate) fn status(&self) -> Status {
        match self.outcome {
            None if self.is_paused => Status::Paused,
            None if self.is_pending => Status::Pending,
            outcome => status(outcome),
        }
    }
}

/// How an execution with this outcome stands.
pub(crate) fn status(outcome: Option<&Outcome>) -> Status {
    match outcome {
        None => Status::Running,
        Some(Outcome::Succeeded(_)) => Status::Succeeded,
        Some(Outcome::Failed(_)) => Status::Failed,
        Some(Outcome::TimedOut) => Status::TimedOut,
        Some(Outcome::Aborted(_)) => Status::Aborted,
        Some(Outcome::Expired) => Status::Expired,
    }
}

pub(crate) fn shown(status: Status) -> ExecutionStatus {
    match status {
        Status::Running => ExecutionStatus::Running,
        Status::Succeeded => ExecutionStatus::Succeeded,
        Status::Failed => ExecutionStatus::Failed,
        Status::TimedOut => ExecutionStatus::TimedOut,
        Status::Aborted => ExecutionStatus::Aborted,
        Status::Pending => ExecutionStatus::Pending,
        Status::Paused => ExecutionStatus::Paused,
        Status::Quarantined => ExecutionStatus::Quarantined,
        Status::Expired => ExecutionStatus::Expired,
    }
}

/// The stored form of a status that a caller names.
pub(crate) fn stored(status: ExecutionStatus) -> Status {
    match status {
        ExecutionStatus::Running => Status::Running,
        ExecutionStatus::Succeeded => Status::Succeeded,
        ExecutionStatus::Failed => Status::Failed,
        ExecutionStatus::TimedOut => Status::TimedOut,
        ExecutionStatus::Aborted => Status::Aborted,
        ExecutionStatus::Pending => Status::Pending,
        ExecutionStatus::Paused => Status::Paused,
        ExecutionStatus::Quarantined => Status::Quarantined,
        ExecutionStatus::Expired => Status::Expired,
    }
}
