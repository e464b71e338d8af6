//! A distributed `Map`: a map run, whose iterations are executions of their own.
//!
//! Items come page by page and become iterations as there is room, so memory grows with a page and
//! what is in flight. The iterations' history is theirs: the parent tells of the map run alone. A
//! failed iteration is counted; the run fails when more have failed than are tolerated.
//!
//! `open.rs` works out the fields; `items.rs` has what is yet to be started, `results.rs` what comes
//! of it, `tolerance.rs` how much may fail, `child.rs` what an iteration is.

pub(crate) mod child;
mod items;
mod open;
mod ordered;
mod results;
mod tolerance;

use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::{Value, json};
use steploom_asl::model::{Kind, Map};
use steploom_types::Json;

use crate::drive::{self, Progress};
use crate::failure::{self, Problem};
use crate::frame::{Activity, Frame, FrameId};
use crate::turn::{Turn, over_limit};
use crate::{ActionId, Detail, EventSink, Failure, PartialFailure};

pub(crate) use items::item;
pub(crate) use open::{tolerated, work};

use child::Child;
use items::{Next, Queue};
use ordered::Ordered;
use results::{Results, Stored};
use tolerance::Tolerance;

/// The error of a map run in which too much failed.
const EXCEEDED: &str = "States.ExceedToleratedFailureThreshold";
/// The error of results that could not be written.
const WRITER_FAILED: &str = "States.ResultWriterFailed";

/// A map run.
#[derive(Debug)]
pub(crate) struct MapRun {
    names: Names,
    /// The state's input after `InputPath`.
    input: Json,
    queue: Queue,
    tolerance: Tolerance,
    results: Results,
    /// Iterations in flight at the most.
    window: u32,
    /// The iteration to start next.
    next: u32,
    /// Iterations in flight, each with the number of its items.
    running: BTreeMap<u32, (FrameId, u64)>,
    /// Whether the frame is in the queue to start another iteration.
    queued: bool,
    /// What comes after what, where items do not just start one after the other.
    ordered: Option<Box<Ordered>>,
    /// How it ends, once no more is started: results may be left to be written.
    end: Option<Result<(), PartialFailure>>,
}

/// What a map run and its iterations are called.
#[derive(Clone, Debug)]
struct Names {
    /// From which the iterations' names are derived.
    seed: u64,
    /// The map run's own.
    id: Arc<str>,
    /// Its ARN.
    arn: Arc<str>,
    /// `MACHINE/LABEL`, which takes the place of the machine's name.
    machine: Arc<str>,
    /// Whether its iterations are Express executions.
    is_express: bool,
}

impl MapRun {
    fn has_room(&self) -> bool {
        self.end.is_none()
            && !self.queue.is_reading()
            && self.has_next()
            && !self.results.is_full()
            && self.running.len() < self.window as usize
    }

    fn has_next(&self) -> bool {
        match &self.ordered {
            Some(ordered) => ordered.has_next(self),
            None => !self.queue.is_empty(),
        }
    }

    /// Whether all items have been started.
    fn is_over(&self) -> bool {
        match &self.ordered {
            Some(ordered) => ordered.is_done(),
            None => self.queue.is_empty(),
        }
    }
}

fn run_of<'a, S>(turn: &'a mut Turn<'_, S>, id: FrameId) -> Option<&'a mut MapRun> {
    match &mut turn.run.frames[id].activity {
        Activity::Mapping(run) => Some(run),
        _ => None,
    }
}

fn map_of<'a, S: EventSink>(turn: &Turn<'a, S>, id: FrameId) -> &'a Map {
    let Kind::Map(map) = &turn.state(id).kind else {
        unreachable!("only a Map has a map run")
    };
    map
}

