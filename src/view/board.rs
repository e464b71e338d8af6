//! The model behind `--follow`: events in, how each state stands out.
//!
//! A [`Board`] is made from a definition, takes the events of one execution in order, and can be
//! asked at any time for lines to draw ([`lines`]), for what changed since the last time
//! ([`updates`]), and in the end for where the time went ([`super::timing`]). It reads no clock and
//! touches no terminal.
//!
//! Events of a task carry no state's name; each names the event before it. So the board remembers,
//! for every visit of a state that is going on, its last event: a *chain*. Memory grows with the
//! visits going on, and by four bytes for each that has ended.

pub(crate) mod lines;
mod node;
mod outline;
mod rate;
pub(crate) mod updates;

use std::collections::HashMap;

use serde_json::Value;
use steploom_api::wire::{Event, ExecutionStatus};
use steploom_types::Timestamp;

pub(crate) use self::node::{Mark, Node, StateKind};
use self::rate::Rate;

/// How the states of one execution stand.
#[derive(Debug)]
pub(crate) struct Board {
    /// What is being followed: `MACHINE/NAME`.
    title: String,
    nodes: Vec<Node>,
    by_name: HashMap<String, usize>,
    /// By its last event, each visit of a state that is going on.
    chains: HashMap<u64, Chain>,
    /// The `Map` whose iteration failed last: what `MapStateFailed` is about.
    failing_map: Option<usize>,
    /// The state whose visit failed last: `ParallelStateFailed` is about the one around it.
    failed_last: Option<usize>,
    started_at: Option<Timestamp>,
    last_at: Timestamp,
    ended_at: Option<Timestamp>,
    status: ExecutionStatus,
    failure: Option<(String, String)>,
    last_event: u64,
    tasks_done: u64,
    rate: Rate,
}

/// A visit that is going on.
#[derive(Clone, Copy, Debug)]
struct Chain {
    node: usize,
    entered_at: Timestamp,
    scheduled_at: Option<Timestamp>,
    failing: bool,
}

impl Board {
    /// A board for an execution of this definition; without one, states appear as they are reached.
    pub(crate) fn new(title: impl Into<String>, definition: Option<&Value>) -> Self {
        let nodes = definition.map(outline::nodes).unwrap_or_default();
        let by_name = nodes
            .iter()
            .enumerate()
            .map(|(at, node)| (node.name.clone(), at))
            .collect();
        Self {
            title: title.into(),
            nodes,
            by_name,
            chains: HashMap::new(),
            failing_map: None,
            failed_last: None,
            started_at: None,
            last_at: Timestamp::default(),
            ended_at: None,
            status: ExecutionStatus::Running,
            failure: None,
            last_event: 0,
            tasks_done: 0,
            rate: Rate::default(),
        }
    }

    /// Takes the next event. One that was taken already changes nothing.
    pub(crate) fn apply(&mut self, event: &Event) {
        if event.id <= self.last_event {
            return;
        }
        self.last_event = event.id;
        self.last_at = event.timestamp;
        let kind = event.kind.as_str();
        if let Some(kind) = kind.strip_prefix("Execution") {
            self.execution(kind, event);
        } else if let Some(state) = kind.strip_suffix("StateEntered") {
            self.enter(StateKind::of(state), event);
        } else if kind.ends_with("StateExited") {
            self.exit(event);
        } else if kind.ends_with("StateAborted") {
            self.abort_visit(event);
        } else if let Some(what) = kind.strip_prefix("MapIteration") {
            self.iteration(what, event);
        } else if kind == "MapStateStarted" || kind == "ParallelStateStarted" {
            self.open_scope(event);
        } else if kind == "MapStateFailed" || kind == "ParallelStateFailed" {
            self.scope_failed(event);
        } else {
            self.attempt(kind, event);
        }
    }

    /// Whether the execution has ended.
    pub(crate) fn has_ended(&self) -> bool {
        self.ended_at.is_some()
    }

    /// The states, in the order in which they are drawn.
    pub(crate) fn nodes(&self) -> &[Node] {
        &self.nodes
    }

    /// Milliseconds from the start to the end, or to `now`.
    pub(crate) fn elapsed_ms(&self, now: Timestamp) -> u64 {
        let until = self.ended_at.unwrap_or(now.max(self.last_at));
        self.started_at.map_or(0, |start| until.millis_since(start))
    }

