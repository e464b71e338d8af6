//! The whole: what a run is made of, in an order in which each part finds what it refers to.

use std::sync::Arc;

use steploom_asl::Machine;
use steploom_asl::model::Kind;

use super::{Reader, Snap, Writer, fields, variants};
use crate::context::Kept;
use crate::frame::{Activity, Frame, FrameId, Frames};
use crate::run::Keeping;
use crate::states::map_run::range;
use crate::waits::Waits;
use crate::{
    Claim, Fact, Failure, MapRunChange, NewVersion, Outcome, PartialFailure, Redriven, Redrives,
    Run, RunLimits, Started, Terms,
};

impl Run {
    pub(super) fn put(&self, out: &mut Writer) {
        let Self {
            machine: _,
            started,
            outcome,
            frames,
            ready,
            waits,
            continue_due,
            last_action,
            last_event,
            supposed,
            kept,
            foreseen,
            exceeded,
            held,
            is_paused,
            failed_at,
            redrives,
            redrive_token,
            redrive,
            version,
            supplied: _,
            map_runs,
            base: _,
            keeping,
        } = self;
        let (Some(started), Some(version)) = (started, version) else {
            return out.refuse();
        };
        // What is in memory alone is not kept.
        if supposed.is_some()
            || !exceeded.is_empty()
            || *keeping != Keeping::Facts && started.is_express
        {
            return out.refuse();
        }
        out.raw(version.definition.as_bytes());
        version.number.put(out);
        started.put(out);
        redrives.put(out);
        redrive_token.put(out);
        redrive.put(out);
        is_paused.put(out);
        held.put(out);
        outcome.put(out);
        frames.put(out);
        // Whoever is gone has nothing to do.
        let is_there = |id: &&_| frames.get(**id).is_some();
        let alive: Vec<_> = ready.iter().filter(is_there).copied().collect();
        alive.put(out);
        waits.put(out);
        continue_due.put(out);
        last_action.put(out);
        last_event.put(out);
        map_runs.put(out);
        kept.put(out);
        // Each evaluation is begun once.
        let to_come = foreseen.range(kept.evaluations.saturating_add(1)..);
        let to_come: Vec<u64> = to_come.copied().collect();
        to_come.put(out);
        failed_at.put(out);
    }

    pub(super) fn take_with(from: &mut Reader<'_>, machine: Arc<Machine>) -> Option<Self> {
        let version = NewVersion {
            definition: Snap::take(from)?,
            number: Snap::take(from)?,
        };
        let started = Arc::<Started>::take(from)?;
        let redrives = Redrives::take(from)?;
        let redrive_token = Snap::take(from)?;
        let redrive = Snap::take(from)?;
        let is_paused = Snap::take(from)?;
        let held = Snap::take(from)?;
        let outcome = Snap::take(from)?;
        let frames = Frames::take(from)?;
        if !frames
            .iter()
            .all(|frame| is_sound(&machine, &frames, frame))
        {
            return None;
        }
        let ready = Snap::take(from)?;
        let waits = Waits::take_with(from, &frames)?;
        let continue_due = Snap::take(from)?;
        let last_action = Snap::take(from)?;
        let last_event = Snap::take(from)?;
        let map_runs = Snap::take(from)?;
        let base = range::base(&started);
        let kept = Kept::take_with(from, &started, redrives, base.as_ref())?;
        let foreseen = Snap::take(from)?;
        let failed_at: Option<FrameId> = Snap::take(from)?;
        if failed_at.is_some_and(|id| frames.get(id).is_none()) {
            return None;
        }
        Some(Self {
            machine,
            started: Some(started),
            outcome,
            frames,
            ready,
            waits,
            continue_due,
            last_action,
            last_event,
            supposed: None,
            kept,
            foreseen,
            exceeded: std::collections::BTreeMap::new(),
            held,
            is_paused,
            failed_at,
            redrives,
            redrive_token,
            redrive,
            version: Some(version),
            supplied: std::collections::BTreeMap::new(),
            map_runs,
            base,
            keeping: Keeping::Facts,
        })
    }
}

/// Whether a frame can be doing what it does.
fn is_sound(machine: &Machine, frames: &Frames, frame: &Frame) -> bool {
    let kind = &machine.state(frame.state).kind;
    let is_of_parent = frame.parent.is_none_or(|(parent, _)| {
        let parent = frames.get(parent);
        parent.is_some_and(|parent| {
            matches!(parent.activity, Activity::Joining(_) | Activity::Mapping(_))
        })
    });
    is_of_parent
        && match &frame.activity {
            Activity::Arriving
            | Activity::Again
            | Activity::BackingOff(_)
            | Activity::Exceeding => true,
            Activity::Sleeping(_) => matches!(kind, Kind::Wait(_)),
            Activity::Calling(_) => matches!(kind, Kind::Task(_)),
            Activity::Joining(join) => join.is_sound(kind, frames),
            Activity::Mapping(run) => matches!(kind, Kind::Map(_)) && run.is_sound(frames),
        }
}

variants!(Outcome {
    0 => Succeeded(output),
    1 => Failed(failure),
    2 => TimedOut,
    3 => Aborted(failure),
    4 => Expired,
});
fields!(PartialFailure { error, cause });
fields!(Started {
    at,
    account,
    id,
    name,
    machine,
    machine_version,
    is_express,
    definition,
    semantics,
    seed,
    limits,
    input,
    terms,
    role,
    range,
});
fields!(Terms {
    tags,
    priority,
    start_before,
    claims,
});
fields!(Claim { key, limit, order });
fields!(RunLimits {
    payload_bytes_max,
    transitions_per_fact_max,
    map_concurrency_default,
    evaluation_ms_max,
    execution_seconds_max,
    range_items,
});
fields!(Redrives { count, last_at });
fields!(NewVersion { definition, number });
fields!(Redriven {
    at,
    version,
    input,
    skip,
    client_token,
});
fields!(Failure { error, cause });
variants!(Fact {
    0 => Started(started),
    1 => TaskSucceeded { at, action, output, version },
    2 => TaskFailed { at, action, failure, version },
    3 => TaskSubmitted { at, action, output },
    4 => TaskHeartbeat { at, action },
    5 => ActivityStarted { at, action, worker },
    6 => ItemsRead { at, action, items, is_last },
    7 => EvaluationExceeded { at, evaluation },
    8 => TimerFired { at, action },
    9 => StopRequested { at, failure },
    10 => Continued { at },
    11 => Dispatched { at, action },
    12 => Paused { at },
    13 => Resumed { at },
    14 => Redriven(redriven),
    15 => Begun { at },
    16 => Expired { at },
    17 => PageRead { at, action, etag, offset, digest, count, is_last },
    18 => RangeReported { at, action, failed },
    19 => MapRunChanged { at, map_run, change },
    20 => Ended { at, outcome },
});
fields!(MapRunChange {
    version,
    window,
    tolerated_count,
    tolerated_percentage,
    is_stopped,
});
