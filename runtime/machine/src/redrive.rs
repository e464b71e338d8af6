//! Going on with an execution that did not end well, from where it ended.
//!
//! What ended well is not run again: states that were left, and branches, iterations and nodes that
//! have a result. Whatever was under way, or failed, does its state's work anew, with its retries
//! to come. A `Parallel`, `Map` or `Graph` that failed by itself, as by results over the limit,
//! begins anew as a whole; a distributed `Map` goes on with the items that did not end well.

use std::collections::VecDeque;
use std::sync::Arc;

use steploom_asl::Machine;
use steploom_asl::model::{Distributed, Graph, Kind, ScopeIx, State, StateIx};
use steploom_types::{Digest, limits};

use crate::drive::{self, Exit};
use crate::frame::{Activity, FrameId};
use crate::join::{self, keeps_results};
use crate::retry::Retries;
use crate::states::map_run;
use crate::turn::Turn;
use crate::{Detail, EventSink, Outcome, Redriven, Run, snapshot};

/// Why an execution cannot be redriven, or not in this way. Nothing has changed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotRedrivable {
    /// It has not ended.
    #[error("the execution has not ended; stop it first, or wait for its end")]
    Open,
    /// There is nothing to go on with.
    #[error("the execution has succeeded, so there is nothing to go on with")]
    Succeeded,
    /// There is nothing that it could go on with, either.
    #[error("the execution ended before it began; start a new one")]
    NeverBegan,
    /// Express executions cannot, as on AWS.
    #[error("executions of EXPRESS machines cannot be redriven; start a new one")]
    Express,
    /// It was redriven as often as may be.
    #[error(
        "the execution was redriven {} times, which is the most there may be; start a new one",
        limits::REDRIVES_MAX
    )]
    TooOften,
    /// The new definition was not [handed over](Run::supply).
    #[error("the definition {definition} was not handed over")]
    NotSupplied {
        /// The definition.
        definition: Digest,
    },
    /// Both an input and an output for the state that failed.
    #[error("a state that is passed over needs no input: give the one or the other")]
    InputAndSkip,
    /// An input or an output, and no single state that it is for.
    #[error("an input or an output is for one state, but {} were under way: {}", .states.len(), .states.join(", "))]
    ManyStates {
        /// Their names.
        states: Vec<String>,
    },
    /// An output for a state that leads nowhere by itself.
    #[error(
        "the state '{state}' cannot be passed over, as it does not say which state is next; give it another input, or a version of the machine in which it does not fail"
    )]
    NoNext {
        /// Its name.
        state: String,
    },
    /// The new version does not have a state that the execution stands in.
    #[error("the new version has no state '{state}' in the place where the execution stands")]
    NotInVersion {
        /// Its name.
        state: String,
    },
    /// The new version has another state of that name, into which what there is does not fit.
    #[error("the state '{state}' of the new version cannot go on from what there is: {why}")]
    Differs {
        /// Its name.
        state: String,
        /// What has changed.
        why: &'static str,
    },
}

/// Whether an execution can go on in this way; asked before the fact is committed. A version that is
/// named has to be [handed over](Run::supply) first.
///
/// # Errors
/// Why not, in words for whoever asked.
pub fn can_redrive(run: &Run, redriven: &Redriven) -> Result<(), NotRedrivable> {
    match run.outcome() {
        None => return Err(NotRedrivable::Open),
        Some(Outcome::Succeeded(_)) => return Err(NotRedrivable::Succeeded),
        Some(Outcome::Expired) => return Err(NotRedrivable::NeverBegan),
        Some(Outcome::Failed(_) | Outcome::TimedOut | Outcome::Aborted(_)) => {}
    }
    if run.started().is_some_and(|started| started.is_express) {
        return Err(NotRedrivable::Express);
    }
    if run.frames.is_empty() {
        return Err(NotRedrivable::NeverBegan);
    }
    if run.redrives.count >= limits::REDRIVES_MAX {
        return Err(NotRedrivable::TooOften);
    }
    let new = match redriven.version {
        Some(version) => Some(machine_of(run, version.definition)?),
        None => None,
    };
    let target = match (&redriven.input, &redriven.skip) {
        (Some(_), Some(_)) => return Err(NotRedrivable::InputAndSkip),
        (None, None) => None,
        _ => Some(target(run)?),
    };
    let machine = new.unwrap_or(&run.machine);
    let places = match new {
        Some(new) => places(run, new)?,
        None => Vec::new(),
    };
    if let (Some(target), Some(_)) = (target, &redriven.skip) {
        let moved = places.iter().find(|(id, _)| *id == target);
        let state = moved.map_or(run.frames[target].state, |(_, state)| *state);
        ensure_next(machine.state(state))?;
    }
    Ok(())
}