    fn execution(&mut self, what: &str, event: &Event) {
        self.status = match what {
            "Succeeded" => ExecutionStatus::Succeeded,
            "Failed" => ExecutionStatus::Failed,
            "Aborted" => ExecutionStatus::Aborted,
            "TimedOut" => ExecutionStatus::TimedOut,
            _ => {
                self.started_at = Some(event.timestamp);
                return;
            }
        };
        self.ended_at = Some(event.timestamp);
        if let Some(error) = text(event, "error") {
            let cause = text(event, "cause").unwrap_or_default();
            self.failure = Some((error.to_owned(), cause.to_owned()));
        }
        self.end_chain(event.previous_event_id, true);
        self.close();
    }

    /// Settles what was still going on when the execution ended.
    fn close(&mut self) {
        for (_, chain) in std::mem::take(&mut self.chains) {
            let node = &mut self.nodes[chain.node];
            if chain.failing {
                node.failed += 1;
            } else {
                node.aborted += 1;
            }
        }
        let failed = self.status == ExecutionStatus::Failed;
        for node in &mut self.nodes {
            node.failing = 0;
            node.open_since.clear();
            if failed {
                node.failed += node.open();
            } else {
                node.aborted += node.open();
            }
        }
    }

    fn enter(&mut self, kind: StateKind, event: &Event) {
        let Some(name) = text(event, "name") else {
            return;
        };
        let at = self.by_name.get(name).copied().unwrap_or_else(|| {
            self.nodes.push(Node::new(name, kind, 0, None));
            self.by_name.insert(name.to_owned(), self.nodes.len() - 1);
            self.nodes.len() - 1
        });
        let node = &mut self.nodes[at];
        node.entered += 1;
        if node.kind.has_scopes() {
            node.open_since.push_back(event.timestamp);
        }
        let chain = Chain {
            node: at,
            entered_at: event.timestamp,
            scheduled_at: None,
            failing: false,
        };
        self.chains.insert(event.id, chain);
    }

    fn exit(&mut self, event: &Event) {
        let chain = self.chains.remove(&event.previous_event_id);
        let named = text(event, "name").and_then(|name| self.by_name.get(name).copied());
        let Some(at) = named.or(chain.map(|chain| chain.node)) else {
            return;
        };
        let own = chain.filter(|chain| chain.node == at);
        let node = &mut self.nodes[at];
        node.done += 1;
        if own.is_some_and(|chain| chain.failing) {
            node.failing = node.failing.saturating_sub(1);
            node.caught += 1;
        }
        let since = node
            .open_since
            .pop_front()
            .or(own.map(|chain| chain.entered_at));
        if let Some(since) = since {
            let ms = event.timestamp.millis_since(since);
            node.times_ms.push(u32::try_from(ms).unwrap_or(u32::MAX));
        }
        if node.kind == StateKind::Task {
            self.tasks_done += 1;
            self.rate.add(event.timestamp);
        }
    }

    /// A visit was given up. Of a `Map` or `Parallel` that has begun no chain is kept: it is the
    /// innermost of its kind that is going on.
    fn abort_visit(&mut self, event: &Event) {
        if self.chains.contains_key(&event.previous_event_id) {
            return self.end_chain(event.previous_event_id, false);
        }
        let kind = StateKind::of(event.kind.trim_end_matches("StateAborted"));
        if !kind.has_scopes() {
            return;
        }
        let nodes = self.nodes.iter_mut();
        let open = nodes.filter(|node| node.kind == kind && node.open() > 0);
        if let Some(node) = open.max_by_key(|node| node.depth) {
            node.end_badly(false, false);
        }
    }

    fn open_scope(&mut self, event: &Event) {
        let Some(chain) = self.chains.remove(&event.previous_event_id) else {
            return;
        };
        let items = event.details.get("length").and_then(Value::as_u64);
        self.nodes[chain.node].items.total += items.unwrap_or(0);
    }

    fn iteration(&mut self, what: &str, event: &Event) {
        let Some(at) = text(event, "name").and_then(|name| self.by_name.get(name).copied()) else {
            return;
        };
        match what {
            "Succeeded" => self.nodes[at].items.succeeded += 1,
            "Failed" => {
                self.nodes[at].items.failed += 1;
                self.failing_map = Some(at);
                self.end_chain(event.previous_event_id, true);
            }
            "Aborted" => self.end_chain(event.previous_event_id, false),
            _ => {}
        }
    }

