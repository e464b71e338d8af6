//! A state failed: try again, go on at a `Catch`, or fail what is around it.

use serde_json::json;
use steploom_asl::model::{Catcher, Kind};
use steploom_types::Json;

use crate::context::Given;
use crate::drive::Exit;
use crate::frame::{Activity, FrameId};
use crate::states::map_run::{self, range};
use crate::turn::Turn;
use crate::waits::Owner;
use crate::{Detail, EventSink, Outcome, PartialFailure, chance, drive, exceeded, join, retry};

/// Why a state does not get on with its work.
#[derive(Debug)]
pub(crate) enum Problem {
    /// It failed; `Retry` and `Catch` are asked.
    Failed(PartialFailure),
    /// A query of its has no value. As the other, and an event of its own tells of it.
    Query(QueryFailure),
    /// A query of its took too long, which has to become a fact first.
    Exceeded(QueryFailure),
    /// A mistake in the definition or its data: the execution ends at once.
    Fatal(PartialFailure),
}

impl From<PartialFailure> for Problem {
    fn from(failure: PartialFailure) -> Self {
        Self::Failed(failure)
    }
}

/// The failure of a query.
#[derive(Clone, Debug)]
pub(crate) struct QueryFailure {
    pub(crate) failure: PartialFailure,
    /// Its field, such as `Output/result`.
    pub(crate) location: Option<String>,
}

/// Where a state stood when a catcher of its took over.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Caught {
    /// The event that what the catcher tells follows.
    previous: u64,
    /// The event of the state's own failure, if it had one.
    failed: Option<Detail<'static>>,
    /// The frame whose state failed first.
    origin: FrameId,
}

/// Fails the state that a frame is in, and if need be those around it.
pub(crate) fn fail<S: EventSink>(turn: &mut Turn<'_, S>, id: FrameId, problem: impl Into<Problem>) {
    let problem = problem.into();
    if !matches!(problem, Problem::Exceeded(_)) && range::is_root(turn, id) {
        return range::failed(turn, id, problem);
    }
    match problem {
        Problem::Failed(failure) => raise(turn, id, failure, None, id),
        Problem::Query(query) => evaluation_failed(turn, id, &query, None),
        Problem::Exceeded(query) => exceeded::pause(turn, id, query, None),
        Problem::Fatal(failure) => fail_execution(turn, id, failure, id),
    }
}

/// Fails a join whose child has failed before, and was not given up for; `origin` is the frame whose
/// state failed then.
pub(crate) fn fail_late<S: EventSink>(
    turn: &mut Turn<'_, S>,
    id: FrameId,
    failure: PartialFailure,
    origin: FrameId,
) {
    raise(turn, id, failure, None, origin);
}

/// Fails a `Map` whose map run has ended and told of its failure.
pub(crate) fn fail_map_run<S: EventSink>(
    turn: &mut Turn<'_, S>,
    id: FrameId,
    failure: PartialFailure,
) {
    let failed = join::failed_event(turn.state(id));
    raise(turn, id, failure, failed, id);
}

/// A query of a frame's state has no value. `caught` says that it is one of a catcher, which nothing
/// catches again.
pub(crate) fn evaluation_failed<S: EventSink>(
    turn: &mut Turn<'_, S>,
    id: FrameId,
    query: &QueryFailure,
    caught: Option<Caught>,
) {
    if range::is_root(turn, id) {
        return range::failed(turn, id, Problem::Query(query.clone()));
    }
    let state = turn.state(id);
    let frame = &turn.run.frames[id];
    let is_new = frame.last_event == frame.entered_event;
    let previous = match caught {
        Some(caught) => caught.previous,
        // What a state evaluates on being entered follows the event that its entry follows; a
        // `Wait` has been entered when it looks at its time.
        None if is_new && !matches!(state.kind, Kind::Wait(_)) => frame.came_from,
        None => frame.last_event,
    };
    let event = turn.tell(
        previous,
        Detail::EvaluationFailed {
            state,
            error: query.failure.error.as_deref().unwrap_or_default(),
            cause: query.failure.cause.as_deref(),
            location: query.location.as_deref(),
        },
    );
    turn.frame(id).last_event = event;
    let failure = query.failure.clone();
    match caught {
        None => {
            let failed = if is_new {
                join::failed_event(state)
            } else {
                None
            };
            raise(turn, id, failure, failed, id);
        }
        Some(Caught { failed, origin, .. }) => {
            if let Some(event) = failed {
                turn.tell_in(id, event);
            }
            pass_up(turn, id, failure, origin);
        }
    }
}