/// Starts the next iteration.
pub(crate) fn launch<S: EventSink>(turn: &mut Turn<'_, S>, id: FrameId) {
    let Some(run) = run_of(turn, id) else {
        return;
    };
    run.queued = false;
    if !run.has_room() {
        return go_on(turn, id);
    }
    let is_ordered = run.ordered.is_some();
    let next = match ordered::find(turn, id) {
        Ok(true) => Ok(Next::Nothing),
        Ok(false) if is_ordered => ordered::next(turn, id),
        Ok(false) => items::next(turn, id),
        Err(problem) => Err(problem),
    };
    match next {
        Ok(Next::Iteration { input, items }) => start(turn, id, None, input, items),
        Ok(Next::At { input, index }) => start(turn, id, Some(index), input, 1),
        Ok(Next::TooMuch) => return finish(turn, id, Err(exceeded())),
        Ok(Next::Nothing) => {}
        Err(problem) => return fail(turn, id, problem),
    }
    go_on(turn, id);
}

/// Starts an iteration; `place` is that of its item, where items do not just start one after the
/// other.
fn start<S: EventSink>(
    turn: &mut Turn<'_, S>,
    id: FrameId,
    place: Option<u32>,
    input: Json,
    items: u64,
) {
    let start = turn.machine.scope(map_of(turn, id).processor).start;
    let at = turn.at;
    let Some(run) = run_of(turn, id) else {
        return;
    };
    let index = place.unwrap_or(run.next);
    run.next += 1;
    let child = Child::new(&run.names, index, input.clone(), at);
    let mut frame = Frame::new(Some((id, index)), start, input, child::FIRST_EVENT);
    frame.child = Some(Arc::new(child));
    let frame = turn.run.frames.insert(frame);
    turn.run.ready.push_back(frame);
    if let Some(run) = run_of(turn, id) {
        run.running.insert(index, (frame, items));
    }
}

/// Starts another iteration if there is room, reads on, writes, or ends.
fn go_on<S: EventSink>(turn: &mut Turn<'_, S>, id: FrameId) {
    items::read_on(turn, id);
    results::write_on(turn, id);
    let Some(run) = run_of(turn, id) else {
        return;
    };
    if run.has_room() && !run.queued {
        run.queued = true;
        turn.run.ready.push_back(id);
        return;
    }
    if run.end.is_none() && run.is_over() && run.running.is_empty() && !run.queue.is_reading() {
        let is_exceeded = run.tolerance.is_exceeded(Some(run.queue.taken()));
        let end = if is_exceeded { Err(exceeded()) } else { Ok(()) };
        return finish(turn, id, end);
    }
    if run.end.is_some() && !run.results.is_writing() {
        close(turn, id);
    }
}

/// No more is started: writes what is left to be written, then ends.
fn finish<S: EventSink>(turn: &mut Turn<'_, S>, id: FrameId, end: Result<(), PartialFailure>) {
    let at = turn.at;
    let Some(run) = run_of(turn, id) else {
        return;
    };
    run.end = Some(end);
    let running = std::mem::take(&mut run.running);
    let reading = run.queue.stop_reading();
    for (_, (child, _)) in running {
        if let Some(frame) = abort(turn, child)
            && let Some(run) = run_of(turn, id)
        {
            run.results.aborted(&frame, at);
        }
    }
    if let Some(action) = reading {
        turn.cancel(action);
    }
    if let Some(run) = run_of(turn, id) {
        if matches!(run.end, Some(Err(_))) {
            let mut waiting = run.queue.rest();
            if let Some(ordered) = &run.ordered {
                waiting.extend(ordered.waiting());
            }
            run.results.pending(&run.names, waiting);
        }
        run.results.finish(&run.names);
    }
    go_on(turn, id);
}

