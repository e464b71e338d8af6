//! The parent's side of ranges: pages become executions over all shards, which report at their end.
//!
//! Of a range that has ended nothing is left but its counts and where its results are. The
//! iterations that may be in flight are shared out among the ranges that are: evenly while more
//! pages come, and over again as ranges end once the last page has been read.

use std::collections::{BTreeMap, VecDeque};

use steploom_types::{Digest, ExecutionId, Json, Slot, Timestamp, limits};

use super::end::{exceeded, fail, finish};
use super::items;
use super::range::{Common, CommonBatching, CommonGiven, Report};
use super::{Counts, MapRun, go_on, map_of, run_of};
use crate::frame::FrameId;
use crate::reader::ITEM_READER_FAILED;
use crate::snapshot;
use crate::turn::{Turn, over_limit};
use crate::waits::Wait;
use crate::{
    Action, ActionId, EventSink, Failure, MapRunChange, NewVersion, PartialFailure, Places, Range,
    StartRange, chance,
};

/// The golden ratio's part of all slots: ranges that follow each other lie far apart, and all of them evenly.
const SLOT_STEP: u64 = 40_503;

/// The ranges of a map run.
#[derive(Debug)]
pub(super) struct Ranges {
    /// What they have in common.
    common: Json,
    running: BTreeMap<ActionId, Running>,
    /// How many were started.
    count: u64,
    /// What ranges that have ended left undone.
    undone: Vec<Part>,
    /// What is left to be done of that, since the map run goes on after its end.
    left: VecDeque<Part>,
    /// Ranges that were given up before they reported.
    orphans: Vec<StartRange>,
}

/// Items of a page.
#[derive(Debug)]
struct Part {
    offset: u64,
    count: u32,
    page: Digest,
    /// Their places in the page, if they are not all of it.
    only: Option<Places>,
}

impl Part {
    fn of(range: &Range, undone: Places) -> Self {
        Self {
            offset: range.offset,
            count: range.count,
            page: range.page,
            only: Some(undone),
        }
    }
}

/// A range in flight.
#[derive(Debug)]
struct Running {
    id: ExecutionId,
    items: u64,
    /// What it has been told that it may have in flight.
    window: u32,
    /// Items that it said failed.
    failed: u64,
    /// Whether only its report is wanted, of the time before the map run went on after its end.
    is_orphan: bool,
}

impl Ranges {
    pub(super) fn is_empty(&self) -> bool {
        self.running.is_empty()
    }

    /// Whether something of before is left to be done.
    pub(super) fn has_left(&self) -> bool {
        !self.left.is_empty()
    }

    /// A range was given up before it reported.
    pub(super) fn orphaned(&mut self, range: StartRange) {
        self.orphans.push(range);
    }

    /// Items in them whose fate is not known.
    pub(super) fn unknown(&self) -> u64 {
        let unknown = |range: &Running| range.items.saturating_sub(range.failed);
        self.running.values().map(unknown).sum()
    }

    /// Items that those in flight said failed.
    pub(super) fn reported(&self) -> u64 {
        self.running.values().map(|range| range.failed).sum()
    }

    pub(super) fn ids(&self) -> Vec<ExecutionId> {
        self.running.values().map(|range| range.id).collect()
    }

    /// Those in flight, for them to be given up.
    pub(super) fn take(&mut self) -> Vec<ActionId> {
        self.undone.extend(self.left.drain(..));
        std::mem::take(&mut self.running).into_keys().collect()
    }
}

/// Ranges that a map run with this window may have in flight: two if it can be, so that one begins
/// before the other has ended.
fn lanes(window: u32) -> u32 {
    let least = window.clamp(1, 2);
    (window / limits::map_run::RANGE_WINDOW).clamp(least, limits::map_run::RANGES_MAX)
}

impl MapRun {
    /// Whether another page can be handed out.
    pub(super) fn has_lane(&self) -> bool {
        let most = lanes(self.window) as usize;
        self.ranges
            .as_ref()
            .is_none_or(|ranges| ranges.running.len() < most)
    }

