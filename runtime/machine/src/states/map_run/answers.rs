//! What a map run hears of: iterations that end, items that come, objects that are written.

use steploom_types::Json;

use crate::frame::FrameId;
use crate::reader::ITEM_READER_FAILED;
use crate::turn::{Turn, over_limit};
use crate::{EventSink, Failure, PartialFailure, Write};

use super::end::{exceeded, fail, finish};
use super::{WRITER_FAILED, go_on, range, run_of};

/// An iteration ended well.
pub(crate) fn child_succeeded<S: EventSink>(
    turn: &mut Turn<'_, S>,
    id: FrameId,
    index: u32,
    child: FrameId,
    output: Json,
) {
    let Some(frame) = turn.run.frames.remove(child) else {
        return;
    };
    turn.focus(id);
    let at = turn.at;
    let limit = turn.started.limits.payload_bytes_max as usize;
    let Some(run) = run_of(turn, id) else {
        return;
    };
    let items = run.running.remove(&index).map_or(1, |(_, items)| items);
    run.counts.succeeded += items;
    if let Some(ordered) = &mut run.ordered {
        ordered.ended(index, true);
    }
    run.results.succeeded(index, &frame, output, at);
    if run.results.bytes() > limit {
        let problem = over_limit(&turn.state(id).name);
        return fail(turn, id, problem.into());
    }
    go_on(turn, id);
}

/// An iteration failed.
pub(crate) fn child_failed<S: EventSink>(
    turn: &mut Turn<'_, S>,
    id: FrameId,
    index: u32,
    child: FrameId,
    failure: &PartialFailure,
) {
    let Some(frame) = turn.run.frames.remove(child) else {
        return;
    };
    turn.focus(id);
    let at = turn.at;
    let Some(run) = run_of(turn, id) else {
        return;
    };
    let items = run.running.remove(&index).map_or(1, |(_, items)| items);
    run.undone.insert(index.into(), items);
    run.tolerance.failed(items);
    run.counts.failed(items, failure);
    run.results.failed(index, &frame, failure, at);
    let runs_on = run.ordered.as_mut().is_some_and(|ordered| {
        ordered.ended(index, false);
        ordered.runs_on()
    });
    if !runs_on && run.tolerance.is_exceeded(run.queue.total()) {
        return finish(turn, id, Err(exceeded()));
    }
    go_on(turn, id);
}
/// Items came.
pub(crate) fn read<S: EventSink>(turn: &mut Turn<'_, S>, id: FrameId, items: &Json, is_last: bool) {
    let Some(run) = run_of(turn, id) else {
        return;
    };
    if !items.value().is_array() {
        let failure = PartialFailure {
            error: Some(ITEM_READER_FAILED.to_owned()),
            cause: Some("Attempting to map over non-iterable node.".to_owned()),
        };
        return finish(turn, id, Err(failure));
    }
    run.queue.read(items.clone(), is_last);
    if run.tolerance.is_exceeded(run.queue.total()) {
        return finish(turn, id, Err(exceeded()));
    }
    go_on(turn, id);
}

/// Items cannot be read. What came of those before is written all the same.
pub(crate) fn read_failed<S: EventSink>(turn: &mut Turn<'_, S>, id: FrameId, failure: &Failure) {
    let problem = PartialFailure {
        error: Some(ITEM_READER_FAILED.to_owned()),
        cause: failure.cause.clone(),
    };
    if let Some(run) = run_of(turn, id) {
        run.queue.stop_reading();
    }
    finish(turn, id, Err(problem));
}

/// An object of results was written.
pub(crate) fn written<S: EventSink>(turn: &mut Turn<'_, S>, id: FrameId) {
    if let Some(run) = run_of(turn, id) {
        run.results.written();
    }
    go_on(turn, id);
}

/// Results cannot be written.
pub(crate) fn write_failed<S: EventSink>(
    turn: &mut Turn<'_, S>,
    id: FrameId,
    write: Write,
    failure: &Failure,
) {
    let problem = PartialFailure {
        error: Some(WRITER_FAILED.to_owned()),
        cause: failure.cause.clone(),
    };
    if range::is_root(turn, id) {
        return range::lost(turn, problem.into());
    }
    if let Some(run) = run_of(turn, id) {
        run.results.unwritten(write);
    }
    fail(turn, id, problem.into());
}
