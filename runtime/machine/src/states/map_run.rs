//! A distributed `Map`: a map run, whose iterations are executions of their own.
//!
//! Items come page by page and become iterations as there is room, so memory grows with a page and
//! what is in flight. The iterations' history is theirs: the parent tells of the map run alone. A
//! failed iteration is counted; the run fails when more have failed than are tolerated.
//!
//! `open.rs` works out the fields; `items.rs` has what is yet to be started, `results.rs` and
//! `files.rs` what comes of it, `tolerance.rs` how much may fail, `child.rs` what an iteration is.
//! `answers.rs` is what it hears of, `end.rs` how it ends, `rest.rs` how it goes on after that, `counts.rs`
//! how far it is.
//!
//! A map run of many items is spread over *ranges*, executions that each run the items of a page:
//! `ranges.rs` is the parent's side of them, `range.rs` their own.

mod answers;
pub(crate) mod child;
mod counts;
mod end;
mod files;
mod items;
mod open;
mod ordered;
pub(crate) mod range;
pub(crate) mod ranges;
mod rest;
mod results;
mod tolerance;

use std::collections::BTreeMap;
use std::sync::Arc;

use steploom_asl::model::{Kind, Map};
use steploom_types::{Json, Timestamp};

use crate::frame::{Activity, Frame, FrameId, Frames};
use crate::turn::Turn;
use crate::{ActionId, EventSink, PartialFailure, Places, Redrives, snapshot};

pub(crate) use answers::{child_failed, child_succeeded, read, read_failed, write_failed, written};
pub(crate) use counts::MapRuns;
pub use counts::{Counts, MapRunStatus, MapRunView};
pub(crate) use items::item;
pub(crate) use open::{tolerated, work};
pub(crate) use rest::{again, rest};

use child::Child;
use end::{close, exceeded, fail, finish};
use items::{Next, Queue};
use ordered::Ordered;
use range::ReportedProblem;
use ranges::Ranges;
use results::Results;
use tolerance::Tolerance;

/// The error of a map run in which too much failed.
const EXCEEDED: &str = "States.ExceedToleratedFailureThreshold";
/// The error of results that could not be written.
const WRITER_FAILED: &str = "States.ResultWriterFailed";
/// The error of a map run that was stopped by itself.
const STOPPED: &str = "States.MapRunStopped";

/// A map run.
#[derive(Debug)]
pub(crate) struct MapRun {
    /// Its number within the execution: that of an action of its own.
    number: u64,
    /// The `Map`'s name.
    state: Arc<str>,
    started_at: Timestamp,
    names: Names,
    /// The state's input after `InputPath`.
    input: Json,
    queue: Queue,
    tolerance: Tolerance,
    results: Results,
    /// Iterations in flight at the most.
    window: u32,
    /// The newest change's version.
    version: u64,
    /// Iterations in flight by the place of their first item, each with the number of its items.
    running: BTreeMap<u32, (FrameId, u64)>,
    /// Whether the frame is in the queue to start another iteration.
    queued: bool,
    /// What comes after what, where items do not just start one after the other.
    ordered: Option<Box<Ordered>>,
    /// The ranges that its items are spread over, if they are.
    ranges: Option<Box<Ranges>>,
    /// What became of items, but for those of ranges that run.
    counts: Counts,
    /// Of a range: whether it is to end as soon as its items are known.
    is_stopping: bool,
    /// How it ends, once no more is started: results may be left to be written.
    end: Option<Result<(), PartialFailure>>,
    /// Of a range: why it ends, where that is not the fate of items.
    problem: Option<ReportedProblem>,
    /// Items that did not end well, or were not started, but for those of ranges.
    undone: Places,
    /// Whether it has ended without ending well: nothing of it runs, and it is kept to be gone on
    /// with if the execution is redriven.
    rests: bool,
    /// How often that was, and when last.
    redrives: Redrives,
    /// Items that had ended well then.
    kept: u64,
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
    /// One of which nothing has been started, with one iteration in flight and no results.
    fn new(
        number: u64,
        state: Arc<str>,
        started_at: Timestamp,
        names: Names,
        input: Json,
        queue: Queue,
    ) -> Self {
        Self {
            number,
            state,
            started_at,
            names,
            input,
            queue,
            tolerance: Tolerance::default(),
            results: Results::default(),
            window: 1,
            version: 0,
            running: BTreeMap::new(),
            queued: false,
            ordered: None,
            ranges: None,
            counts: Counts::default(),
            is_stopping: false,
            end: None,
            problem: None,
            undone: Places::default(),
            rests: false,
            redrives: Redrives::default(),
            kept: 0,
        }
    }

