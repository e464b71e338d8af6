//! Evaluations that take more time than they may.
//!
//! How long an evaluation takes is the one thing that facts do not determine, so that it took too
//! long has to become a fact itself. Until it has, the frame keeps still, and so does the whole run,
//! which holds the facts that come meanwhile: nothing may come of what would be different if the
//! evaluation is begun again, by a new owner, and is fast enough then. Whoever folds the fact again knows beforehand ([`crate::Run::foresee`]) and
//! does not evaluate.

use crate::failure::{self, Caught, QueryFailure};
use crate::frame::{Activity, FrameId};
use crate::turn::Turn;
use crate::{Action, EventSink};

/// An evaluation that exceeded its time, which is not a fact yet.
#[derive(Debug)]
pub(crate) struct Exceeded {
    frame: FrameId,
    /// The visit of the frame's state.
    entered_event: u64,
    /// What the state fails with then.
    failure: QueryFailure,
    /// Set where it was the evaluation of a catcher.
    caught: Option<Caught>,
}

/// Lets a frame keep still until the newest evaluation's excess is a fact.
pub(crate) fn pause<S: EventSink>(
    turn: &mut Turn<'_, S>,
    id: FrameId,
    failure: QueryFailure,
    caught: Option<Caught>,
) {
    let evaluation = turn.run.kept.evaluations;
    let frame = turn.frame(id);
    // A `Map` that cannot make an item's input keeps its other iterations until it fails.
    if !matches!(frame.activity, Activity::Joining(_) | Activity::Mapping(_)) {
        frame.activity = Activity::Exceeding;
    }
    let exceeded = Exceeded {
        frame: id,
        entered_event: frame.entered_event,
        failure,
        caught,
    };
    turn.run.foreseen.insert(evaluation);
    turn.run.exceeded.insert(evaluation, exceeded);
    turn.actions.push(Action::ReportExceeded { evaluation });
}

/// It is a fact: fails the state, if the frame is still in it.
pub(crate) fn reported<S: EventSink>(turn: &mut Turn<'_, S>, evaluation: u64) {
    let Some(exceeded) = turn.run.exceeded.remove(&evaluation) else {
        return;
    };
    let frame = turn.run.frames.get(exceeded.frame);
    if frame.is_some_and(|frame| frame.entered_event == exceeded.entered_event) {
        turn.focus(exceeded.frame);
        failure::evaluation_failed(turn, exceeded.frame, &exceeded.failure, exceeded.caught);
    }
}
