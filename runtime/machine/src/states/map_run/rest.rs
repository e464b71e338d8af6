//! How a map run comes to rest without having ended well, and goes on from there if the execution is
//! redriven: with the items that failed, were given up, or were not started. What ended well stays.

use steploom_asl::model::Distributed;

use super::end::abort;
use super::{MapRunStatus, go_on, ranges};
use crate::frame::{Activity, FrameId};
use crate::turn::Turn;
use crate::waits::Wait;
use crate::{Action, ActionId, Detail, EventSink};

use super::{Counts, MapRun};

/// Lets a map run come to rest: nothing of it runs or is waited for. Whether it was at work.
pub(crate) fn rest<S: EventSink>(
    turn: &mut Turn<'_, S>,
    id: FrameId,
    status: MapRunStatus,
) -> bool {
    let Some(frame) = turn.run.frames.get_mut(id) else {
        return false;
    };
    let Activity::Mapping(run) = &mut frame.activity else {
        return false;
    };
    if run.rests {
        return false;
    }
    run.leave(&mut turn.run.map_runs, turn.at, status);
    run.rests = true;
    let running = std::mem::take(&mut run.running);
    for (index, (_, items)) in &running {
        run.undone.insert((*index).into(), *items);
    }
    if run.ordered.is_none() && !matches!(run.end, Some(Err(_))) {
        run.queue.leave(&mut run.undone);
    }
    let reading = run.queue.stop_reading();
    let writing = run.results.writing();
    let ranges = run.ranges.as_deref_mut().map(ranges::Ranges::take);
    for action in reading.into_iter().chain(writing) {
        cancel(turn, id, action);
    }
    for action in ranges.into_iter().flatten() {
        cancel(turn, id, action);
    }
    for (_, (child, _)) in running {
        abort(turn, child);
    }
    true
}

/// No longer waits for something, and remembers what it was.
fn cancel<S: EventSink>(turn: &mut Turn<'_, S>, id: FrameId, action: ActionId) {
    let Some(wait) = turn.run.waits.remove(action) else {
        return;
    };
    turn.actions.push(Action::Cancel { action });
    let Activity::Mapping(run) = &mut turn.frame(id).activity else {
        return;
    };
    match wait {
        Wait::Write(_, write) => run.results.unwritten(*write),
        Wait::Range(_, range) => {
            if let Some(ranges) = run.ranges.as_deref_mut() {
                ranges.orphaned(*range);
            }
        }
        Wait::Read(..) | Wait::Call(..) | Wait::Timer(..) => {}
    }
}

impl MapRun {
    /// Whether it can go on from where it came to rest. If not, the state begins anew.
    fn can_go_on(&self) -> bool {
        let ordered = self.ordered.as_ref();
        ordered.is_none_or(|ordered| ordered.can_go_on())
    }

    /// Follows another version of its `Map`.
    pub(crate) fn follow(&mut self, distributed: &Distributed) {
        self.queue.follow(distributed.reader.as_ref());
    }
}

/// Goes on with a map run that rests.
pub(crate) fn again<S: EventSink>(turn: &mut Turn<'_, S>, id: FrameId) {
    let at = turn.at;
    let frame = turn.frame(id);
    let Activity::Mapping(run) = &mut frame.activity else {
        return;
    };
    if !run.can_go_on() {
        frame.activity = Activity::Again;
        turn.run.ready.push_back(id);
        return;
    }
    run.rests = false;
    run.end = None;
    run.queued = false;
    run.redrives.count += 1;
    run.redrives.last_at = Some(at);
    run.tolerance.begin_again();
    run.kept = run.counts.succeeded;
    run.counts = Counts {
        succeeded: run.counts.succeeded,
        ..Counts::default()
    };
    run.results.begin_again();
    let undone = std::mem::take(&mut run.undone);
    if let Some(ordered) = run.ordered.as_deref_mut() {
        ordered.again(&undone);
    } else if run.ranges.is_none() {
        run.queue.again(undone);
    }
    let (number, arn, count) = (
        run.number,
        std::sync::Arc::clone(&run.names.arn),
        run.redrives.count,
    );
    turn.run.map_runs.opened(number, id);
    turn.tell_in(id, Detail::MapRunRedriven { arn: &arn, count });
    ranges::again(turn, id);
    go_on(turn, id);
}