    /// What each range in flight may have in flight, in their order.
    fn shares(&self) -> Vec<u32> {
        let ranges = self.ranges.as_ref();
        let running = ranges.map_or(0, |all| all.running.len()) as u32;
        let left = ranges.map_or(0, |all| all.left.len()) as u32;
        let among = if self.queue.total().is_some() {
            (running + left).min(lanes(self.window)).max(running).max(1)
        } else {
            running.max(lanes(self.window))
        };
        let (each, rest) = (self.window / among, self.window % among);
        let is_one_more = |place| each == 0 && place < rest;
        (0..running)
            .map(|place| each + u32::from(is_one_more(place)))
            .collect()
    }
}

/// A page came: it becomes a range.
pub(crate) fn page_read<S: EventSink>(turn: &mut Turn<'_, S>, id: FrameId, page: Page) {
    let Some(run) = run_of(turn, id) else {
        return;
    };
    run.queue.page_read(page.count, page.etag, page.is_last);
    let is_exceeded = run.tolerance.is_exceeded(run.queue.total());
    if page.count > 0 {
        let part = Part {
            offset: page.offset,
            count: page.count,
            page: page.digest,
            only: None,
        };
        let ranges = ranges_of(turn, id);
        match ranges.filter(|_| is_exceeded) {
            Some(ranges) => ranges.undone.push(part),
            None => start(turn, id, part),
        }
    }
    if is_exceeded {
        return finish(turn, id, Err(exceeded()));
    }
    share_out(turn, id);
    go_on(turn, id);
}

/// The ranges of a map run, which are none so far if nobody asked before.
fn ranges_of<'a, S: EventSink>(turn: &'a mut Turn<'_, S>, id: FrameId) -> Option<&'a mut Ranges> {
    if run_of(turn, id)?.ranges.is_none() {
        let common = common(turn, id);
        run_of(turn, id)?.ranges = Some(Box::new(Ranges {
            common,
            running: BTreeMap::new(),
            count: 0,
            undone: Vec::new(),
            left: VecDeque::new(),
            orphans: Vec::new(),
        }));
    }
    run_of(turn, id)?.ranges.as_deref_mut()
}

/// Starts ranges of what is left, as long as they may be in flight.
pub(super) fn start_left<S: EventSink>(turn: &mut Turn<'_, S>, id: FrameId) {
    let mut has_started = false;
    while let Some(run) = run_of(turn, id)
        && run.end.is_none()
        && run.has_lane()
        && let Some(part) = run
            .ranges
            .as_deref_mut()
            .and_then(|all| all.left.pop_front())
    {
        start(turn, id, part);
        has_started = true;
    }
    if has_started {
        share_out(turn, id);
    }
}

/// Goes on after the map run's end: with what was undone, and once they have reported with what ranges
/// left undone that were given up.
pub(super) fn again<S: EventSink>(turn: &mut Turn<'_, S>, id: FrameId) {
    if run_of(turn, id).is_none_or(|run| run.ranges.is_none()) {
        return;
    }
    let common = common(turn, id);
    let ranges = run_of(turn, id).and_then(|run| run.ranges.as_deref_mut());
    let Some(ranges) = ranges else {
        return;
    };
    ranges.common = common;
    let undone = std::mem::take(&mut ranges.undone);
    ranges.left.extend(undone);
    for mut range in std::mem::take(&mut ranges.orphans) {
        let action = turn.next_action();
        range.action = action;
        range.is_stopped = true;
        let running = Running {
            id: range.id,
            items: range.range.items(),
            window: 0,
            failed: 0,
            is_orphan: true,
        };
        if let Some(all) = run_of(turn, id).and_then(|run| run.ranges.as_deref_mut()) {
            all.running.insert(action, running);
        }
        turn.start_range(id, range);
    }
}

