//! What `Parallel`, `Map` and `Graph` share: children that are started as there is room, counted as they
//! end, and given up together when one fails.
//!
//! Nothing here looks at all children but what gives them up: a child that ends costs the same
//! however many there are.

mod failing;
pub(crate) mod items;
pub(crate) mod order;
mod results;

use std::collections::BTreeMap;

use steploom_asl::model::{Flow, Kind, Machine, ResultPath, State};
use steploom_types::Json;

use crate::drive::{self, Progress};
use crate::failure::Problem;
use crate::frame::{Activity, Frame, FrameId, Frames, Item};
use crate::states::graph::{self, Handover};
use crate::states::map_order::{self, Ordering};
use crate::states::map_run;
use crate::turn::{Turn, over_limit};
use crate::{Detail, EventSink, failure, snapshot};

use items::Items;
use order::{Order, Turned};
use results::Results;

pub(crate) use failing::{child_failed, disband, drop_children, failed_event, halt};

/// Items, and outputs, that are held together once there are more than these.
const BLOCK: usize = 4_096;

/// The children of a frame that is in a `Parallel`, a `Map` or a `Graph`.
#[derive(Debug)]
pub(crate) struct Join {
    /// The state's input after `InputPath` and, for a `Parallel`, `Parameters`.
    pub(crate) input: Json,
    /// A `Map`'s items.
    pub(crate) items: Option<Items>,
    /// Children in all.
    pub(crate) total: u32,
    /// Children in flight at the most.
    pub(crate) window: u32,
    /// The child to start next.
    next: u32,
    /// What comes after what, where children do not just start one after the other.
    order: Option<Box<Order>>,
    /// The same while it is being found; nothing starts before.
    pub(crate) ordering: Option<Box<Ordering>>,
    /// Children in flight, by their place.
    running: BTreeMap<u32, FrameId>,
    /// Children that failed, by their place: halted, to be gone on with if the execution is redriven.
    failed: BTreeMap<u32, FrameId>,
    /// The frame whose state failed first, in them or below.
    first_failed: Option<FrameId>,
    /// Whether the frame is in the queue to start another child.
    queued: bool,
    /// Outputs; left empty where the state drops them anyway.
    results: Results,
    keeps_results: bool,
    /// Bytes of all results.
    results_bytes: usize,
    /// The event that the join's success, and the state's exit, follow.
    last_event: u64,
}

impl Join {
    /// A join of `state`; its children are yet to be started.
    pub(crate) fn new(
        state: &State,
        input: Json,
        items: Option<Items>,
        total: u32,
        window: u32,
    ) -> Self {
        Self {
            input,
            items,
            total,
            window,
            next: 0,
            order: None,
            ordering: None,
            running: BTreeMap::new(),
            failed: BTreeMap::new(),
            first_failed: None,
            queued: false,
            results: Results::default(),
            keeps_results: keeps_results(state),
            results_bytes: 0,
            last_event: 0,
        }
    }

    /// The same, whose children come after one another.
    pub(crate) fn in_order(mut self, order: Order) -> Self {
        self.set_order(order);
        self
    }

    /// Says what comes after what.
    pub(crate) fn set_order(&mut self, order: Order) {
        self.order = Some(Box::new(order));
    }

    /// What a `Graph` hands from node to node, and the join's input.
    pub(crate) fn handover_mut(&mut self) -> Option<(&mut Handover, &Json)> {
        let handover = self.order.as_mut()?.handover.as_mut()?;
        Some((handover, &self.input))
    }

    fn has_room(&self) -> bool {
        if self.ordering.is_some() {
            return true;
        }
        let has_next = match &self.order {
            Some(order) => order.has_ready(),
            None => self.next < self.total,
        };
        has_next && self.running.len() < self.window as usize
    }

    fn is_done(&self) -> bool {
        let has_all = match &self.order {
            Some(order) => order.is_done(),
            None => self.next == self.total,
        };
        has_all && self.running.is_empty() && self.ordering.is_none()
    }

    /// The child whose turn it is.
    fn take(&mut self) -> Option<Turned> {
        if !self.has_room() {
            return None;
        }
        if let Some(order) = &mut self.order {
            return order.take();
        }
        self.next += 1;
        Some(Turned::Start(self.next - 1))
    }

    fn keep(&mut self, index: u32, output: Json) {
        if let Some((handover, _)) = self.handover_mut() {
            self.results_bytes += handover.keep(index, output);
            return;
        }
        if !self.keeps_results {
            return;
        }
        self.results_bytes += output.size() + 1;
        self.results.keep(index, output.into_value());
    }

