//! What a picture shows of a definition.

mod condition;
mod detail;

use std::collections::HashMap;

use serde_json::{Map, Value};

/// Scopes in one another that are drawn.
const DEPTH_MAX: usize = 32;

/// States of one scope, and how they follow one another.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Graph {
    pub(crate) nodes: Vec<Node>,
    pub(crate) edges: Vec<Edge>,
    /// Where the scope starts, if it says so.
    pub(crate) start: Option<usize>,
}

/// A state.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Node {
    pub(crate) name: String,
    pub(crate) kind: Kind,
    /// What it does, in a few words; may be empty.
    pub(crate) detail: String,
    /// Whether its scope ends with it.
    pub(crate) is_end: bool,
    /// The scopes inside of it.
    pub(crate) insides: Vec<Graph>,
}

/// What a state is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Task,
    Pass,
    Choice,
    Wait,
    Succeed,
    Fail,
    Parallel,
    Map,
    Graph,
    Unknown,
}

/// One state leads to another.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Edge {
    pub(crate) from: usize,
    pub(crate) to: usize,
    pub(crate) why: Why,
    /// May be empty.
    pub(crate) label: String,
}

/// Why one state leads to another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Why {
    Next,
    Rule,
    Default,
    Catch,
}

impl Kind {
    fn of(name: &str) -> Self {
        match name {
            "Task" => Self::Task,
            "Pass" => Self::Pass,
            "Choice" => Self::Choice,
            "Wait" => Self::Wait,
            "Succeed" => Self::Succeed,
            "Fail" => Self::Fail,
            "Parallel" => Self::Parallel,
            "Map" => Self::Map,
            "Graph" => Self::Graph,
            _ => Self::Unknown,
        }
    }

    /// The name in the language.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Task => "Task",
            Self::Pass => "Pass",
            Self::Choice => "Choice",
            Self::Wait => "Wait",
            Self::Succeed => "Succeed",
            Self::Fail => "Fail",
            Self::Parallel => "Parallel",
            Self::Map => "Map",
            Self::Graph => "Graph",
            Self::Unknown => "State",
        }
    }
}

impl Node {
    /// Whether nothing can come after it.
    pub(crate) fn is_terminal(&self) -> bool {
        matches!(self.kind, Kind::Succeed | Kind::Fail)
    }
}

impl Graph {
    /// Reads a definition.
    pub fn read(definition: &Value) -> Self {
        scope(definition, 0)
    }
}

/// A machine, a branch or a processor: `StartAt` and `States`.
fn scope(value: &Value, depth: usize) -> Graph {
    let Some(states) = value["States"].as_object() else {
        return Graph::default();
    };
    let by_name = places(states);
    let place = |name: &Value| name.as_str().and_then(|name| by_name.get(name)).copied();
    let nodes = states
        .iter()
        .map(|(name, state)| node(name, state, depth))
        .collect();
    let mut edges = Vec::new();
    for (from, state) in states.values().enumerate() {
        leads_to(from, state, &place, &mut edges);
    }
    Graph {
        nodes,
        edges,
        start: place(&value["StartAt"]),
    }
}

fn places(states: &Map<String, Value>) -> HashMap<&str, usize> {
    let places = states.keys().enumerate();
    places.map(|(at, name)| (name.as_str(), at)).collect()
}

fn node(name: &str, state: &Value, depth: usize) -> Node {
    let kind = Kind::of(state["Type"].as_str().unwrap_or_default());
    let is_terminal = matches!(kind, Kind::Succeed | Kind::Fail);
    Node {
        name: name.to_owned(),
        kind,
        detail: detail::of(kind, state),
        is_end: is_terminal || state["End"] == true,
        insides: if depth < DEPTH_MAX {
            insides(kind, state, depth + 1)
        } else {
            Vec::new()
        },
    }
}

fn insides(kind: Kind, state: &Value, depth: usize) -> Vec<Graph> {
    match kind {
        Kind::Parallel => {
            let branches = state["Branches"].as_array();
            let branches = branches.into_iter().flatten();
            branches.map(|branch| scope(branch, depth)).collect()
        }
        Kind::Map => {
            let processor = state.get("ItemProcessor").or(state.get("Iterator"));
            processor
                .map(|inside| scope(inside, depth))
                .into_iter()
                .collect()
        }
        Kind::Graph => vec![nodes_of_graph(&state["Nodes"], depth)],
        _ => Vec::new(),
    }
}

/// The nodes of a `Graph`: an edge from each node to those that come after it.
fn nodes_of_graph(nodes: &Value, depth: usize) -> Graph {
    let Some(states) = nodes.as_object() else {
        return Graph::default();
    };
    let by_name = places(states);
    let mut edges = Vec::new();
    for (to, state) in states.values().enumerate() {
        for name in state["After"].as_array().into_iter().flatten() {
            if let Some(&from) = name.as_str().and_then(|name| by_name.get(name)) {
                edges.push(edge(from, to, Why::Next, String::new()));
            }
        }
    }
    let nodes = states.iter().map(|(name, state)| Node {
        is_end: false,
        ..node(name, state, depth)
    });
    Graph {
        nodes: nodes.collect(),
        edges,
        start: None,
    }
}

fn leads_to(
    from: usize,
    state: &Value,
    place: &impl Fn(&Value) -> Option<usize>,
    edges: &mut Vec<Edge>,
) {
    for rule in state["Choices"].as_array().into_iter().flatten() {
        if let Some(to) = place(&rule["Next"]) {
            edges.push(edge(from, to, Why::Rule, condition::of(rule)));
        }
    }
    if let Some(to) = place(&state["Default"]) {
        edges.push(edge(from, to, Why::Default, "otherwise".to_owned()));
    }
    if let Some(to) = place(&state["Next"]) {
        edges.push(edge(from, to, Why::Next, String::new()));
    }
    for catcher in state["Catch"].as_array().into_iter().flatten() {
        if let Some(to) = place(&catcher["Next"]) {
            edges.push(edge(from, to, Why::Catch, detail::errors(catcher)));
        }
    }
}

fn edge(from: usize, to: usize, why: Why, label: String) -> Edge {
    Edge {
        from,
        to,
        why,
        label,
    }
}