/// What a fact says of a page.
pub(crate) struct Page {
    pub(crate) etag: Option<String>,
    pub(crate) offset: u64,
    pub(crate) digest: Digest,
    pub(crate) count: u32,
    pub(crate) is_last: bool,
}

fn start<S: EventSink>(turn: &mut Turn<'_, S>, id: FrameId, part: Part) {
    let action = turn.next_action();
    let (at, parent) = (turn.at, turn.started.id);
    let seed = chance::number(!turn.started.seed, action.0);
    let state = turn.state(id).name.clone();
    let version = turn.run.version.unwrap_or(NewVersion {
        definition: turn.started.definition,
        number: turn.started.machine_version,
    });
    let Some(run) = run_of(turn, id) else {
        return;
    };
    let (map_run, base) = (run.number, run.names.seed);
    let Some(ranges) = run.ranges.as_deref_mut() else {
        return;
    };
    let number = ranges.count;
    ranges.count += 1;
    let range_id = range_id(base, number, at);
    let input = ranges.common.clone();
    let mut range = Range {
        parent,
        map_run,
        action,
        offset: part.offset,
        count: part.count,
        page: part.page,
        window: 0,
        only: part.only,
    };
    ranges.running.insert(
        action,
        Running {
            id: range_id,
            items: range.items(),
            window: 0,
            failed: 0,
            is_orphan: false,
        },
    );
    let window = run.shares().last().copied().unwrap_or(1);
    range.window = window;
    let ranges = run.ranges.as_deref_mut();
    if let Some(running) = ranges.and_then(|all| all.running.get_mut(&action)) {
        running.window = window;
    }
    turn.start_range(
        id,
        StartRange {
            action,
            id: range_id,
            seed,
            machine_version: version,
            range,
            input,
            state,
            window,
            version: 0,
            is_stopped: false,
        },
    );
}

/// The id of a range: what follows from its map run and its place, so that a repeat finds it.
fn range_id(seed: u64, number: u64, at: Timestamp) -> ExecutionId {
    let first = chance::number(seed, 0);
    let slot = Slot(first.wrapping_add(number.wrapping_mul(SLOT_STEP)) as u16);
    ExecutionId::new(slot, at, chance::number(!seed, number))
}

/// What the ranges have in common: what the `Map`'s fields came to.
fn common<S: EventSink>(turn: &mut Turn<'_, S>, id: FrameId) -> Json {
    let has_selector = map_of(turn, id).selector.is_some();
    let context = if has_selector {
        let raw = turn.run.frames[id].input.clone();
        let made = turn.eval(id, &raw, |scope| {
            Ok(steploom_expr::Env::context(scope).clone())
        });
        Json::from(made.unwrap_or_default())
    } else {
        Json::null()
    };
    let frame = &turn.run.frames[id];
    let (raw, variables) = (frame.input.clone(), frame.variables.all());
    let (entered_at, entered_event) = (frame.entered_at, frame.entered_event);
    let state = turn.state(id).name.to_string();
    let Some(run) = run_of(turn, id) else {
        return Json::null();
    };
    let common = Common {
        state,
        entered_at: entered_at.as_millis(),
        entered_event,
        seed: run.names.seed,
        id: run.names.id.to_string(),
        arn: run.names.arn.to_string(),
        machine: run.names.machine.to_string(),
        is_express: run.names.is_express,
        redrives: run.redrives.count,
        source: run.queue.source().to_owned(),
        batching: run.queue.batching().map(|batching| CommonBatching {
            items_max: batching.items_max,
            bytes_max: batching.bytes_max,
            input: batching.input.clone(),
        }),
        keeps: run.results.keeps(),
        given: has_selector.then(|| CommonGiven {
            raw,
            input: run.input.clone(),
            context,
            variables,
        }),
    };
    serde_json::to_value(&common).unwrap_or_default().into()
}

