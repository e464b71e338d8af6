//! `Graph`, an extension, runs nodes that come after one another; its result is an object with the
//! outputs of the last ones, those that nothing comes after. See docs/extensions.md.
//!
//! An output is kept until all that comes after its node has begun, and no longer.

use std::sync::Arc;

use serde_json::{Map, Value};
use steploom_asl::model::{Graph, Kind, Machine, State};
use steploom_types::Json;

use crate::drive::Progress;
use crate::failure::Problem;
use crate::frame::{Frame, FrameId};
use crate::join::order::Order;
use crate::join::{self, Join};
use crate::turn::Turn;
use crate::{Detail, EventSink, snapshot};

/// Where a frame is in the closest `Graph` around it: what `$$.Graph` says.
#[derive(Debug)]
pub(crate) struct Place {
    /// The Graph's input, after `InputPath` and `Parameters` or `Arguments`.
    pub(crate) input: Json,
    /// The node's name.
    pub(crate) node: Arc<str>,
}

/// What nodes hand to those that come after them.
#[derive(Debug)]
pub(crate) struct Handover {
    /// Outputs by place, of nodes that ended and are still needed.
    outputs: Vec<Option<Json>>,
    /// For each node how many of those that come after it have not had their turn.
    uses: Vec<u32>,
    /// For each node the event that its first one follows: the end of what it waited for last.
    freed_by: Vec<u64>,
    /// Whether anybody wants the Graph's result.
    keeps_last: bool,
}

pub(crate) fn work<S: EventSink>(
    turn: &mut Turn<'_, S>,
    id: FrameId,
    graph: &Graph,
) -> Result<Progress, Problem> {
    let selected = turn.selected_input(id)?;
    let input = turn.arguments(id, &selected)?;
    let window = match &graph.max_concurrency {
        Some(field) => turn.number(id, &selected, field, "MaxConcurrency")?,
        None => 0,
    };
    let window = match u32::try_from(window) {
        Ok(0) | Err(_) => u32::MAX,
        Ok(window) => window,
    };
    let state = turn.state(id);
    let total = graph.nodes.len() as u32;
    let mut order = Order::new(Arc::clone(&graph.dag), graph.on_failure);
    order.handover = Some(Handover::new(graph, join::keeps_results(state)));
    let join = Join::new(state, input, None, total, window).in_order(order);
    join::open(turn, id, join, Detail::GraphStarted { length: total });
    Ok(Progress::Waits)
}

/// A node's frame. Fails if what it would be given is over the limit.
pub(crate) fn node<S: EventSink>(
    turn: &mut Turn<'_, S>,
    id: FrameId,
    place: u32,
) -> Result<Frame, Problem> {
    let graph = turn.state(id);
    let start = turn
        .machine
        .scope(of(graph).nodes[place as usize].scope)
        .start;
    let name = &turn.machine.state(start).name;
    let machine = turn.machine;
    let (given, follows, whole, item) = {
        let frame = turn.frame(id);
        let item = frame.item.clone();
        let Some((handover, whole)) = frame.join_mut().and_then(Join::handover_mut) else {
            unreachable!("a Graph hands over from node to node")
        };
        let given = handover.take(machine, of(graph), place);
        (
            given,
            handover.freed_by[place as usize],
            whole.clone(),
            item,
        )
    };
    let input = given.map_or_else(|| whole.clone(), Json::from);
    turn.ensure_size(&input, name)?;
    let event = turn.tell(
        follows,
        Detail::NodeStarted {
            name: &graph.name,
            node: name,
        },
    );
    let mut child = Frame::new(Some((id, place)), start, input, event);
    child.item = item;
    child.variables = turn.run.frames[id].variables.clone();
    child.place = Some(Arc::new(Place {
        input: whole,
        node: Arc::clone(name),
    }));
    Ok(child)
}