/// Lets the run follow the new version, if there is one, from here on, and takes back its end.
pub(crate) fn prepare(run: &mut Run, redriven: &Redriven) {
    run.outcome = None;
    let Some(version) = redriven.version else {
        return;
    };
    if let Ok(machine) = machine_of(run, version.definition).cloned()
        && let Ok(places) = places(run, &machine)
    {
        for (id, state) in places {
            run.frames[id].state = state;
            if let (Activity::Mapping(map_run), Kind::Map(map)) =
                (&mut run.frames[id].activity, &machine.state(state).kind)
                && let Some(distributed) = &map.distributed
            {
                map_run.follow(distributed);
            }
        }
        run.machine = machine;
        run.version = Some(version);
        run.supplied.remove(&version.definition);
    }
}

/// A redrive that was accepted, and waits for the limits that the execution takes part in.
#[derive(Debug)]
pub(crate) struct Accepted {
    redriven: Redriven,
    /// The event that says so.
    event: u64,
}

/// Tells that the execution is redriven, and goes on with it if it has not to wait.
pub(crate) fn accept<S: EventSink>(turn: &mut Turn<'_, S>, redriven: &Redriven) {
    let run = &mut *turn.run;
    run.redrives.count += 1;
    run.redrives.last_at = Some(redriven.at);
    run.redrive_token.clone_from(&redriven.client_token);
    let count = run.redrives.count;
    let last_event = run.last_event;
    let event = turn.tell(last_event, Detail::ExecutionRedriven { count });
    let accepted = Accepted {
        redriven: redriven.clone(),
        event,
    };
    let terms = turn.started.terms.as_ref();
    if terms.is_some_and(|terms| !terms.claims.is_empty()) {
        turn.run.redrive = Some(Box::new(accepted));
    } else {
        begin(turn, &accepted);
    }
}

/// Goes on from where the execution ended.
pub(crate) fn begin<S: EventSink>(turn: &mut Turn<'_, S>, accepted: &Accepted) {
    let Accepted { redriven, event } = accepted;
    let event = *event;
    let run = &mut *turn.run;
    let target = match (&redriven.input, &redriven.skip) {
        (None, None) => None,
        _ => target(run).ok(),
    };
    run.failed_at = None;
    drive::limit_time(turn);
    let Some(root) = turn.run.frames.root() else {
        return;
    };
    if let (Some(target), Some(input)) = (target, &redriven.input) {
        let frame = turn.frame(target);
        frame.input = input.clone();
        // It is entered anew, so that the history has the input.
        frame.activity = Activity::Arriving;
    }
    let skipped = target.filter(|_| redriven.skip.is_some());
    revive(turn, root, event, skipped);
    if let (Some(target), Some(output)) = (skipped, &redriven.skip) {
        let next = turn.state(target).next;
        let exit = Exit {
            output: output.clone(),
            assigned: None,
        };
        turn.focus(target);
        drive::leave(turn, target, exit, next);
    }
}

/// A halted frame goes on, and those below it. What it tells follows the event `event`.
fn revive<S: EventSink>(turn: &mut Turn<'_, S>, id: FrameId, event: u64, skipped: Option<FrameId>) {
    turn.run.frames.revive(id);
    let frame = turn.frame(id);
    frame.retries = Retries::default();
    frame.last_event = event;
    if matches!(frame.activity, Activity::Mapping(_)) {
        if Some(id) != skipped {
            map_run::again(turn, id);
        }
        return;
    }
    let Activity::Joining(join) = &mut frame.activity else {
        if Some(id) != skipped {
            turn.run.ready.push_back(id);
        }
        return;
    };
    for child in join.again() {
        revive(turn, child, event, skipped);
    }
    join::go_on(turn, id);
}

snapshot::fields!(Accepted { redriven, event });

fn machine_of(run: &Run, definition: Digest) -> Result<&Arc<Machine>, NotRedrivable> {
    if run
        .version
        .is_some_and(|version| version.definition == definition)
    {
        return Ok(&run.machine);
    }
    let supplied = run.supplied.get(&definition);
    supplied.ok_or(NotRedrivable::NotSupplied { definition })
}

