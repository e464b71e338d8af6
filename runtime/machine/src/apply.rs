//! The hub: one fact in, actions out. It checks that the fact can be, and hands it to whom it
//! concerns.

use std::sync::Arc;

use steploom_types::Digest;

use crate::frame::{Activity, FrameId};
use crate::states::map_run::{range, ranges};
use crate::states::{map_run, task, wait};
use crate::turn::Turn;
use crate::waits::{Owner, Wait};
use crate::{
    Action, ActionId, Detail, EventSink, Fact, NewVersion, NotRedrivable, Outcome, PartialFailure,
    Run, SEMANTICS, Started, can_redrive, drive, exceeded, redrive,
};

/// A fact that cannot be: the journal, or whoever made the fact, is wrong. The run is unchanged.
///
/// A workflow that fails is not a defect; it is an [`Outcome`].
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Defect {
    /// The first fact is not `Started`.
    #[error("the first fact of an execution must be that it started")]
    NotStarted,
    /// A second `Started`.
    #[error("an execution starts once")]
    StartedTwice,
    /// The facts were made for a meaning of definitions that this release does not know.
    #[error("the facts follow semantics {found}; this release knows {SEMANTICS}")]
    Semantics {
        /// What `Started` says.
        found: u32,
    },
    /// An answer to an action that was never asked for.
    #[error("action {action} was never asked for")]
    NeverAsked {
        /// The action.
        action: ActionId,
    },
    /// A version of the machine that the execution follows from here on was not [handed
    /// over](Run::supply) before.
    #[error("the definition {definition} was not handed over")]
    NotSupplied {
        /// The definition.
        definition: Digest,
    },
    /// A task's answer to a timer, or a timer's to a task.
    #[error("the answer to action {action} is not of the action's kind")]
    WrongKind {
        /// The action.
        action: ActionId,
    },
}

/// Folds one fact into the run, tells `sink` the events and gives back what to do next.
///
/// Deterministic: the same facts give the same run, events and actions. The cost is that of the
/// transitions the fact causes, at most `transitions_per_fact_max` of them, however large the
/// execution is. Between [`Action::ReportExceeded`] and its fact the run keeps still, and so does one
/// that is paused: other facts are taken, and have their effect, in their order, once it moves again.
/// Facts after the end but [`Fact::Redriven`], and answers to actions that are no longer waited for, change
/// nothing and give no actions.
///
/// # Errors
/// [`Defect`]: set the execution aside for an operator; applying the fact again will not help.
pub fn apply(run: &mut Run, fact: &Fact, sink: &mut impl EventSink) -> Result<Vec<Action>, Defect> {
    let started = match (&run.started, fact) {
        (None, Fact::Started(started)) => begin(run, started)?,
        (None, _) => return Err(Defect::NotStarted),
        (Some(_), Fact::Started(_)) => return Err(Defect::StartedTwice),
        (Some(started), _) => Arc::clone(started),
    };
    ensure_possible(run, fact)?;
    if let Fact::Redriven(redriven) = fact {
        match can_redrive(run, redriven) {
            Ok(()) => redrive::prepare(run, redriven),
            Err(NotRedrivable::NotSupplied { definition }) => {
                return Err(Defect::NotSupplied { definition });
            }
            // One that cannot be changes nothing, as every fact after the end.
            Err(_) => return Ok(Vec::new()),
        }
    }
    if run.outcome.is_some() {
        return Ok(Vec::new());
    }
    let is_held = run.holds(fact);
    if is_held {
        run.held.push_back(fact.clone());
    }
    let machine = Arc::clone(&run.machine);
    let mut turn = Turn {
        machine: &machine,
        started: &started,
        run,
        sink,
        actions: Vec::new(),
        at: fact.at(),
        transitions: 0,
        hidden: false,
        token: None,
    };
    if !is_held {
        hand_over(&mut turn, fact);
        drive::drive(&mut turn);
    }
    while let Some(held) = turn.run.next_held() {
        turn.at = turn.at.max(held.at());
        hand_over(&mut turn, &held);
        drive::drive(&mut turn);
    }
    Ok(turn.actions)
}

fn begin(run: &mut Run, started: &Arc<Started>) -> Result<Arc<Started>, Defect> {
    if started.semantics != SEMANTICS {
        return Err(Defect::Semantics {
            found: started.semantics,
        });
    }
    run.version = Some(NewVersion {
        definition: started.definition,
        number: started.machine_version,
    });
    run.started = Some(Arc::clone(started));
    Ok(Arc::clone(started))
}

