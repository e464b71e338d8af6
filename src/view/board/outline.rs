//! A definition as a list of states in the order in which they run, with what is inside what.

use std::collections::HashSet;

use serde_json::Value;

use super::{Node, StateKind};

/// Every state of a definition.
pub(super) fn nodes(definition: &Value) -> Vec<Node> {
    let mut nodes = Vec::new();
    add_scope(&mut nodes, definition, 0, None);
    nodes
}

fn add_scope(nodes: &mut Vec<Node>, scope: &Value, depth: usize, owner: Option<usize>) {
    for name in order(scope) {
        let state = &scope["States"][name];
        let kind = StateKind::of(state["Type"].as_str().unwrap_or_default());
        nodes.push(Node::new(name, kind, depth, owner));
        let at = nodes.len() - 1;
        for inner in scopes(state) {
            add_scope(nodes, inner, depth + 1, Some(at));
        }
    }
}

/// What a `Map` or a `Parallel` runs; `Iterator` is the older word for `ItemProcessor`.
fn scopes(state: &Value) -> impl Iterator<Item = &Value> {
    let branches = state["Branches"].as_array().into_iter().flatten();
    let processor = state.get("ItemProcessor").or_else(|| state.get("Iterator"));
    branches.chain(processor)
}

/// The states of a scope: along the ways they can go, then those that a `Catch` leads to, then the
/// rest.
fn order(scope: &Value) -> Vec<&str> {
    let mut order = Order::default();
    order.follow(scope, scope["StartAt"].as_str().into_iter().collect());
    let mut at = 0;
    while let Some(name) = order.names.get(at).copied() {
        let catchers = scope["States"][name]["Catch"]
            .as_array()
            .into_iter()
            .flatten();
        order.follow(scope, catchers.filter_map(next).collect());
        at += 1;
    }
    let all = scope["States"]
        .as_object()
        .into_iter()
        .flat_map(|states| states.keys());
    order.follow(scope, all.map(String::as_str).rev().collect());
    order.names
}

#[derive(Default)]
struct Order<'a> {
    names: Vec<&'a str>,
    seen: HashSet<&'a str>,
}

impl<'a> Order<'a> {
    /// Adds the states on `stack` (the last first) and all that they can go to.
    fn follow(&mut self, scope: &'a Value, mut stack: Vec<&'a str>) {
        while let Some(name) = stack.pop() {
            let state = &scope["States"][name];
            if !state.is_object() || !self.seen.insert(name) {
                continue;
            }
            self.names.push(name);
            stack.extend(state["Default"].as_str());
            let rules = state["Choices"].as_array().into_iter().flatten();
            stack.extend(rules.rev().filter_map(next));
            stack.extend(next(state));
        }
    }
}

fn next(from: &Value) -> Option<&str> {
    from["Next"].as_str()
}