/// The state that failed, or the only one that was under way.
fn target(run: &Run) -> Result<FrameId, NotRedrivable> {
    if let Some(id) = run.failed_at {
        return Ok(id);
    }
    let is_leaf = |id: &FrameId| !matches!(run.frames[*id].activity, Activity::Joining(_));
    let leaves: Vec<FrameId> = run.frames.ids().filter(is_leaf).collect();
    match leaves[..] {
        [id] => Ok(id),
        _ => Err(NotRedrivable::ManyStates {
            states: leaves.iter().map(|id| name(run, *id)).collect(),
        }),
    }
}

fn name(run: &Run, id: FrameId) -> String {
    run.machine.state(run.frames[id].state).name.to_string()
}

fn ensure_next(state: &State) -> Result<(), NotRedrivable> {
    match state.kind {
        Kind::Choice { .. } | Kind::Succeed | Kind::Fail { .. } => Err(NotRedrivable::NoNext {
            state: state.name.to_string(),
        }),
        _ => Ok(()),
    }
}

/// Where each frame stands in another version: in the state of the same name.
fn places(run: &Run, new: &Machine) -> Result<Vec<(FrameId, StateIx)>, NotRedrivable> {
    let mut places = Vec::new();
    let mut wanted: VecDeque<(FrameId, ScopeIx)> = VecDeque::new();
    wanted.extend(run.frames.root().map(|root| (root, ScopeIx(0))));
    while let Some((id, scope)) = wanted.pop_front() {
        let frame = &run.frames[id];
        let old = run.machine.state(frame.state);
        let is_it = |state: &State| state.name == old.name && state.scope == scope;
        let place = new.states.iter().position(is_it);
        let place = place.ok_or_else(|| NotRedrivable::NotInVersion {
            state: old.name.to_string(),
        })?;
        places.push((id, StateIx(place as u32)));
        let state = &new.states[place];
        let differs = |why| NotRedrivable::Differs {
            state: old.name.to_string(),
            why,
        };
        if matches!(frame.activity, Activity::Mapping(_)) {
            ensure_alike(&run.machine, old, new, state).map_err(differs)?;
        }
        let Activity::Joining(join) = &frame.activity else {
            continue;
        };
        ensure_alike(&run.machine, old, new, state).map_err(differs)?;
        if keeps_results(state) && !keeps_results(old) {
            return Err(differs("it wants results that were not kept"));
        }
        for (index, child) in join.children() {
            wanted.push_back((child, scope_of(&state.kind, index)));
        }
    }
    Ok(places)
}

/// Whether children of the one state can go on in the other.
fn ensure_alike(
    machine: &Machine,
    old: &State,
    new_machine: &Machine,
    new: &State,
) -> Result<(), &'static str> {
    match (&old.kind, &new.kind) {
        (Kind::Parallel { branches: old }, Kind::Parallel { branches: new }) => {
            let is_alike = old.len() == new.len();
            is_alike.then_some(()).ok_or("its branches are others")
        }
        (Kind::Graph(old), Kind::Graph(new)) => {
            let is_alike = nodes(machine, old) == nodes(new_machine, new);
            is_alike.then_some(()).ok_or("its nodes are others")
        }
        (Kind::Map(old), Kind::Map(new)) => {
            let is_alike = old.order.is_some() == new.order.is_some()
                && distributed_alike(old.distributed.as_ref(), new.distributed.as_ref());
            is_alike
                .then_some(())
                .ok_or("it runs its items in another way")
        }
        _ => Err("it is of another type"),
    }
}

/// Whether both are distributed, with the same parts, or both are not.
fn distributed_alike(old: Option<&Distributed>, new: Option<&Distributed>) -> bool {
    match (old, new) {
        (Some(old), Some(new)) => {
            let parts = |map: &Distributed| {
                let writer = map.writer.as_ref();
                let writer = writer.map(|writer| (writer.arguments.is_some(), writer.is_lines));
                (map.reader.is_some(), map.batcher.is_some(), writer)
            };
            parts(old) == parts(new)
        }
        (old, new) => old.is_none() && new.is_none(),
    }
}

/// Nodes by name, each with those that it comes after.
fn nodes<'a>(machine: &'a Machine, graph: &'a Graph) -> Vec<(&'a str, &'a [u32])> {
    let named = graph.nodes.iter().map(|node| {
        let start = machine.scope(node.scope).start;
        (&*machine.state(start).name, &*node.after)
    });
    named.collect()
}

/// The scope that a child of a state's runs. Only asked of states that have such a child.
fn scope_of(kind: &Kind, index: u32) -> ScopeIx {
    match kind {
        Kind::Parallel { branches } => branches[index as usize],
        Kind::Graph(graph) => graph.nodes[index as usize].scope,
        Kind::Map(map) => map.processor,
        _ => ScopeIx(0),
    }
}
