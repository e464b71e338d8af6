//! Moves frames through states, until all of them wait for facts.
//!
//! Frames take turns, one state each, so that one which never waits does not keep others from
//! their due.

use steploom_asl::model::{Kind, Next, ScopeIx};
use steploom_types::Json;

use crate::failure::Problem;
use crate::frame::{Activity, Frame, FrameId};
use crate::states::{choice, fail, graph, map, map_run, parallel, pass, succeed, task, wait};
use crate::turn::Turn;
use crate::variables::Assigned;
use crate::waits::Owner;
use crate::{Action, Detail, EventSink, Outcome, failure, join};

/// What became of a state's work.
pub(crate) enum Progress {
    /// It is done: its result, and where to go.
    Done(Json, Next),
    /// It is done, and knows what it leaves behind.
    Left(Exit, Next),
    /// It waits, or its children are at work.
    Waits,
}

/// What a state leaves behind.
pub(crate) struct Exit {
    /// Its output.
    pub(crate) output: Json,
    /// The variables that it sets.
    pub(crate) assigned: Option<Assigned>,
}

/// Tells that the execution was accepted, and begins it if it has not to wait.
pub(crate) fn accept<S: EventSink>(turn: &mut Turn<'_, S>) {
    if let Some(range) = &turn.started.range {
        turn.hidden = true;
        return map_run::range::begin(turn, range);
    }
    let input = turn.started.input.clone();
    turn.tell(0, Detail::ExecutionStarted { input: &input });
    if !turn.started.waits() && !turn.run.is_elsewhere() {
        begin(turn);
    }
}

/// Begins the execution: its time runs from here.
pub(crate) fn begin<S: EventSink>(turn: &mut Turn<'_, S>) {
    let input = turn.started.input.clone();
    limit_time(turn);
    let root = turn.machine.scope(ScopeIx(0)).start;
    let id = turn.run.frames.insert(Frame::new(None, root, input, 0));
    turn.run.ready.push_back(id);
}

/// Sets the timer of the execution's own time.
pub(crate) fn limit_time<S: EventSink>(turn: &mut Turn<'_, S>) {
    let most = turn.started.limits.execution_seconds_max;
    let seconds = match turn.machine.timeout_seconds {
        // Those of EXPRESS machines may not take longer, whatever their author says.
        Some(seconds) if turn.started.is_express && most > 0 => seconds.min(most),
        seconds => seconds.unwrap_or(most),
    };
    if seconds > 0 || turn.machine.timeout_seconds.is_some() {
        let due = turn.at.plus_millis(seconds.saturating_mul(1000));
        turn.set_timer(Owner::Execution, due);
    }
}

/// Lets ready frames go on, up to the limit of transitions.
pub(crate) fn drive<S: EventSink>(turn: &mut Turn<'_, S>) {
    let transitions_max = turn.started.limits.transitions_per_fact_max.max(1);
    while !turn.run.continue_due && !turn.run.keeps_still() && !turn.run.is_paused {
        let Some(id) = turn.run.ready.pop_front() else {
            return;
        };
        let Some(frame) = turn.run.frames.get(id).filter(|frame| !frame.is_halted) else {
            continue;
        };
        if turn.transitions >= transitions_max {
            turn.run.ready.push_front(id);
            turn.run.continue_due = true;
            turn.actions.push(Action::Continue);
            return;
        }
        turn.transitions += 1;
        turn.hidden = frame.child.is_some() || turn.started.range.is_some();
        match frame.activity {
            Activity::Arriving => enter(turn, id),
            Activity::Again => work(turn, id),
            Activity::Joining(_) => join::launch(turn, id),
            Activity::Mapping(_) => map_run::launch(turn, id),
            Activity::Sleeping(_)
            | Activity::BackingOff(_)
            | Activity::Calling(_)
            | Activity::Exceeding => {}
        }
    }
}

fn enter<S: EventSink>(turn: &mut Turn<'_, S>, id: FrameId) {
    let state = turn.state(id);
    let frame = &turn.run.frames[id];
    let input = frame.input.clone();
    let came_from = frame.last_event;
    let event = turn.tell_in(
        id,
        Detail::StateEntered {
            state,
            input: &input,
        },
    );
    let at = turn.at;
    let frame = turn.frame(id);
    frame.entered_at = at;
    frame.entered_event = event;
    frame.came_from = came_from;
    frame.retries = crate::retry::Retries::default();
    // Who holds the input alone can change it in place.
    drop(input);
    work(turn, id);
}

/// Does the work of the state that a frame is in: on arrival, and again for each retry.
pub(crate) fn work<S: EventSink>(turn: &mut Turn<'_, S>, id: FrameId) {
    let state = turn.state(id);
    let progress = match &state.kind {
        Kind::Pass { result } => pass::work(turn, id, result.as_ref()),
        Kind::Task(task) => task::work(turn, id, task),
        Kind::Choice { rules, default } => choice::work(turn, id, rules, *default),
        Kind::Wait(wait) => wait::work(turn, id, wait),
        Kind::Succeed => succeed::work(turn, id),
        Kind::Fail { error, cause } => fail::work(turn, id, error.as_ref(), cause.as_ref()),
        Kind::Parallel { branches } => parallel::work(turn, id, branches),
        Kind::Map(map) => map::work(turn, id, map),
        Kind::Graph(graph) => graph::work(turn, id, graph),
    };
    settle(turn, id, progress);
}

/// Goes on from what became of a state's work.
pub(crate) fn settle<S: EventSink>(
    turn: &mut Turn<'_, S>,
    id: FrameId,
    progress: Result<Progress, Problem>,
) {
    let left = match progress {
        Ok(Progress::Waits) => return,
        Ok(Progress::Done(result, next)) => turn.exit(id, result).map(|exit| (exit, next)),
        Ok(Progress::Left(exit, next)) => Ok((exit, next)),
        Err(problem) => Err(problem),
    };
    match left {
        Ok((exit, next)) => leave(turn, id, exit, next),
        Err(problem) => failure::fail(turn, id, problem),
    }
}

/// Leaves the state that a frame is in.
pub(crate) fn leave<S: EventSink>(turn: &mut Turn<'_, S>, id: FrameId, exit: Exit, next: Next) {
    let Exit { output, assigned } = exit;
    let state = turn.state(id);
    turn.tell_in(
        id,
        Detail::StateExited {
            state,
            output: &output,
            assigned: assigned.as_ref(),
        },
    );
    match next {
        Next::To(state) => {
            if let Some(assigned) = assigned {
                turn.run.frames.assign(id, assigned);
            }
            let frame = turn.frame(id);
            frame.state = state;
            frame.input = output;
            frame.activity = Activity::Arriving;
            turn.run.ready.push_back(id);
        }
        Next::End => match turn.run.frames[id].parent {
            Some((parent, index))
                if matches!(turn.run.frames[parent].activity, Activity::Mapping(_)) =>
            {
                map_run::child_succeeded(turn, parent, index, id, output);
            }
            Some((parent, index)) => join::child_succeeded(turn, parent, index, id, output),
            None => succeed_execution(turn, id, output),
        },
    }
}

fn succeed_execution<S: EventSink>(turn: &mut Turn<'_, S>, id: FrameId, output: Json) {
    turn.tell_in(id, Detail::ExecutionSucceeded { output: &output });
    turn.end(Outcome::Succeeded(output));
}