    /// Whether a state of this kind can have it.
    pub(crate) fn is_sound(&self, kind: &Kind, frames: &Frames) -> bool {
        let fits = match kind {
            Kind::Parallel { branches } => {
                self.items.is_none() && self.total as usize == branches.len()
            }
            Kind::Graph(graph) => {
                let order = self.order.as_ref();
                self.total as usize == graph.nodes.len()
                    && order.is_some_and(|order| order.handover.is_some())
            }
            Kind::Map(_) => self.items.is_some(),
            _ => false,
        };
        let order = self.order.as_ref();
        fits && order.is_none_or(|order| order.nodes() == self.total as usize)
            && self
                .running
                .iter()
                .chain(&self.failed)
                .all(|(index, child)| *index < self.total && frames.get(*child).is_some())
    }

    /// Children in flight, and those that failed; each with its place.
    pub(crate) fn children(&self) -> impl Iterator<Item = (u32, FrameId)> {
        let all = self.running.iter().chain(&self.failed);
        all.map(|(index, child)| (*index, *child))
    }

    /// Goes on after its end: what failed is in flight again, and what comes after that waits for it.
    /// The children in flight, by their place.
    pub(crate) fn again(&mut self) -> Vec<FrameId> {
        let failed = std::mem::take(&mut self.failed);
        if let Some(order) = &mut self.order {
            let places: Vec<u32> = failed.keys().copied().collect();
            order.again(|child| self.running.contains_key(&child), &places);
        }
        self.running.extend(failed);
        self.first_failed = None;
        self.queued = false;
        self.running.values().copied().collect()
    }

    fn into_result(self, machine: &Machine, state: &State) -> Json {
        if let (Some(order), Kind::Graph(graph)) = (self.order, &state.kind)
            && let Some(handover) = order.handover
        {
            return handover.into_result(machine, graph);
        }
        self.results.into_json()
    }
}

/// Whether anybody sees the results of a state's children.
pub(crate) fn keeps_results(state: &State) -> bool {
    match &state.flow {
        Flow::Path(flow) => {
            !matches!(flow.result_path, ResultPath::Discard) || flow.result_selector.is_some()
        }
        Flow::Query(_) => true,
    }
}

/// Puts a frame into its join and begins to start children.
pub(crate) fn open<S: EventSink>(
    turn: &mut Turn<'_, S>,
    id: FrameId,
    mut join: Join,
    event: Detail<'_>,
) {
    let event = turn.tell_in(id, event);
    join.last_event = event;
    if let Some((handover, _)) = join.handover_mut() {
        handover.opened(event);
    }
    turn.frame(id).activity = Activity::Joining(Box::new(join));
    go_on(turn, id);
}

/// Starts the next child.
pub(crate) fn launch<S: EventSink>(turn: &mut Turn<'_, S>, id: FrameId) {
    let Some(join) = turn.frame(id).join_mut() else {
        return;
    };
    join.queued = false;
    if join.ordering.is_some() {
        return match map_order::read(turn, id) {
            Ok(()) => go_on(turn, id),
            Err(problem) => failure::fail(turn, id, problem),
        };
    }
    let turned = join.take();
    let input = join.input.clone();
    let index = match turned {
        Some(Turned::Start(index)) => index,
        Some(Turned::Skip(index)) => return skip(turn, id, index),
        None => return,
    };
    let item = join.items.as_ref().map(|items| items.at(index));
    let child = match (&turn.state(id).kind, item) {
        (Kind::Graph(_), _) => graph::node(turn, id, index),
        (_, None) => Ok(branch(turn, id, index, input)),
        (_, Some(item)) => iteration(turn, id, item, &input),
    };
    match child {
        Ok(child) => started(turn, id, index, child),
        Err(problem) => failure::fail(turn, id, problem),
    }
}

fn started<S: EventSink>(turn: &mut Turn<'_, S>, id: FrameId, index: u32, child: Frame) {
    let child = turn.run.frames.insert(child);
    turn.run.ready.push_back(child);
    if let Some(join) = turn.frame(id).join_mut() {
        join.running.insert(index, child);
    }
    go_on(turn, id);
}

/// Passes over a child that comes after one that failed.
fn skip<S: EventSink>(turn: &mut Turn<'_, S>, id: FrameId, index: u32) {
    let state = turn.state(id);
    let event = match &state.kind {
        Kind::Graph(_) => graph::skip(turn, id, index),
        _ => turn.tell(
            turn.run.frames[id].last_event,
            Detail::IterationSkipped {
                name: &state.name,
                index,
            },
        ),
    };
    let order = turn
        .frame(id)
        .join_mut()
        .and_then(|join| join.order.as_mut());
    if let Some(order) = order {
        order.skipped(index, event);
    }
    go_on(turn, id);
}