    fn has_room(&self) -> bool {
        self.end.is_none()
            && self.ranges.is_none()
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

    /// Whether its iterations are among the frames.
    pub(crate) fn is_sound(&self, frames: &Frames) -> bool {
        let mut running = self.running.values();
        running.all(|(child, _)| frames.get(*child).is_some())
    }

    /// Whether all items have been started.
    fn is_over(&self) -> bool {
        let ranges = self.ranges.as_ref();
        match &self.ordered {
            Some(ordered) => ordered.is_done(),
            None => self.queue.is_empty() && ranges.is_none_or(|ranges| !ranges.has_left()),
        }
    }

    /// Whether nothing is in flight.
    fn is_idle(&self) -> bool {
        let ranges = self.ranges.as_ref();
        self.running.is_empty() && ranges.is_none_or(|ranges| ranges.is_empty())
    }
}

/// The map run of a frame, unless it rests.
fn run_of<'a, S>(turn: &'a mut Turn<'_, S>, id: FrameId) -> Option<&'a mut MapRun> {
    match &mut turn.run.frames[id].activity {
        Activity::Mapping(run) if !run.rests => Some(run),
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
        Ok(Next::Iteration {
            input,
            index,
            items,
        }) => start(turn, id, index, input, items),
        Ok(Next::TooMuch) => return finish(turn, id, Err(exceeded())),
        Ok(Next::Nothing) => {}
        Err(problem) => return fail(turn, id, problem),
    }
    go_on(turn, id);
}

/// Starts an iteration; `index` is the place of its first item.
fn start<S: EventSink>(turn: &mut Turn<'_, S>, id: FrameId, index: u32, input: Json, items: u64) {
    let start = turn.machine.scope(map_of(turn, id).processor).start;
    let at = turn.at;
    let Some(run) = run_of(turn, id) else {
        return;
    };
    let place = run.queue.first() + u64::from(index);
    let redrives = run.redrives.count;
    let child = Child::new(&run.names, place, input.clone(), at, redrives);
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
    ranges::start_left(turn, id);
    items::read_on(turn, id);
    results::write_on(turn, id);
    let Some(run) = run_of(turn, id) else {
        return;
    };
    if run.is_stopping && run.end.is_none() && !run.queue.is_reading() {
        return finish(turn, id, Err(PartialFailure::default()));
    }
    if run.has_room() && !run.queued {
        run.queued = true;
        turn.run.ready.push_back(id);
        return;
    }
    if run.end.is_none() && run.is_over() && run.is_idle() && !run.queue.is_reading() {
        let is_exceeded = run.tolerance.is_exceeded(Some(run.queue.taken()));
        let end = if is_exceeded { Err(exceeded()) } else { Ok(()) };
        return finish(turn, id, end);
    }
    if run.end.is_some() && run.is_idle() && !run.results.is_writing() {
        close(turn, id);
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

/// The number of what is being waited for.
type Pending = Option<ActionId>;

snapshot::fields!(MapRun {
    number,
    state,
    started_at,
    names,
    input,
    queue,
    tolerance,
    results,
    window,
    version,
    running,
    queued,
    ordered,
    ranges,
    counts,
    is_stopping,
    end,
    problem,
    undone,
    rests,
    redrives,
    kept,
});
snapshot::fields!(Names {
    seed,
    id,
    arn,
    machine,
    is_express,
});