/// Tells ranges of their shares where these have changed enough to be worth it.
fn share_out<S: EventSink>(turn: &mut Turn<'_, S>, id: FrameId) {
    let mut told = Vec::new();
    if let Some(run) = run_of(turn, id) {
        let shares = run.shares();
        let running = run.ranges.iter_mut().flat_map(|all| all.running.iter_mut());
        let running = running.zip(shares);
        for ((action, range), share) in running.filter(|((_, range), _)| !range.is_orphan) {
            // Half as much again: so a range is told of it a few times, not at each other's end.
            let is_worth_it = share < range.window || share > range.window + range.window / 2;
            if is_worth_it && share != range.window {
                range.window = share;
                told.push((*action, share));
            }
        }
    }
    for (action, window) in told {
        set_window(turn, action, window);
    }
}

fn set_window<S: EventSink>(turn: &mut Turn<'_, S>, action: ActionId, window: u32) {
    let mut version = 0;
    turn.run.waits.change_range(action, |range| {
        range.version += 1;
        range.window = window;
        version = range.version;
    });
    turn.actions.push(Action::SetWindow {
        action,
        version,
        window,
    });
}

/// Keeps all ranges from beginning anything, or lets them go on.
pub(crate) fn pause_all<S: EventSink>(turn: &mut Turn<'_, S>, is_paused: bool) {
    for id in turn.run.map_runs.frames() {
        let ranges = run_of(turn, id).and_then(|run| run.ranges.as_deref());
        let windows: Vec<(ActionId, u32)> = ranges.map_or_else(Vec::new, |all| {
            let window = |(action, range): (&ActionId, &Running)| (*action, range.window);
            let running = all.running.iter();
            running
                .filter(|(_, range)| !range.is_orphan)
                .map(window)
                .collect()
        });
        for (action, window) in windows {
            set_window(turn, action, if is_paused { 0 } else { window });
        }
    }
}

/// Asks the ranges in flight to end.
pub(super) fn stop_all<S: EventSink>(turn: &mut Turn<'_, S>, id: FrameId) {
    let ranges = run_of(turn, id).and_then(|run| run.ranges.as_deref());
    let running: Vec<ActionId> =
        ranges.map_or_else(Vec::new, |all| all.running.keys().copied().collect());
    for action in running {
        turn.run
            .waits
            .change_range(action, |range| range.is_stopped = true);
        turn.actions.push(Action::StopRange { action });
    }
}

/// More items of a range have failed.
pub(crate) fn reported<S: EventSink>(turn: &mut Turn<'_, S>, action: ActionId, failed: u64) {
    let Some(Wait::Range(id, _)) = turn.run.waits.get(action) else {
        return;
    };
    let id = *id;
    turn.focus(id);
    let Some(run) = run_of(turn, id) else {
        return;
    };
    let Some(range) = run
        .ranges
        .as_deref_mut()
        .and_then(|all| all.running.get_mut(&action))
    else {
        return;
    };
    let more = failed.min(range.items).saturating_sub(range.failed);
    range.failed += more;
    run.tolerance.failed(more);
    if run.end.is_none() && run.tolerance.is_exceeded(run.queue.total()) {
        finish(turn, id, Err(exceeded()));
    }
}

