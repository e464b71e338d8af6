//! Children that fail, and children that are given up because of what happened elsewhere.

use steploom_asl::model::{Kind, State};

use super::{Join, go_on};
use crate::frame::{Activity, FrameId};
use crate::states::{graph, map_run};
use crate::turn::Turn;
use crate::{Detail, EventSink, PartialFailure, Run};

/// A child failed, by the state of the frame `origin`: tells so and halts it. Whether the join goes on
/// all the same.
pub(crate) fn child_failed<S: EventSink>(
    turn: &mut Turn<'_, S>,
    parent: FrameId,
    index: u32,
    child: FrameId,
    problem: &PartialFailure,
    origin: FrameId,
) -> bool {
    let state = turn.state(parent);
    let child_state = turn.state(child);
    let last_event = turn.run.frames[child].last_event;
    turn.run.frames.halt(child);
    match (&state.kind, &child_state.kind) {
        (Kind::Map(_), _) => {
            turn.tell(
                last_event,
                Detail::IterationFailed {
                    name: &state.name,
                    index,
                },
            );
        }
        (Kind::Graph(graph), _) => {
            turn.tell(
                last_event,
                Detail::NodeFailed {
                    name: &state.name,
                    node: graph::name(turn.machine, graph, index),
                    error: problem.error.as_deref(),
                    cause: problem.cause.as_deref(),
                },
            );
        }
        (_, Kind::Task(_)) => {
            turn.tell(last_event, Detail::StateAborted { state: child_state });
        }
        _ => {}
    }
    let frame = turn.frame(parent);
    frame.last_event = last_event;
    let Some(join) = frame.join_mut() else {
        return false;
    };
    join.running.remove(&index);
    join.failed.insert(index, child);
    join.first_failed.get_or_insert(origin);
    let order = join.order.as_mut();
    let goes_on = order.is_some_and(|order| order.failed(index, last_event, problem));
    if goes_on {
        go_on(turn, parent);
    }
    goes_on
}

/// Stops what a frame's state is doing: what it waits for, and all its children; a map run is kept, and
/// rests. Gives the event of a join's failure, if it was one.
pub(crate) fn disband<S: EventSink>(
    turn: &mut Turn<'_, S>,
    id: FrameId,
) -> Option<Detail<'static>> {
    let state = turn.state(id);
    let activity = std::mem::replace(&mut turn.frame(id).activity, Activity::Arriving);
    match activity {
        Activity::Arriving | Activity::Again | Activity::Exceeding => None,
        Activity::Sleeping(timer) | Activity::BackingOff(timer) => {
            turn.cancel(timer);
            None
        }
        Activity::Calling(call) => {
            turn.cancel(call.action);
            for timer in [call.timeout, call.heartbeat].into_iter().flatten() {
                turn.cancel(timer);
            }
            None
        }
        Activity::Mapping(run) => {
            turn.frame(id).activity = Activity::Mapping(run);
            let was_at_work = map_run::rest(turn, id, map_run::MapRunStatus::Aborted);
            failed_event(state).filter(|_| was_at_work)
        }
        Activity::Joining(mut join) => {
            for (index, child) in std::mem::take(&mut join.running) {
                abort(turn, state, index, child);
            }
            join.drop_children(turn.run);
            failed_event(state)
        }
    }
}

/// As [`disband`], for a join of which a child has failed: its children are kept, and halted.
pub(crate) fn halt<S: EventSink>(turn: &mut Turn<'_, S>, id: FrameId) -> Option<Detail<'static>> {
    let state = turn.state(id);
    if !matches!(turn.frame(id).activity, Activity::Joining(_)) {
        return disband(turn, id);
    }
    let activity = std::mem::replace(&mut turn.frame(id).activity, Activity::Arriving);
    let Activity::Joining(join) = activity else {
        return None;
    };
    for (index, child) in &join.running {
        halt_child(turn, state, *index, *child);
    }
    turn.frame(id).activity = Activity::Joining(join);
    failed_event(state)
}

/// As [`abort`], but the child is kept.
fn halt_child<S: EventSink>(turn: &mut Turn<'_, S>, parent: &State, index: u32, child: FrameId) {
    let state = turn.state(child);
    let entered = !matches!(turn.frame(child).activity, Activity::Arriving);
    halt(turn, child);
    if entered && matches!(turn.frame(child).activity, Activity::Arriving) {
        turn.frame(child).activity = Activity::Again;
    }
    turn.run.frames.halt(child);
    tell_aborted(turn, parent, index, state, child, entered);
}

/// Drops the children of a frame that is in a join, without a word; they have been halted.
pub(crate) fn drop_children(run: &mut Run, id: FrameId) {
    let activity = &mut run.frames[id].activity;
    if !matches!(activity, Activity::Joining(_)) {
        return;
    }
    let activity = std::mem::replace(activity, Activity::Arriving);
    if let Activity::Joining(join) = activity {
        join.drop_children(run);
    }
}

/// The event of a state's failure, if it is one that joins.
pub(crate) fn failed_event(state: &State) -> Option<Detail<'static>> {
    match state.kind {
        Kind::Map(_) => Some(Detail::MapFailed),
        Kind::Parallel { .. } => Some(Detail::ParallelFailed),
        Kind::Graph(_) => Some(Detail::GraphFailed),
        _ => None,
    }
}

/// Gives up a child because of what happened elsewhere.
fn abort<S: EventSink>(turn: &mut Turn<'_, S>, parent: &State, index: u32, child: FrameId) {
    let Some(frame) = turn.run.frames.get(child) else {
        return;
    };
    let state = turn.machine.state(frame.state);
    let entered = !matches!(frame.activity, Activity::Arriving);
    disband(turn, child);
    tell_aborted(turn, parent, index, state, child, entered);
    turn.run.frames.remove(child);
}

fn tell_aborted<S: EventSink>(
    turn: &mut Turn<'_, S>,
    parent: &State,
    index: u32,
    state: &State,
    child: FrameId,
    entered: bool,
) {
    let last_event = turn.run.frames[child].last_event;
    if entered {
        turn.tell(last_event, Detail::StateAborted { state });
    }
    let event = match &parent.kind {
        Kind::Map(_) => Detail::IterationAborted {
            name: &parent.name,
            index,
        },
        Kind::Graph(graph) => Detail::NodeAborted {
            name: &parent.name,
            node: graph::name(turn.machine, graph, index),
        },
        _ => return,
    };
    turn.tell(last_event, event);
}

impl Join {
    /// Drops all children, and theirs, without a word.
    fn drop_children(self, run: &mut Run) {
        for child in self.running.into_values().chain(self.failed.into_values()) {
            drop_children(run, child);
            run.frames.remove(child);
        }
    }
}
