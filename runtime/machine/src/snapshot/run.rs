//! The whole: what a run is made of, in an order in which each part finds what it refers to.

use std::sync::Arc;

use steploom_asl::Machine;
use steploom_asl::model::Kind;

use super::{Reader, Snap, Writer, fields, variants};
use crate::context::Kept;
use crate::frame::{Activity, Frame, Frames};
use crate::waits::Waits;
use crate::{Claim, Outcome, PartialFailure, Run, RunLimits, Started, Terms};

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
        } = self;
        let Some(started) = started else {
            return out.refuse();
        };
        if supposed.is_some() || !exceeded.is_empty() || !held.is_empty() {
            return out.refuse();
        }
        out.raw(started.definition.as_bytes());
        started.put(out);
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
        kept.put(out);
        // Each evaluation is begun once.
        let to_come = foreseen.range(kept.evaluations.saturating_add(1)..);
        let to_come: Vec<u64> = to_come.copied().collect();
        to_come.put(out);
    }

    pub(super) fn take_with(from: &mut Reader<'_>, machine: Arc<Machine>) -> Option<Self> {
        let definition: [u8; 32] = from.array()?;
        let started = Arc::<Started>::take(from)?;
        if *started.definition.as_bytes() != definition {
            return None;
        }
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
        let kept = Kept::take_with(from, &started)?;
        let foreseen = Snap::take(from)?;
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
            held: std::collections::VecDeque::new(),
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
            Activity::Arriving | Activity::BackingOff(_) | Activity::Exceeding => true,
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
});
