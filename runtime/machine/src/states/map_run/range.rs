//! A range of a map run: an execution that runs the items of one page, as its parent would.
//!
//! Its root frame stands in the parent's `Map` from the first. What the parent worked out of the
//! `Map`'s fields is its input; its output is what it reports. It tells no events.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;
use steploom_asl::model::{Distributed, Kind, StateIx, Transformation};
use steploom_types::{Digest, Json, Timestamp};

use super::end::finish;
use super::items::{Batching, Queue};
use super::results::Results;
use super::tolerance::Tolerance;
use super::{Counts, MapRun, Names, run_of};
use crate::failure::{Problem, QueryFailure};
use crate::frame::{Activity, Frame, FrameId};
use crate::retry::{RUNTIME, Retries};
use crate::snapshot;
use crate::turn::Turn;
use crate::variables::Variables;
use crate::{EventSink, Outcome, PartialFailure, Places, Range, ReadFrom, Started};

/// What all ranges of a map run have in common: their input.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Common {
    /// The `Map`'s name.
    pub(super) state: String,
    pub(super) entered_at: i64,
    pub(super) entered_event: u64,
    /// From which the iterations' names are derived.
    pub(super) seed: u64,
    pub(super) id: String,
    pub(super) arn: String,
    pub(super) machine: String,
    pub(super) is_express: bool,
    /// How often the map run went on after its end.
    #[serde(default)]
    pub(super) redrives: u32,
    /// What `$$.Map.Item.Source` says.
    pub(super) source: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) batching: Option<CommonBatching>,
    pub(super) keeps: Keeps,
    /// What an `ItemSelector` reads, where there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) given: Option<CommonGiven>,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct CommonBatching {
    pub(super) items_max: u64,
    pub(super) bytes_max: usize,
    pub(super) input: Option<Json>,
}

#[derive(Debug, Serialize, Deserialize)]
pub(super) struct CommonGiven {
    /// The state's input, before and after `InputPath`.
    pub(super) raw: Json,
    pub(super) input: Json,
    pub(super) context: Json,
    pub(super) variables: BTreeMap<String, Json>,
}

/// What becomes of results.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Keeps {
    Nothing,
    Inside,
    Stored,
}

/// A range's output.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Report {
    pub(super) counts: Counts,
    /// Where results become the state's: what iterations gave, each with the place of its first item.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) results: Vec<(u64, Value)>,
    /// Where they go to files: parts of these, by how iterations ended.
    #[serde(default)]
    pub(super) parts: [Vec<Part>; 3],
    /// Items that did not end well, or were not started.
    #[serde(default, skip_serializing_if = "Places::is_empty")]
    pub(super) undone: Places,
    /// Why it could not go on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) problem: Option<ReportedProblem>,
}

/// A part of a file of results, among the parent's objects.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Part {
    pub(super) digest: Digest,
    pub(super) bytes: usize,
    /// Results in it.
    pub(super) count: u64,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct ReportedProblem {
    kind: ProblemKind,
    error: Option<String>,
    cause: Option<String>,
    location: Option<String>,
}

#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
enum ProblemKind {
    Failed,
    Query,
    Fatal,
}

impl ReportedProblem {
    fn of(problem: Problem) -> Self {
        let (kind, failure, location) = match problem {
            Problem::Failed(failure) => (ProblemKind::Failed, failure, None),
            Problem::Fatal(failure) => (ProblemKind::Fatal, failure, None),
            Problem::Query(query) | Problem::Exceeded(query) => {
                (ProblemKind::Query, query.failure, query.location)
            }
        };
        Self {
            kind,
            error: failure.error,
            cause: failure.cause,
            location,
        }
    }

    pub(super) fn into_problem(self) -> Problem {
        let failure = PartialFailure {
            error: self.error,
            cause: self.cause,
        };
        match self.kind {
            ProblemKind::Failed => Problem::Failed(failure),
            ProblemKind::Fatal => Problem::Fatal(failure),
            ProblemKind::Query => Problem::Query(QueryFailure {
                failure,
                location: self.location,
            }),
        }
    }
}

fn common(started: &Started) -> Option<Common> {
    started.range.as_ref()?;
    serde_json::from_value(started.input.value().clone()).ok()
}

/// The context object of a range's parent, where the range needs it.
pub(crate) fn base(started: &Started) -> Option<Value> {
    Some(common(started)?.given?.context.into_value())
}

/// Begins a range.
pub(crate) fn begin<S: EventSink>(turn: &mut Turn<'_, S>, range: &Range) {
    let found =
        common(turn.started).and_then(|common| Some((map_named(turn, &common.state)?, common)));
    let Some((state, common)) = found else {
        let failure = PartialFailure {
            error: Some(RUNTIME.to_owned()),
            cause: Some("What a range was given is not for its definition.".to_owned()),
        };
        return turn.end(Outcome::Failed(failure));
    };
    let given = common.given.as_ref();
    let raw = given.map_or_else(Json::null, |given| given.raw.clone());
    let mut frame = Frame::new(None, state, raw, common.entered_event);
    frame.entered_at = Timestamp::from_millis(common.entered_at);
    frame.entered_event = common.entered_event;
    frame.retries = Retries::default();
    if let Some(given) = given {
        frame.variables = Variables::of(given.variables.clone());
    }
    turn.run.base = base(turn.started);
    let run = run_of_common(turn, state, common, range);
    frame.activity = Activity::Mapping(Box::new(run));
    let id = turn.run.frames.insert(frame);
    turn.run.map_runs.opened(range.map_run, id);
    super::go_on(turn, id);
}

