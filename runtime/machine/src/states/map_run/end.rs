//! How a map run ends: well, with too many failures, or given up.

use crate::drive::{self, Progress};
use crate::failure::{self, Problem};
use crate::frame::{Activity, Frame, FrameId};
use crate::turn::Turn;
use crate::{Detail, EventSink, PartialFailure};

use super::{EXCEEDED, MapRunStatus, STOPPED, go_on, range, ranges, rest, run_of};

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
    for (index, (child, items)) in running {
        if let Some(frame) = abort(turn, child)
            && let Some(run) = run_of(turn, id)
        {
            run.undone.insert(index.into(), items);
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
            match run.ordered.as_deref_mut() {
                Some(ordered) => ordered.stop_finding(),
                None => run.queue.leave(&mut run.undone),
            }
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
        return range::close(turn, id);
    }
    let end = run_of(turn, id).and_then(|run| run.end.clone());
    if let Some(Err(failure)) = end {
        let status = if failure.error.as_deref() == Some(STOPPED) {
            MapRunStatus::Aborted
        } else {
            MapRunStatus::Failed
        };
        rest(turn, id, status);
        tell_failed(turn, id, &failure);
        return failure::fail_map_run(turn, id, failure);
    }
    let activity = std::mem::replace(&mut turn.frame(id).activity, Activity::Arriving);
    let Activity::Mapping(run) = activity else {
        return;
    };
    run.leave(&mut turn.run.map_runs, turn.at, MapRunStatus::Succeeded);
    let last = turn.tell_in(id, Detail::MapRunSucceeded);
    turn.tell(last, Detail::MapSucceeded);
    let next = turn.state(id).next;
    let result = run.results.into_result(&run.names);
    drive::settle(turn, id, Ok(Progress::Done(result, next)));
}

/// The map run fails at once.
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
    rest(turn, id, MapRunStatus::Failed);
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