/// A node is not run, as something that it comes after failed; the event that says so. What it would have
/// been given is kept: the Graph fails, and may be redriven.
pub(crate) fn skip<S: EventSink>(turn: &mut Turn<'_, S>, id: FrameId, place: u32) -> u64 {
    let graph = turn.state(id);
    let machine = turn.machine;
    let join = turn.frame(id).join_mut();
    let follows = join
        .and_then(Join::handover_mut)
        .map_or(0, |(handover, _)| handover.freed_by[place as usize]);
    turn.tell(
        follows,
        Detail::NodeSkipped {
            name: &graph.name,
            node: name(machine, of(graph), place),
        },
    )
}

/// The graph of a state that is one.
pub(crate) fn of(state: &State) -> &Graph {
    let Kind::Graph(graph) = &state.kind else {
        unreachable!("only a Graph has nodes")
    };
    graph
}

/// A node's name.
pub(crate) fn name<'a>(machine: &'a Machine, graph: &Graph, place: u32) -> &'a Arc<str> {
    let scope = machine.scope(graph.nodes[place as usize].scope);
    &machine.state(scope.start).name
}

impl Handover {
    fn new(graph: &Graph, keeps_last: bool) -> Self {
        let nodes = graph.nodes.len();
        let uses = (0..nodes as u32).map(|node| graph.dag.followers(node).len() as u32);
        Self {
            outputs: vec![None; nodes],
            uses: uses.collect(),
            freed_by: vec![0; nodes],
            keeps_last,
        }
    }

    /// How many nodes there are; none if its parts do not agree.
    pub(crate) fn nodes(&self) -> Option<usize> {
        let nodes = self.outputs.len();
        (self.uses.len() == nodes && self.freed_by.len() == nodes).then_some(nodes)
    }

    /// The Graph's nodes begin with the event `event`.
    pub(crate) fn opened(&mut self, event: u64) {
        self.freed_by.fill(event);
    }

    /// Something that `node` waited for ended with the event `event`.
    pub(crate) fn freed(&mut self, node: u32, event: u64) {
        self.freed_by[node as usize] = event;
    }

    /// Keeps the output of a node that ended well, as far as it is needed; the bytes by which the
    /// Graph's result grows.
    pub(crate) fn keep(&mut self, node: u32, output: Json) -> usize {
        let node = node as usize;
        let is_last = self.uses[node] == 0;
        if is_last && !self.keeps_last {
            return 0;
        }
        let bytes = if is_last { output.size() + 1 } else { 0 };
        self.outputs[node] = Some(output);
        bytes
    }

    /// What a node is given: the outputs of what it comes after, by name. None if it comes after
    /// nothing.
    fn take(&mut self, machine: &Machine, graph: &Graph, node: u32) -> Option<Value> {
        let after = &graph.nodes[node as usize].after;
        if after.is_empty() {
            return None;
        }
        let mut given = Map::with_capacity(after.len());
        for before in after {
            let output = self.used(*before).unwrap_or_else(Json::null);
            given.insert(
                name(machine, graph, *before).to_string(),
                output.into_value(),
            );
        }
        Some(Value::Object(given))
    }

    /// One of those that come after `node` has its output, which is dropped after the last.
    fn used(&mut self, node: u32) -> Option<Json> {
        let node = node as usize;
        self.uses[node] -= 1;
        if self.uses[node] == 0 {
            return self.outputs[node].take();
        }
        self.outputs[node].clone()
    }

    /// The Graph's result, once all nodes have ended.
    pub(crate) fn into_result(self, machine: &Machine, graph: &Graph) -> Json {
        let outputs = self.outputs.into_iter().enumerate();
        let named = outputs.filter_map(|(node, output)| {
            let name = name(machine, graph, node as u32).to_string();
            Some((name, output?.into_value()))
        });
        Value::Object(named.collect()).into()
    }
}

snapshot::fields!(Place { input, node });
snapshot::fields!(Handover {
    outputs,
    uses,
    freed_by,
    keeps_last,
});