fn map_named<S: EventSink>(turn: &Turn<'_, S>, name: &str) -> Option<StateIx> {
    let mut states = turn.machine.states.iter();
    let place = states.position(|state| &*state.name == name)?;
    distributed(&turn.machine.states[place].kind)?;
    u32::try_from(place).ok().map(StateIx)
}

fn distributed(kind: &Kind) -> Option<&Distributed> {
    match kind {
        Kind::Map(map) => map.distributed.as_ref(),
        _ => None,
    }
}

fn run_of_common<S: EventSink>(
    turn: &Turn<'_, S>,
    state: StateIx,
    common: Common,
    range: &Range,
) -> MapRun {
    let state = turn.machine.state(state);
    let writer = distributed(&state.kind).and_then(|distributed| distributed.writer.as_ref());
    let transformation = writer.map_or(Transformation::Compact, |writer| writer.transformation);
    let started = turn.run.started.clone();
    let started = started.unwrap_or_else(|| std::sync::Arc::new(turn.started.clone()));
    let results = match common.keeps {
        Keeps::Stored => {
            let is_lines = writer.is_some_and(|writer| writer.is_lines);
            Results::in_parts(started, transformation, is_lines, range.parent)
        }
        keeps => Results::inside(started, transformation, keeps == Keeps::Inside),
    };
    let batching = common.batching.map(|batching| {
        let CommonBatching {
            items_max,
            bytes_max,
            input,
        } = batching;
        Batching::new(items_max, bytes_max, input)
    });
    let page = ReadFrom::Page {
        owner: range.parent,
        digest: range.page,
    };
    let names = Names {
        seed: common.seed,
        id: common.id.into(),
        arn: common.arn.into(),
        machine: common.machine.into(),
        is_express: common.is_express,
    };
    let input = common
        .given
        .map_or_else(Json::null, |given| given.input.clone());
    let queue = Queue::of_page(page, range, common.source.into(), batching);
    let mut run = MapRun::new(
        range.map_run,
        state.name.clone(),
        turn.at,
        names,
        input,
        queue,
    );
    // Only the parent knows what is tolerated.
    run.tolerance = Tolerance::new(Some(u64::MAX), None);
    run.results = results;
    run.window = range.window;
    run.redrives.count = common.redrives;
    run
}

/// Whether a frame is the one in which a range stands.
pub(crate) fn is_root<S: EventSink>(turn: &Turn<'_, S>, id: FrameId) -> bool {
    turn.started.range.is_some() && turn.run.frames[id].parent.is_none()
}

/// Somebody wants it to end: it reports what it has. One whose items have not come yet waits for
/// them, so that they can be listed as not started.
pub(crate) fn stop<S: EventSink>(turn: &mut Turn<'_, S>) {
    let number = turn.started.range.as_ref().map(|range| range.map_run);
    let Some(id) = number.and_then(|number| turn.run.map_runs.frame(number)) else {
        return turn.end(Outcome::Aborted(PartialFailure::default()));
    };
    if let Some(run) = run_of(turn, id)
        && run.end.is_none()
    {
        run.is_stopping = true;
    }
    super::go_on(turn, id);
}

/// It cannot go on; the parent's map run fails with that.
pub(crate) fn failed<S: EventSink>(turn: &mut Turn<'_, S>, id: FrameId, problem: Problem) {
    let Some(run) = run_of(turn, id) else {
        return;
    };
    run.problem
        .get_or_insert_with(|| ReportedProblem::of(problem));
    if run.end.is_none() {
        finish(turn, id, Err(PartialFailure::default()));
    }
}

/// What came of it cannot be kept: all of it is to be done again.
pub(super) fn lost<S: EventSink>(turn: &mut Turn<'_, S>, problem: Problem) {
    let only = turn.started.range.as_ref().map(|range| range.places());
    let report = Report {
        undone: only.unwrap_or_default(),
        problem: Some(ReportedProblem::of(problem)),
        ..Report::default()
    };
    end(turn, &report);
}

/// Ends it with its report.
pub(super) fn close<S: EventSink>(turn: &mut Turn<'_, S>, id: FrameId) {
    let activity = std::mem::replace(&mut turn.frame(id).activity, Activity::Arriving);
    let Activity::Mapping(mut run) = activity else {
        return;
    };
    let ended = match &run.end {
        Some(Err(failure)) if !run.is_stopping => Some(Problem::Failed(failure.clone())),
        _ => None,
    };
    let problem = run.problem.take();
    let problem = problem.or_else(|| ended.map(ReportedProblem::of));
    let (results, parts) = std::mem::take(&mut run.results).into_report();
    let report = Report {
        counts: run.counts,
        results,
        parts,
        undone: std::mem::take(&mut run.undone),
        problem,
    };
    end(turn, &report);
}

fn end<S: EventSink>(turn: &mut Turn<'_, S>, report: &Report) {
    let report = serde_json::to_value(report).unwrap_or_default();
    turn.end(Outcome::Succeeded(report.into()));
}

snapshot::fields!(Part {
    digest,
    bytes,
    count,
});
snapshot::fields!(Range {
    parent,
    map_run,
    action,
    offset,
    count,
    page,
    window,
    only,
});
snapshot::fields!(ReportedProblem {
    kind,
    error,
    cause,
    location,
});
snapshot::variants!(ProblemKind {
    0 => Failed,
    1 => Query,
    2 => Fatal,
});

impl Range {
    /// How many items it runs.
    pub(super) fn items(&self) -> u64 {
        let only = self.only.as_ref();
        only.map_or(self.count.into(), |only| only.iter().count() as u64)
    }

    /// The places in the page of the items that it runs.
    pub(super) fn places(&self) -> Places {
        let all = || {
            let mut all = Places::default();
            all.insert(0, self.count.into());
            all
        };
        self.only.clone().unwrap_or_else(all)
    }
}
