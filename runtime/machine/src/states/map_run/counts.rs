//! How far a map run is: what became of its items, and what an execution remembers of map runs that
//! have ended.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use steploom_types::{ExecutionId, Timestamp, limits};

use super::{MapRun, Ranges};
use crate::frame::{Activity, FrameId};
use crate::{PartialFailure, Redrives, Run, snapshot};

/// What became of items. All of a batch have their iteration's fate.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Counts {
    /// Those that ended well.
    pub succeeded: u64,
    /// Those that failed, but for those that timed out.
    pub failed: u64,
    /// Those that failed with `States.Timeout`.
    pub timed_out: u64,
    /// Those given up as the map run ended.
    pub aborted: u64,
    /// Those that were at hand, and not started, as the map run ended.
    pub pending: u64,
}

impl Counts {
    /// An iteration with so many items failed.
    pub(super) fn failed(&mut self, items: u64, failure: &PartialFailure) {
        if failure.error.as_deref() == Some(crate::retry::TIMEOUT) {
            self.timed_out += items;
        } else {
            self.failed += items;
        }
    }

    /// Items that count for what is tolerated.
    pub fn failures(&self) -> u64 {
        self.failed + self.timed_out
    }

    /// Items that are over.
    pub fn ended(&self) -> u64 {
        self.succeeded + self.failures() + self.aborted
    }

    pub(super) fn add(&mut self, other: Self) {
        self.succeeded += other.succeeded;
        self.failed += other.failed;
        self.timed_out += other.timed_out;
        self.aborted += other.aborted;
        self.pending += other.pending;
    }
}

/// How a map run stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum MapRunStatus {
    /// It goes on.
    Running,
    /// It ended well.
    Succeeded,
    /// It failed: more failed than is tolerated, or items cannot be read, or results not written.
    Failed,
    /// It was given up with what is around it, or stopped.
    Aborted,
}

/// A map run, as it stands.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct MapRunView {
    /// Its number within the execution.
    pub number: u64,
    /// The `Map`'s name.
    pub state: String,
    /// Its ARN.
    pub arn: String,
    /// How it stands.
    pub status: MapRunStatus,
    /// When it began.
    pub started_at: Timestamp,
    /// When it ended.
    pub ended_at: Option<Timestamp>,
    /// Items that are known of: all, once `is_total`.
    pub items: u64,
    /// Whether no more items are to be read.
    pub is_total: bool,
    /// Items in iterations that run; of those in ranges only what `ranges` say.
    pub running: u64,
    /// What became of items; of those in ranges that run only what the ranges say.
    pub counts: Counts,
    /// Iterations whose results are in files.
    pub results_written: u64,
    /// `MaxConcurrency`.
    pub window: u32,
    /// `ToleratedFailureCount`.
    pub tolerated_count: Option<u64>,
    /// `ToleratedFailurePercentage`.
    pub tolerated_percentage: Option<f64>,
    /// The newest change's version.
    pub version: u64,
    /// Items that ranges that run have said failed; `counts` are without them.
    pub reported: u64,
    /// The ranges that run.
    pub ranges: Vec<ExecutionId>,
    /// How often it went on after its end, and when last.
    pub redrives: Redrives,
    /// Items that had ended well then.
    pub kept: u64,
}

/// The map runs of an execution, by their numbers.
#[derive(Debug, Default)]
pub(crate) struct MapRuns {
    open: BTreeMap<u64, FrameId>,
    ended: BTreeMap<u64, MapRunView>,
}

impl MapRuns {
    pub(crate) fn opened(&mut self, number: u64, frame: FrameId) {
        self.ended.remove(&number);
        self.open.insert(number, frame);
    }

    /// The frame of one that runs.
    pub(crate) fn frame(&self, number: u64) -> Option<FrameId> {
        self.open.get(&number).copied()
    }

    /// The frames of those that run.
    pub(crate) fn frames(&self) -> Vec<FrameId> {
        self.open.values().copied().collect()
    }

    fn ended(&mut self, view: MapRunView) {
        self.open.remove(&view.number);
        self.ended.insert(view.number, view);
        if self.ended.len() > limits::map_run::REMEMBERED_MAX {
            self.ended.pop_first();
        }
    }
}

impl MapRun {
    /// It ended, and leaves the execution.
    pub(super) fn leave(&self, runs: &mut MapRuns, at: Timestamp, status: MapRunStatus) {
        let mut view = self.view();
        view.counts.failed += std::mem::take(&mut view.reported);
        let left = view.items.saturating_sub(view.counts.ended());
        if status != MapRunStatus::Succeeded {
            // What ran in ranges that were given up with their parent is not known one by one.
            let aborted = view.running + self.ranges.as_ref().map_or(0, |all| all.unknown());
            view.counts.aborted += aborted.min(left);
        }
        view.counts.pending = view.items.saturating_sub(view.counts.ended());
        view.running = 0;
        view.status = status;
        view.ended_at = Some(at);
        view.ranges.clear();
        runs.ended(view);
    }

    fn view(&self) -> MapRunView {
        let ranges = self.ranges.as_deref();
        MapRunView {
            number: self.number,
            state: self.state.to_string(),
            arn: self.names.arn.to_string(),
            status: MapRunStatus::Running,
            started_at: self.started_at,
            ended_at: None,
            items: self.queue.known(),
            is_total: self.queue.total().is_some(),
            running: self.running.values().map(|(_, items)| items).sum(),
            counts: self.counts,
            results_written: self.results.written_count(),
            window: self.window,
            tolerated_count: self.tolerance.count,
            tolerated_percentage: self.tolerance.percentage,
            version: self.version,
            reported: ranges.map_or(0, Ranges::reported),
            ranges: ranges.map_or_else(Vec::new, Ranges::ids),
            redrives: self.redrives,
            kept: self.kept,
        }
    }
}

impl Run {
    /// The map runs of the execution: those that run, and the last that ended, by number.
    pub fn map_runs(&self) -> Vec<MapRunView> {
        let open = self.map_runs.open.values().filter_map(|id| {
            let frame = self.frames.get(*id)?;
            match &frame.activity {
                Activity::Mapping(run) => Some(run.view()),
                _ => None,
            }
        });
        let mut all: Vec<MapRunView> = self.map_runs.ended.values().cloned().chain(open).collect();
        all.sort_by_key(|view| view.number);
        all
    }

    /// How far a range is, and how many of its items are in iterations that run; none of what is no
    /// range, and of one that has ended, whose output says it.
    pub fn range_counts(&self) -> Option<(Counts, u64)> {
        let range = self.started.as_ref()?.range.as_ref()?;
        let frame = self.map_runs.frame(range.map_run)?;
        match &self.frames.get(frame)?.activity {
            Activity::Mapping(run) => {
                let running = run.running.values().map(|(_, items)| items).sum();
                Some((run.counts, running))
            }
            _ => None,
        }
    }
}

snapshot::fields!(Counts {
    succeeded,
    failed,
    timed_out,
    aborted,
    pending,
});
snapshot::variants!(MapRunStatus {
    0 => Running,
    1 => Succeeded,
    2 => Failed,
    3 => Aborted,
});
snapshot::fields!(MapRunView {
    number,
    state,
    arn,
    status,
    started_at,
    ended_at,
    items,
    is_total,
    running,
    counts,
    results_written,
    window,
    tolerated_count,
    tolerated_percentage,
    version,
    reported,
    ranges,
    redrives,
    kept,
});
snapshot::fields!(MapRuns { open, ended });
