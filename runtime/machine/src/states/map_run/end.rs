//! How a map run ends: well, with too many failures, or given up.

use crate::drive::{self, Progress};
use crate::failure::{self, Problem};
use crate::frame::{Activity, Frame, FrameId};
use crate::turn::Turn;
use crate::{Detail, EventSink, PartialFailure};

use super::{EXCEEDED, MapRun, MapRunStatus, STOPPED, go_on, range, ranges, run_of};

/// No more is started: writes what is left to be written, then ends.
pub(super) fn finish<S: EventSink>(
    turn: &mut Turn<'_, S>,
    id: FrameId,
    end: Result<(), PartialFailure>,
) {
    let at = turn.at;
    let Some(run) = run_of(turn, id) else {
        return;
    };
    run.end = Some(end);
    let running = std::mem::take(&mut run.running);
    let reading = run.queue.stop_reading();
    for (_, (child, items)) in running {
        if let Some(frame) = abort(turn, child)
            && let Some(run) = run_of(turn, id)
        {
            run.counts.aborted += items;
            run.results.aborted(&frame, at);
        }
    }
    if let Some(action) = reading {
        turn.cancel(action);
    }
    ranges::stop_all(turn, id);
    if let Some(run) = run_of(turn, id) {
        if matches!(run.end, Some(Err(_))) {
            let mut waiting = run.queue.rest();
            if let Some(ordered) = &run.ordered {
                waiting.extend(ordered.waiting());
            }
            run.counts.pending += waiting.len() as u64;
            run.results.pending(&run.names, waiting);
        }
        if run.is_idle() {
            run.results.finish(&run.names);
        }
    }
    go_on(turn, id);
}

pub(super) fn close<S: EventSink>(turn: &mut Turn<'_, S>, id: FrameId) {
    if range::is_root(turn, id) {
        return range::close(turn, id, None);
    }
    let activity = std::mem::replace(&mut turn.frame(id).activity, Activity::Arriving);
    let Activity::Mapping(run) = activity else {
        return;
    };
    let status = match &run.end {
        Some(Err(failure)) if failure.error.as_deref() == Some(STOPPED) => MapRunStatus::Aborted,
        Some(Err(_)) => MapRunStatus::Failed,
        Some(Ok(())) | None => MapRunStatus::Succeeded,
    };
    run.leave(&mut turn.run.map_runs, turn.at, status);
    if let Some(Err(failure)) = run.end {
        tell_failed(turn, id, &failure);
        return failure::fail_map_run(turn, id, failure);
    }
    let last = turn.tell_in(id, Detail::MapRunSucceeded);
    turn.tell(last, Detail::MapSucceeded);
    let next = turn.state(id).next;
    let result = run.results.into_result(&run.names);
    drive::settle(turn, id, Ok(Progress::Done(result, next)));
}

/// The map run fails at once, and what it has is dropped.
pub(super) fn fail<S: EventSink>(turn: &mut Turn<'_, S>, id: FrameId, problem: Problem) {
    if range::is_root(turn, id) {
        // A query that took too long has to become a fact first.
        return match problem {
            Problem::Exceeded(_) => failure::fail(turn, id, problem),
            problem => range::failed(turn, id, problem),
        };
    }
    let (failure, is_fatal) = match problem {
        Problem::Failed(failure) => (failure, false),
        Problem::Fatal(failure) => (failure, true),
        // An event of its own tells of these, and the second has to become a fact first.
        Problem::Query(_) | Problem::Exceeded(_) => return failure::fail(turn, id, problem),
    };
    let activity = std::mem::replace(&mut turn.frame(id).activity, Activity::Arriving);
    if let Activity::Mapping(run) = activity {
        give_up(turn, *run, MapRunStatus::Failed);
    }
    tell_failed(turn, id, &failure);
    if is_fatal {
        return failure::fail(turn, id, Problem::Fatal(failure));
    }
    failure::fail_map_run(turn, id, failure);
}

pub(super) fn tell_failed<S: EventSink>(
    turn: &mut Turn<'_, S>,
    id: FrameId,
    failure: &PartialFailure,
) {
    turn.tell_in(
        id,
        Detail::MapRunFailed {
            error: failure.error.as_deref(),
            cause: failure.cause.as_deref(),
        },
    );
}

/// Drops a map run: what it waits for, and its iterations.
pub(crate) fn give_up<S: EventSink>(turn: &mut Turn<'_, S>, mut run: MapRun, status: MapRunStatus) {
    run.leave(&mut turn.run.map_runs, turn.at, status);
    let actions = [run.queue.stop_reading(), run.results.stop_writing()];
    for action in actions.into_iter().flatten() {
        turn.cancel(action);
    }
    for action in run.ranges.iter_mut().flat_map(|ranges| ranges.take()) {
        turn.cancel(action);
    }
    for (_, (child, _)) in run.running {
        abort(turn, child);
    }
}

/// Gives up an iteration; it tells nobody.
pub(super) fn abort<S: EventSink>(turn: &mut Turn<'_, S>, child: FrameId) -> Option<Frame> {
    let hidden = std::mem::replace(&mut turn.hidden, true);
    turn.run.frames.get(child)?;
    crate::join::disband(turn, child);
    let frame = turn.run.frames.remove(child);
    turn.hidden = hidden;
    frame
}
pub(super) fn exceeded() -> PartialFailure {
    PartialFailure {
        error: Some(EXCEEDED.to_owned()),
        cause: Some("The specified tolerated failure threshold was exceeded".to_owned()),
    }
}
