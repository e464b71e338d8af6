//! A state failed: try again, go on at a `Catch`, or fail what is around it.

use serde_json::json;

use crate::frame::{Activity, FrameId};
use crate::turn::Turn;
use crate::waits::Owner;
use crate::{Detail, EventSink, Outcome, PartialFailure, chance, drive, join, retry};

/// Fails the state that a frame is in, and if need be those around it.
pub(crate) fn fail<S: EventSink>(turn: &mut Turn<'_, S>, id: FrameId, problem: PartialFailure) {
    let mut id = id;
    let mut problem = problem;
    loop {
        let joined = join::disband(turn, id);
        if try_again(turn, id, &problem) {
            return;
        }
        if let Some(event) = joined {
            turn.tell_in(id, event);
        }
        match go_on(turn, id, &problem) {
            Ok(true) => return,
            Ok(false) => {}
            Err(worse) => problem = worse,
        }
        let Some((parent, index)) = turn.run.frames[id].parent else {
            return fail_execution(turn, id, problem);
        };
        join::child_failed(turn, parent, index, id);
        id = parent;
    }
}

/// Sets the timer of a retry, if a rule wants one.
fn try_again<S: EventSink>(turn: &mut Turn<'_, S>, id: FrameId, problem: &PartialFailure) -> bool {
    let state = turn.state(id);
    let random = chance::number(!turn.started.seed, turn.run.last_event);
    let retries = &mut turn.frame(id).retries;
    let Some(delay_ms) = retries.next_delay_ms(&state.retry, problem.error.as_deref(), random)
    else {
        return false;
    };
    let due = turn.at.plus_millis(delay_ms);
    let timer = turn.set_timer(Owner::Frame(id), due);
    turn.frame(id).activity = Activity::BackingOff(timer);
    true
}

/// Goes on at the first `Catch` that matches. `OutputPath` does not apply there. Fails anew where
/// the error cannot be put into the input.
fn go_on<S: EventSink>(
    turn: &mut Turn<'_, S>,
    id: FrameId,
    problem: &PartialFailure,
) -> Result<bool, PartialFailure> {
    let state = turn.state(id);
    let matching = |catcher: &&steploom_asl::model::Catcher| {
        retry::matches(&catcher.errors, problem.error.as_deref())
    };
    let Some(catcher) = state.catch.iter().find(matching) else {
        return Ok(false);
    };
    let error = json!({
        "Error": problem.error.as_deref().unwrap_or_default(),
        "Cause": problem.cause.as_deref().unwrap_or_default(),
    });
    let raw = turn.run.frames[id].input.clone();
    let output = turn.combine(id, &raw, error.into(), &catcher.result_path)?;
    turn.ensure_size(&output, &state.name)?;
    drive::leave(turn, id, output, catcher.next);
    Ok(true)
}

fn fail_execution<S: EventSink>(turn: &mut Turn<'_, S>, id: FrameId, problem: PartialFailure) {
    turn.tell_in(
        id,
        Detail::ExecutionFailed {
            error: problem.error.as_deref(),
            cause: problem.cause.as_deref(),
        },
    );
    turn.end(Outcome::Failed(problem));
}