/// A range has ended.
pub(crate) fn ended<S: EventSink>(
    turn: &mut Turn<'_, S>,
    id: FrameId,
    ask: &StartRange,
    output: &Json,
) {
    let report = serde_json::from_value::<Report>(output.value().clone());
    let Ok(mut report) = report else {
        let failure = Failure::new(ITEM_READER_FAILED, "A range gave no report of itself.");
        return lost(turn, id, ask, &failure);
    };
    let limit = turn.started.limits.payload_bytes_max as usize;
    let parent = turn.started.id;
    let Some(run) = run_of(turn, id) else {
        return;
    };
    let is_over = run.end.is_some();
    let Some(ranges) = run.ranges.as_deref_mut() else {
        return;
    };
    let Some(range) = ranges.running.remove(&ask.action) else {
        return;
    };
    let undone = std::mem::take(&mut report.undone);
    if range.is_orphan && !is_over {
        // What did not end well is done again.
        report.counts = Counts {
            succeeded: report.counts.succeeded,
            ..Counts::default()
        };
        let [succeeded, ..] = report.parts;
        report.parts = [succeeded, Vec::new(), Vec::new()];
        report.problem = None;
    }
    if !undone.is_empty() {
        let part = Part::of(&ask.range, undone);
        if range.is_orphan && !is_over {
            ranges.left.push_back(part);
        } else {
            ranges.undone.push(part);
        }
    }
    let failures = report.counts.failures();
    run.tolerance.failed(failures.saturating_sub(range.failed));
    run.counts.add(report.counts);
    run.results.add_range(ask.range.offset, report.results);
    run.results.add_parts(parent, report.parts);
    if is_over {
        return seal(turn, id);
    }
    if let Some(problem) = report.problem {
        return fail(turn, id, problem.into_problem());
    }
    if run.results.bytes() > limit {
        let problem = over_limit(&turn.state(id).name);
        return fail(turn, id, problem.into());
    }
    if run.tolerance.is_exceeded(run.queue.total()) {
        return finish(turn, id, Err(exceeded()));
    }
    share_out(turn, id);
    go_on(turn, id);
}

/// A range is gone: nobody knows what became of it.
pub(crate) fn lost<S: EventSink>(
    turn: &mut Turn<'_, S>,
    id: FrameId,
    ask: &StartRange,
    failure: &Failure,
) {
    let Some(run) = run_of(turn, id) else {
        return;
    };
    if let Some(ranges) = run.ranges.as_deref_mut() {
        ranges.running.remove(&ask.action);
        ranges.undone.push(Part::of(&ask.range, ask.range.places()));
    }
    if run.end.is_some() {
        return seal(turn, id);
    }
    let failure = PartialFailure {
        error: Some(failure.error.clone()),
        cause: failure.cause.clone(),
    };
    finish(turn, id, Err(failure));
}

/// The map run ends: once all ranges have reported, what they gave is written.
fn seal<S: EventSink>(turn: &mut Turn<'_, S>, id: FrameId) {
    if let Some(run) = run_of(turn, id)
        && run.ranges.as_ref().is_some_and(|all| all.is_empty())
    {
        run.results.finish(&run.names);
    }
    go_on(turn, id);
}

/// Somebody wants the map run to go on otherwise.
pub(crate) fn changed<S: EventSink>(turn: &mut Turn<'_, S>, number: u64, change: &MapRunChange) {
    let Some(id) = turn.run.map_runs.frame(number) else {
        return;
    };
    turn.focus(id);
    let Some(run) = run_of(turn, id).filter(|run| run.end.is_none()) else {
        return;
    };
    if change.version <= run.version {
        return;
    }
    run.version = change.version;
    if let Some(window) = change.window {
        run.window = window.min(limits::map_run::CONCURRENCY_MAX);
    }
    if let Some(count) = change.tolerated_count {
        run.tolerance.count = Some(count);
    }
    if let Some(percentage) = change.tolerated_percentage {
        run.tolerance.percentage = Some(percentage);
    }
    if change.is_stopped {
        return finish(turn, id, Err(stopped()));
    }
    if run.tolerance.is_exceeded(run.queue.total()) {
        return finish(turn, id, Err(exceeded()));
    }
    share_out(turn, id);
    items::read_on(turn, id);
    go_on(turn, id);
}

fn stopped() -> PartialFailure {
    PartialFailure {
        error: Some(super::STOPPED.to_owned()),
        cause: Some("The map run was stopped on request".to_owned()),
    }
}

snapshot::fields!(Ranges {
    common,
    running,
    count,
    undone,
    left,
    orphans,
});
snapshot::fields!(Part {
    offset,
    count,
    page,
    only,
});
snapshot::fields!(Running {
    id,
    items,
    window,
    failed,
    is_orphan,
});