fn close<S: EventSink>(turn: &mut Turn<'_, S>, id: FrameId) {
    let activity = std::mem::replace(&mut turn.frame(id).activity, Activity::Arriving);
    let Activity::Mapping(run) = activity else {
        return;
    };
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
fn fail<S: EventSink>(turn: &mut Turn<'_, S>, id: FrameId, problem: Problem) {
    let (failure, is_fatal) = match problem {
        Problem::Failed(failure) => (failure, false),
        Problem::Fatal(failure) => (failure, true),
        // An event of its own tells of these, and the second has to become a fact first.
        Problem::Query(_) | Problem::Exceeded(_) => return failure::fail(turn, id, problem),
    };
    let activity = std::mem::replace(&mut turn.frame(id).activity, Activity::Arriving);
    if let Activity::Mapping(run) = activity {
        give_up(turn, *run);
    }
    tell_failed(turn, id, &failure);
    if is_fatal {
        return failure::fail(turn, id, Problem::Fatal(failure));
    }
    failure::fail_map_run(turn, id, failure);
}

fn tell_failed<S: EventSink>(turn: &mut Turn<'_, S>, id: FrameId, failure: &PartialFailure) {
    turn.tell_in(
        id,
        Detail::MapRunFailed {
            error: failure.error.as_deref(),
            cause: failure.cause.as_deref(),
        },
    );
}

/// Drops a map run: what it waits for, and its iterations.
pub(crate) fn give_up<S: EventSink>(turn: &mut Turn<'_, S>, mut run: MapRun) {
    let actions = [run.queue.stop_reading(), run.results.stop_writing()];
    for action in actions.into_iter().flatten() {
        turn.cancel(action);
    }
    for (_, (child, _)) in run.running {
        abort(turn, child);
    }
}

/// Gives up an iteration; it tells nobody.
fn abort<S: EventSink>(turn: &mut Turn<'_, S>, child: FrameId) -> Option<Frame> {
    let hidden = std::mem::replace(&mut turn.hidden, true);
    turn.run.frames.get(child)?;
    crate::join::disband(turn, child);
    let frame = turn.run.frames.remove(child);
    turn.hidden = hidden;
    frame
}

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
    run.running.remove(&index);
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
    run.tolerance.failed(items);
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

fn exceeded() -> PartialFailure {
    PartialFailure {
        error: Some(EXCEEDED.to_owned()),
        cause: Some("The specified tolerated failure threshold was exceeded".to_owned()),
    }
}

/// The iteration that a frame is part of, with its map run's frame and its place; none outside of
/// map runs.
pub(crate) fn iteration_of<S: EventSink>(
    turn: &Turn<'_, S>,
    id: FrameId,
) -> Option<(FrameId, u32, FrameId)> {
    let mut child = id;
    while let Some((parent, index)) = turn.run.frames[child].parent {
        if matches!(turn.run.frames[parent].activity, Activity::Mapping(_)) {
            return Some((parent, index, child));
        }
        child = parent;
    }
    None
}

/// Items came.
pub(crate) fn read<S: EventSink>(turn: &mut Turn<'_, S>, id: FrameId, items: &Json, is_last: bool) {
    let Some(run) = run_of(turn, id) else {
        return;
    };
    if !items.value().is_array() {
        let failure = PartialFailure {
            error: Some(crate::reader::ITEM_READER_FAILED.to_owned()),
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
        error: Some(crate::reader::ITEM_READER_FAILED.to_owned()),
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
pub(crate) fn write_failed<S: EventSink>(turn: &mut Turn<'_, S>, id: FrameId, failure: &Failure) {
    let problem = PartialFailure {
        error: Some(WRITER_FAILED.to_owned()),
        cause: failure.cause.clone(),
    };
    fail(turn, id, problem.into());
}

impl Stored {
    /// The state's result where results are stored.
    fn result(&self, names: &Names) -> Json {
        let details: Value = json!({ "Bucket": self.bucket, "Key": self.manifest_key(names) });
        json!({ "MapRunArn": &*names.arn, "ResultWriterDetails": details }).into()
    }
}

/// The number of what is being waited for.
type Pending = Option<ActionId>;