/// An answer must be to an action that was asked for, and of its kind.
fn ensure_possible(run: &Run, fact: &Fact) -> Result<(), Defect> {
    let action = match fact {
        Fact::TaskSucceeded { action, .. }
        | Fact::TaskFailed { action, .. }
        | Fact::TaskSubmitted { action, .. }
        | Fact::TaskHeartbeat { action, .. }
        | Fact::ActivityStarted { action, .. }
        | Fact::ItemsRead { action, .. }
        | Fact::Dispatched { action, .. }
        | Fact::PageRead { action, .. }
        | Fact::RangeReported { action, .. }
        | Fact::TimerFired { action, .. } => *action,
        Fact::Started(_)
        | Fact::Paused { .. }
        | Fact::Resumed { .. }
        | Fact::Redriven(_)
        | Fact::MapRunChanged { .. }
        | Fact::StopRequested { .. }
        | Fact::EvaluationExceeded { .. }
        | Fact::Begun { .. }
        | Fact::Expired { .. }
        | Fact::Ended { .. }
        | Fact::Continued { .. } => return Ok(()),
    };
    if action.0 == 0 || action.0 > run.last_action {
        return Err(Defect::NeverAsked { action });
    }
    match run.waits.get(action) {
        Some(wait) if !answers(fact, wait) => Err(Defect::WrongKind { action }),
        _ => Ok(()),
    }
}

/// Whether a fact of this kind can be the answer to what is waited for.
fn answers(fact: &Fact, wait: &Wait) -> bool {
    match fact {
        Fact::TaskFailed { .. } => !matches!(wait, Wait::Timer(..)),
        Fact::TaskSucceeded { .. } => {
            matches!(wait, Wait::Call(..) | Wait::Write(..) | Wait::Range(..))
        }
        Fact::TaskSubmitted { .. }
        | Fact::TaskHeartbeat { .. }
        | Fact::ActivityStarted { .. }
        | Fact::Dispatched { .. } => matches!(wait, Wait::Call(..)),
        Fact::ItemsRead { .. } => matches!(wait, Wait::Read(..)),
        Fact::PageRead { .. } => matches!(wait, Wait::Read(_, read) if read.makes_pages),
        Fact::RangeReported { .. } => matches!(wait, Wait::Range(..)),
        Fact::TimerFired { .. } => matches!(wait, Wait::Timer(..)),
        Fact::Started(_)
        | Fact::Paused { .. }
        | Fact::Resumed { .. }
        | Fact::Redriven(_)
        | Fact::MapRunChanged { .. }
        | Fact::StopRequested { .. }
        | Fact::EvaluationExceeded { .. }
        | Fact::Begun { .. }
        | Fact::Expired { .. }
        | Fact::Ended { .. }
        | Fact::Continued { .. } => true,
    }
}

fn hand_over<S: EventSink>(turn: &mut Turn<'_, S>, fact: &Fact) {
    match fact {
        Fact::Started(_) => drive::accept(turn),
        Fact::Begun { .. } if turn.run.may_begin() => match turn.run.redrive.take() {
            Some(accepted) => redrive::begin(turn, &accepted),
            None => drive::begin(turn),
        },
        Fact::Expired { .. } if turn.run.is_pending() && turn.run.redrive.is_none() => expire(turn),
        // It was stopped meanwhile, or is told twice.
        Fact::Begun { .. } | Fact::Expired { .. } => {}
        Fact::TaskSucceeded {
            action,
            output,
            version,
            ..
        } => match take(turn, *action) {
            Some(Wait::Call(id, _)) => task::succeeded(turn, id, *action, output, *version),
            Some(Wait::Write(id, _)) => map_run::written(turn, id),
            Some(Wait::Range(id, range)) => ranges::ended(turn, id, &range, output),
            Some(Wait::Read(..) | Wait::Timer(..)) | None => {}
        },
        Fact::TaskFailed {
            action, failure, ..
        } => match take(turn, *action) {
            Some(Wait::Call(id, _)) => task::failed(turn, id, failure),
            Some(Wait::Read(id, _)) => map_run::read_failed(turn, id, failure),
            Some(Wait::Write(id, write)) => map_run::write_failed(turn, id, *write, failure),
            Some(Wait::Range(id, range)) => ranges::lost(turn, id, &range, failure),
            Some(Wait::Timer(..)) | None => {}
        },
        Fact::TaskSubmitted { action, output, .. } => {
            if let Some(id) = called(turn, *action) {
                task::submitted(turn, id, output);
            }
        }
        Fact::TaskHeartbeat { action, .. } => {
            if let Some(id) = called(turn, *action) {
                task::lives(turn, id);
            }
        }
        Fact::ActivityStarted { action, worker, .. } => {
            if let Some(id) = called(turn, *action) {
                task::taken(turn, id, worker.as_deref());
            }
        }
        Fact::TimerFired { action, .. } => timer_fired(turn, *action),
        Fact::StopRequested { failure, .. } => stop(turn, failure),
        Fact::Ended { outcome, .. } => end(turn, outcome),
        Fact::Continued { .. } => turn.run.continue_due = false,
        Fact::Dispatched { action, .. } => turn.run.waits.dispatched(*action),
        Fact::Paused { .. } => pause(turn),
        Fact::Resumed { .. } => resume(turn),
        Fact::Redriven(redriven) => redrive::accept(turn, redriven),
        Fact::EvaluationExceeded { evaluation, .. } => exceeded::reported(turn, *evaluation),
        Fact::ItemsRead {
            action,
            items,
            is_last,
            ..
        } => {
            if let Some(Wait::Read(id, _)) = take(turn, *action) {
                map_run::read(turn, id, items, *is_last);
            }
        }
        Fact::PageRead {
            action,
            etag,
            offset,
            digest,
            count,
            is_last,
            ..
        } => {
            if let Some(Wait::Read(id, _)) = take(turn, *action) {
                let page = ranges::Page {
                    etag: etag.clone(),
                    offset: *offset,
                    digest: *digest,
                    count: *count,
                    is_last: *is_last,
                };
                ranges::page_read(turn, id, page);
            }
        }
        Fact::RangeReported { action, failed, .. } => ranges::reported(turn, *action, *failed),
        Fact::MapRunChanged {
            map_run, change, ..
        } => ranges::changed(turn, *map_run, change),
    }
}