fn branch<S: EventSink>(turn: &Turn<'_, S>, id: FrameId, index: u32, input: Json) -> Frame {
    let Kind::Parallel { branches } = &turn.state(id).kind else {
        unreachable!("only a Parallel joins without items")
    };
    let frame = &turn.run.frames[id];
    let start = turn.machine.scope(branches[index as usize]).start;
    let mut child = Frame::new(Some((id, index)), start, input, frame.last_event);
    child.item.clone_from(&frame.item);
    child.variables.clone_from(&frame.variables);
    child.place.clone_from(&frame.place);
    child
}

fn iteration<S: EventSink>(
    turn: &mut Turn<'_, S>,
    id: FrameId,
    item: Item,
    input: &Json,
) -> Result<Frame, Problem> {
    let state = turn.state(id);
    let Kind::Map(map) = &state.kind else {
        unreachable!("only a Map joins over items")
    };
    let index = item.before + item.index;
    let input = match &map.selector {
        Some(selector) => turn.made_for_item(id, Some(&item), input, selector, "ItemSelector")?,
        None => map_run::item(&item.items, item.index)
            .unwrap_or_default()
            .into(),
    };
    let event = turn.tell(
        turn.run.frames[id].last_event,
        Detail::IterationStarted {
            name: &state.name,
            index,
        },
    );
    let start = turn.machine.scope(map.processor).start;
    let mut child = Frame::new(Some((id, index)), start, input, event);
    child.item = Some(item);
    child.variables = turn.run.frames[id].variables.clone();
    child.place.clone_from(&turn.run.frames[id].place);
    Ok(child)
}

/// A child ended well.
pub(crate) fn child_succeeded<S: EventSink>(
    turn: &mut Turn<'_, S>,
    parent: FrameId,
    index: u32,
    child: FrameId,
    output: Json,
) {
    let state = turn.state(parent);
    let last_event = turn.run.frames[child].last_event;
    turn.run.frames.remove(child);
    let event = match state.kind {
        Kind::Map(_) => turn.tell(
            last_event,
            Detail::IterationSucceeded {
                name: &state.name,
                index,
            },
        ),
        Kind::Graph(ref graph) => turn.tell(
            last_event,
            Detail::NodeSucceeded {
                name: &state.name,
                node: graph::name(turn.machine, graph, index),
            },
        ),
        _ => last_event,
    };
    let limit = turn.started.limits.payload_bytes_max as usize;
    let frame = turn.frame(parent);
    frame.last_event = last_event;
    let Some(join) = frame.join_mut() else {
        return;
    };
    join.last_event = event;
    join.running.remove(&index);
    join.keep(index, output);
    if let Some(order) = &mut join.order {
        order.succeeded(index, last_event);
    }
    if join.results_bytes > limit {
        return failure::fail(turn, parent, over_limit(&state.name));
    }
    go_on(turn, parent);
}

/// Ends the join if all children have, or sees to it that another is started if there is room.
pub(crate) fn go_on<S: EventSink>(turn: &mut Turn<'_, S>, id: FrameId) {
    let Some(join) = turn.frame(id).join_mut() else {
        return;
    };
    if join.is_done() {
        return close(turn, id);
    }
    if join.has_room() && !join.queued {
        join.queued = true;
        turn.run.ready.push_back(id);
    }
}

fn close<S: EventSink>(turn: &mut Turn<'_, S>, id: FrameId) {
    let state = turn.state(id);
    let order = turn
        .frame(id)
        .join_mut()
        .and_then(|join| join.order.as_mut());
    if let Some(problem) = order.and_then(|order| order.take_failure()) {
        let origin = turn.frame(id).join_mut().and_then(|join| join.first_failed);
        return failure::fail_late(turn, id, problem, origin.unwrap_or(id));
    }
    let activity = std::mem::replace(&mut turn.frame(id).activity, Activity::Arriving);
    let Activity::Joining(join) = activity else {
        return;
    };
    let event = match state.kind {
        Kind::Map(_) => Detail::MapSucceeded,
        Kind::Graph(_) => Detail::GraphSucceeded,
        _ => Detail::ParallelSucceeded,
    };
    turn.tell(join.last_event, event);
    turn.frame(id).last_event = join.last_event;
    let result = join.into_result(turn.machine, state);
    drive::settle(turn, id, Ok(Progress::Done(result, state.next)));
}

snapshot::fields!(Join {
    input,
    items,
    total,
    window,
    next,
    order,
    ordering,
    running,
    failed,
    first_failed,
    queued,
    results,
    keeps_results,
    results_bytes,
    last_event,
});