    /// A `Map` or `Parallel` failed. What goes on inside has been cut off, if it is clear whose it
    /// is.
    fn scope_failed(&mut self, event: &Event) {
        self.end_chain(event.previous_event_id, true);
        let inside = self.failed_last;
        let owner = match event.kind.as_str() {
            "MapStateFailed" => self.failing_map.take(),
            _ => inside.and_then(|at| self.owner_of_kind(at, StateKind::Parallel)),
        };
        let Some(owner) = owner.filter(|at| self.nodes[*at].open() == 1) else {
            return;
        };
        let inside: Vec<u64> = self
            .chains
            .iter()
            .filter(|(_, chain)| self.is_inside(chain.node, owner))
            .map(|(event, _)| *event)
            .collect();
        for event in inside {
            if let Some(chain) = self.chains.remove(&event) {
                self.nodes[chain.node].end_badly(chain.failing, false);
            }
        }
        // The failed scope itself is the visit's last event, so that a Catch or Retry finds it.
        let chain = Chain {
            node: owner,
            entered_at: event.timestamp,
            scheduled_at: None,
            failing: true,
        };
        self.nodes[owner].failing += 1;
        self.chains.insert(event.id, chain);
    }

    /// An event of a task's attempt: `LambdaFunctionScheduled`, `TaskFailed`, `ActivityTimedOut`,
    /// ...
    fn attempt(&mut self, kind: &str, event: &Event) {
        let Some(mut chain) = self.chains.remove(&event.previous_event_id) else {
            return;
        };
        let node = &mut self.nodes[chain.node];
        let failed = kind.ends_with("Failed") || kind.ends_with("TimedOut");
        if kind.ends_with("Scheduled") {
            chain.scheduled_at = Some(event.timestamp);
            if chain.failing {
                node.retried += 1;
                node.failing = node.failing.saturating_sub(1);
                chain.failing = false;
            }
        } else if failed || kind.ends_with("Succeeded") {
            let since = chain.scheduled_at.take();
            node.attempts_ms += since.map_or(0, |since| event.timestamp.millis_since(since));
        }
        if failed && !chain.failing {
            node.failing += 1;
            chain.failing = true;
        }
        self.chains.insert(event.id, chain);
    }

    /// Ends the visit whose last event this is, if there is one.
    fn end_chain(&mut self, last_event: u64, failed: bool) {
        let Some(chain) = self.chains.remove(&last_event) else {
            return;
        };
        self.nodes[chain.node].end_badly(chain.failing, failed);
        if chain.failing || failed {
            self.failed_last = Some(chain.node);
        }
    }

    fn owner_of_kind(&self, mut at: usize, kind: StateKind) -> Option<usize> {
        loop {
            at = self.nodes[at].owner?;
            if self.nodes[at].kind == kind {
                return Some(at);
            }
        }
    }

    fn is_inside(&self, mut at: usize, owner: usize) -> bool {
        while let Some(up) = self.nodes[at].owner {
            if up == owner {
                return true;
            }
            at = up;
        }
        false
    }

    /// How often a state will be visited, if that is known: once for each item of the `Map` around
    /// it.
    fn visits_expected(&self, node: &Node) -> Option<u64> {
        let owner = &self.nodes[node.owner?];
        (owner.kind == StateKind::Map && owner.items.total > 0).then_some(owner.items.total)
    }

    fn mark(&self, node: &Node) -> Mark {
        if node.open() > 0 {
            return if node.failing > 0 {
                Mark::Retrying
            } else {
                Mark::Running
            };
        }
        match node {
            Node { entered: 0, .. } if self.has_ended() => Mark::Skipped,
            Node { entered: 0, .. } => Mark::Waiting,
            Node { failed: 1.., .. } => Mark::Failed,
            Node { aborted: 1.., .. } => Mark::Aborted,
            _ => Mark::Done,
        }
    }
}

/// A text among an event's details.
pub(crate) fn text<'a>(event: &'a Event, field: &str) -> Option<&'a str> {
    event.details.get(field).and_then(Value::as_str)
}

#[cfg(test)]
mod tests;