/// What is waited for under a number, and no longer is.
fn take<S: EventSink>(turn: &mut Turn<'_, S>, action: ActionId) -> Option<Wait> {
    let wait = turn.run.waits.remove(action)?;
    if let Some(id) = wait.frame() {
        turn.focus(id);
    }
    Some(wait)
}

/// The frame whose attempt goes on; none if nobody waits for it.
fn called<S: EventSink>(turn: &mut Turn<'_, S>, action: ActionId) -> Option<FrameId> {
    let id = match turn.run.waits.get(action)? {
        Wait::Call(id, _) => *id,
        Wait::Read(..) | Wait::Write(..) | Wait::Range(..) | Wait::Timer(..) => return None,
    };
    turn.focus(id);
    Some(id)
}

fn timer_fired<S: EventSink>(turn: &mut Turn<'_, S>, action: ActionId) {
    match take(turn, action) {
        Some(Wait::Timer(Owner::Execution, _)) => time_out(turn),
        Some(Wait::Timer(Owner::Frame(id), _)) => match turn.frame(id).activity {
            Activity::Sleeping(_) => wait::over(turn, id),
            Activity::BackingOff(_) => drive::work(turn, id),
            Activity::Calling(_) => task::timed_out(turn, id),
            Activity::Arriving
            | Activity::Again
            | Activity::Joining(_)
            | Activity::Mapping(_)
            | Activity::Exceeding => {}
        },
        Some(Wait::Call(..) | Wait::Read(..) | Wait::Write(..) | Wait::Range(..)) | None => {}
    }
}

fn pause<S: EventSink>(turn: &mut Turn<'_, S>) {
    if !std::mem::replace(&mut turn.run.is_paused, true) {
        turn.hidden = false;
        turn.tell(0, Detail::ExecutionPaused);
        ranges::pause_all(turn, true);
    }
}

fn resume<S: EventSink>(turn: &mut Turn<'_, S>) {
    if std::mem::replace(&mut turn.run.is_paused, false) {
        turn.hidden = false;
        turn.tell(0, Detail::ExecutionResumed);
        ranges::pause_all(turn, false);
    }
}

fn time_out<S: EventSink>(turn: &mut Turn<'_, S>) {
    turn.tell(0, Detail::ExecutionTimedOut);
    turn.end(Outcome::TimedOut);
}

/// It was run elsewhere, and has ended.
fn end<S: EventSink>(turn: &mut Turn<'_, S>, outcome: &Outcome) {
    if !turn.run.is_elsewhere() {
        return;
    }
    turn.tell(
        0,
        match outcome {
            Outcome::Succeeded(output) => Detail::ExecutionSucceeded { output },
            Outcome::Failed(failure) => Detail::ExecutionFailed {
                error: failure.error.as_deref(),
                cause: failure.cause.as_deref(),
            },
            Outcome::TimedOut => Detail::ExecutionTimedOut,
            Outcome::Aborted(failure) => Detail::ExecutionAborted {
                error: failure.error.as_deref(),
                cause: failure.cause.as_deref(),
            },
            Outcome::Expired => Detail::ExecutionExpired,
        },
    );
    turn.end(outcome.clone());
}

fn expire<S: EventSink>(turn: &mut Turn<'_, S>) {
    turn.tell(0, Detail::ExecutionExpired);
    turn.end(Outcome::Expired);
}

fn stop<S: EventSink>(turn: &mut Turn<'_, S>, failure: &PartialFailure) {
    if turn.started.range.is_some() {
        return range::stop(turn);
    }
    turn.tell(
        0,
        Detail::ExecutionAborted {
            error: failure.error.as_deref(),
            cause: failure.cause.as_deref(),
        },
    );
    turn.end(Outcome::Aborted(failure.clone()));
}