/// Fails a frame's state; `failed` is the event of that, for a join that was not opened yet. `origin` is
/// the frame whose state failed first: this one, or one of a child, and then the children are kept, as
/// those that did not end well may be gone on with.
fn raise<S: EventSink>(
    turn: &mut Turn<'_, S>,
    id: FrameId,
    failure: PartialFailure,
    failed: Option<Detail<'static>>,
    origin: FrameId,
) {
    let event = if origin == id {
        join::disband(turn, id)
    } else {
        join::halt(turn, id)
    };
    let failed = event.or(failed);
    if try_again(turn, id, &failure) {
        return;
    }
    let previous = turn.run.frames[id].last_event;
    if let Some(event) = failed {
        turn.tell_in(id, event);
    }
    match go_on(turn, id, &failure) {
        Ok(true) => {}
        Ok(false) => pass_up(turn, id, failure, origin),
        Err(Problem::Failed(worse)) => pass_up(turn, id, worse, origin),
        Err(Problem::Fatal(worse)) => fail_execution(turn, id, worse, origin),
        Err(Problem::Query(query)) => {
            let caught = Caught {
                previous,
                failed,
                origin,
            };
            evaluation_failed(turn, id, &query, Some(caught));
        }
        Err(Problem::Exceeded(query)) => {
            let caught = Caught {
                previous,
                failed,
                origin,
            };
            exceeded::pause(turn, id, query, Some(caught));
        }
    }
}

/// A frame's state failed, so it was entered: who goes on with it does not enter it again.
fn has_entered<S: EventSink>(turn: &mut Turn<'_, S>, id: FrameId) {
    let activity = &mut turn.frame(id).activity;
    if matches!(activity, Activity::Arriving) {
        *activity = Activity::Again;
    }
}

/// Fails what is around a frame that does not go on.
fn pass_up<S: EventSink>(
    turn: &mut Turn<'_, S>,
    id: FrameId,
    failure: PartialFailure,
    origin: FrameId,
) {
    has_entered(turn, id);
    let Some((parent, index)) = turn.run.frames[id].parent else {
        return fail_execution(turn, id, failure, origin);
    };
    if matches!(turn.run.frames[parent].activity, Activity::Mapping(_)) {
        join::drop_children(turn.run, id);
        return map_run::child_failed(turn, parent, index, id, &failure);
    }
    if !join::child_failed(turn, parent, index, id, &failure, origin) {
        raise(turn, parent, failure, None, origin);
    }
}

/// Sets the timer of a retry, if a rule wants one.
fn try_again<S: EventSink>(turn: &mut Turn<'_, S>, id: FrameId, problem: &PartialFailure) -> bool {
    let state = turn.state(id);
    // An iteration of a map run moves no number of an event, but it does move those of actions.
    let place = turn.run.last_event ^ turn.run.last_action << 32;
    let random = chance::number(!turn.started.seed, place);
    let retries = &mut turn.frame(id).retries;
    let Some(delay_ms) = retries.next_delay_ms(&state.retry, problem.error.as_deref(), random)
    else {
        return false;
    };
    join::drop_children(turn.run, id);
    let due = turn.at.plus_millis(delay_ms);
    let timer = turn.set_timer(Owner::Frame(id), due);
    turn.frame(id).activity = Activity::BackingOff(timer);
    true
}

/// Goes on at the first `Catch` that matches. `OutputPath` does not apply there. Fails anew where
/// the error cannot be put into the input, or an expression of the catcher has no value.
fn go_on<S: EventSink>(
    turn: &mut Turn<'_, S>,
    id: FrameId,
    problem: &PartialFailure,
) -> Result<bool, Problem> {
    let state = turn.state(id);
    let matching = |catcher: &Catcher| retry::matches(&catcher.errors, problem.error.as_deref());
    let Some(index) = state.catch.iter().position(matching) else {
        return Ok(false);
    };
    let catcher = &state.catch[index];
    let error = json!({
        "Error": problem.error.as_deref().unwrap_or_default(),
        "Cause": problem.cause.as_deref().unwrap_or_default(),
    });
    let exit = caught_exit(turn, id, index, catcher, &error.into())?;
    turn.ensure_size(&exit.output, &state.name)?;
    join::drop_children(turn.run, id);
    drive::leave(turn, id, exit, catcher.next);
    Ok(true)
}

fn caught_exit<S: EventSink>(
    turn: &mut Turn<'_, S>,
    id: FrameId,
    index: usize,
    catcher: &Catcher,
    error: &Json,
) -> Result<Exit, Problem> {
    let given = Given {
        data: error,
        result: None,
        error_output: Some(error),
    };
    let assigned = match &catcher.assign {
        Some(maker) => Some(turn.assigned(id, maker, given, || format!("Catch[{index}]/Assign"))?),
        None => None,
    };
    let output = if let Some(payload) = &catcher.output {
        turn.evaluated(id, payload, given, || format!("Catch[{index}]/Output"))?
    } else {
        let raw = turn.run.frames[id].input.clone();
        turn.combine(id, raw, error.clone(), &catcher.result_path)?
    };
    Ok(Exit { output, assigned })
}

/// Ends the execution, or the iteration of a map run that the frame is part of.
fn fail_execution<S: EventSink>(
    turn: &mut Turn<'_, S>,
    id: FrameId,
    problem: PartialFailure,
    origin: FrameId,
) {
    if let Some((run, index, child)) = map_run::iteration_of(turn, id) {
        join::disband(turn, child);
        return map_run::child_failed(turn, run, index, child, &problem);
    }
    has_entered(turn, id);
    turn.tell_in(
        id,
        Detail::ExecutionFailed {
            error: problem.error.as_deref(),
            cause: problem.cause.as_deref(),
        },
    );
    turn.end(Outcome::Failed(problem));
    turn.run.failed_at = Some(origin);
}
