//! Executions as the API shows them, from an owner's memory or from a row of the projection.

use bytes::Bytes;
use steploom_api::wire::{Execution, ExecutionStatus, ExecutionSummary};
use steploom_machine::{Outcome, Run, Started};
use steploom_store::Error as StoreError;
use steploom_store::projection::{Row, Status};
use steploom_types::{Error, Json, Result, Timestamp};

/// An execution in memory. Input and output are shared, not copied.
pub(crate) fn execution(
    started: &Started,
    outcome: Option<&Outcome>,
    ended_at: Option<Timestamp>,
) -> Execution {
    let (output, failure) = match outcome {
        Some(Outcome::Succeeded(output)) => (Some(output.clone()), None),
        Some(Outcome::Failed(failure) | Outcome::Aborted(failure)) => (None, Some(failure)),
        Some(Outcome::TimedOut | Outcome::Expired) | None => (None, None),
    };
    Execution {
        summary: summary(started, outcome, ended_at),
        input: started.input.clone(),
        output,
        error: failure.and_then(|f| f.error.clone()),
        cause: failure.and_then(|f| f.cause.clone()),
    }
}

/// The same as lists show it.
pub(crate) fn summary(
    started: &Started,
    outcome: Option<&Outcome>,
    ended_at: Option<Timestamp>,
) -> ExecutionSummary {
    ExecutionSummary {
        id: started.id,
        name: started.name.clone(),
        machine: started.machine.clone(),
        machine_version: started.machine_version,
        status: shown(status(outcome)),
        started_at: started.at,
        ended_at,
        redrive_count: 0,
        redriven_at: None,
    }
}

/// What a run says of an execution, beyond its birth and its end.
pub(crate) fn stand(summary: &mut ExecutionSummary, run: &Run) {
    summary.status = shown(status_of(run));
    if let Some(version) = run.version() {
        summary.machine_version = version.number;
    }
    let redrives = run.redrives();
    (summary.redrive_count, summary.redriven_at) = (redrives.count, redrives.last_at);
}

/// How a run stands.
pub(crate) fn status_of(run: &Run) -> Status {
    match run.outcome() {
        None if run.is_paused() => Status::Paused,
        outcome => status(outcome),
    }
}

/// The row of an execution in memory.
pub(crate) fn row(
    started: &Started,
    outcome: Option<&Outcome>,
    ended_at: Option<Timestamp>,
) -> Row {
    let shown = execution(started, outcome, ended_at);
    let text = |json: &Json| Bytes::copy_from_slice(json.text().as_bytes());
    let terms = started.terms.as_deref();
    Row {
        account: started.account,
        id: started.id,
        name: shown.summary.name,
        machine: shown.summary.machine,
        machine_version: started.machine_version,
        definition: started.definition,
        status: status(outcome),
        started_at: started.at,
        ended_at,
        input: text(&started.input),
        output: shown.output.as_ref().map(text),
        error: shown.error,
        cause: shown.cause,
        tags: terms.map(|terms| terms.tags.clone()).unwrap_or_default(),
        redrives: 0,
        redriven_at: None,
        part_of: started.range.as_deref().map(|r| (r.parent, r.map_run)),
        priority: terms.map_or(0, |terms| terms.priority),
    }
}

/// An execution of the projection.
///
/// # Errors
/// `Corrupt` when its input or output is not JSON.
pub(crate) fn execution_of_row(row: Row) -> Result<Execution> {
    let id = row.id;
    let stored = |bytes: &[u8]| {
        Json::parse_bytes(bytes)
            .map_err(|e| Error::from(StoreError::Corrupt(format!("execution {id}: {e}"))))
    };
    Ok(Execution {
        summary: summary_of_row(&row),
        input: stored(&row.input)?,
        output: row.output.as_deref().map(stored).transpose()?,
        error: row.error,
        cause: row.cause,
    })
}

/// A row of a list.
pub(crate) fn summary_of_row(row: &Row) -> ExecutionSummary {
    ExecutionSummary {
        id: row.id,
        name: row.name.clone(),
        machine: row.machine.clone(),
        machine_version: row.machine_version,
        status: shown(row.status),
        started_at: row.started_at,
        ended_at: row.ended_at,
        redrive_count: row.redrives,
        redriven_at: row.redriven_at,
    }
}

/// How an execution with this outcome stands.
pub(crate) fn status(outcome: Option<&Outcome>) -> Status {
    match outcome {
        None => Status::Running,
        Some(Outcome::Succeeded(_)) => Status::Succeeded,
        Some(Outcome::Failed(_)) => Status::Failed,
        Some(Outcome::TimedOut) => Status::TimedOut,
        // Nothing is started on such terms yet.
        Some(Outcome::Expired) => Status::Aborted,
        Some(Outcome::Aborted(_)) => Status::Aborted,
    }
}

fn shown(status: Status) -> ExecutionStatus {
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
