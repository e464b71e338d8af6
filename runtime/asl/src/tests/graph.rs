//! `Graph`: nodes, their order, and all that is refused about them.

use serde_json::{Value, json};

use super::{machine, state};
use crate::model::{Graph, Kind, Next, NumberField, OnFailure, StateIx};
use crate::parse;

fn graph(nodes: Value) -> Value {
    json!({"Type": "Graph", "Nodes": nodes, "End": true})
}

fn compiled(machine: &crate::Machine) -> &Graph {
    match &machine.states[0].kind {
        Kind::Graph(graph) => graph,
        other => panic!("{other:?}"),
    }
}

/// What is wrong with a Graph's nodes: a line a finding.
fn refused(nodes: Value) -> String {
    let definition = json!({"StartAt": "G", "States": {"G": graph(nodes)}});
    let rejected = parse(&definition.to_string()).expect_err("it is refused");
    let lines: Vec<String> = rejected
        .diagnostics
        .iter()
        .map(ToString::to_string)
        .collect();
    lines.join("\n")
}

#[test]
fn nodes_know_what_they_come_after() {
    let machine = state(json!({
        "Type": "Graph", "End": true, "OnFailure": "SKIP", "MaxConcurrency": 2, "Parameters": {"x": 1},
        "Nodes": {
            "c": {"Type": "Task", "Resource": "fn", "After": ["b", "a"]},
            "a": {"Type": "Pass"},
            "b": {"Type": "Wait", "Seconds": 1, "After": ["a"]},
            "d": {"Type": "Parallel", "Branches": [{"StartAt": "e", "States": {"e": {"Type": "Succeed"}}}]}
        }
    }));
    let graph = compiled(&machine);
    let afters: Vec<&[u32]> = graph.nodes.iter().map(|node| &*node.after).collect();
    assert_eq!(afters, [&[2, 1][..], &[], &[1], &[]]);
    assert_eq!(graph.dag.followers(1), [0, 2]);
    assert_eq!(graph.on_failure, OnFailure::Skip);
    assert!(matches!(
        graph.max_concurrency,
        Some(NumberField::Literal(2))
    ));
    let names: Vec<&str> = graph
        .nodes
        .iter()
        .map(|node| &*machine.state(machine.scope(node.scope).start).name)
        .collect();
    assert_eq!(names, ["c", "a", "b", "d"]);
    assert_eq!(machine.scope(graph.nodes[0].scope).owner, Some(StateIx(0)));
}

#[test]
fn a_node_that_catches_ends() {
    let machine = state(graph(json!({"a": {
        "Type": "Task", "Resource": "fn", "Retry": [{"ErrorEquals": ["E"]}],
        "Catch": [{"ErrorEquals": ["States.ALL"], "ResultPath": "$.error"}]
    }})));
    let node = &machine.states[1];
    assert_eq!((node.catch[0].next, node.next), (Next::End, Next::End));
}

#[test]
fn a_circle_is_refused_and_shown() {
    assert_eq!(
        refused(json!({
            "a": {"Type": "Pass", "After": ["b"]},
            "b": {"Type": "Pass", "After": ["c", "d"]},
            "c": {"Type": "Pass", "After": ["a"]},
            "d": {"Type": "Pass"}
        })),
        "GRAPH_CYCLE: Nodes come after one another in a circle: a -> c -> b -> a at /States/G/Nodes"
    );
    assert_eq!(
        refused(json!({"a": {"Type": "Pass", "After": ["a"]}})),
        "GRAPH_CYCLE: Nodes come after one another in a circle: a -> a at /States/G/Nodes"
    );
}

#[test]
fn all_that_is_wrong_is_told_with_its_place() {
    assert_eq!(
        refused(json!({
            "a": {"Type": "Pass", "After": ["x", "b", "b", 1], "Next": "b"},
            "b": {"Type": "Choice", "Choices": [], "After": "a"},
            "c": {"Type": "Pass", "End": true},
            "d": {"Type": "Task", "Resource": "fn", "Catch": [{"ErrorEquals": ["E"], "Next": "a"}]},
            "G": {"Type": "Pass"},
            "e": 1
        })),
        "SCHEMA_VALIDATION_FAILED: A node goes nowhere, so it cannot be a Choice: put the Choice into a Parallel at /States/G/Nodes/b/Type
MISSING_TRANSITION_TARGET: Missing 'After' target: x at /States/G/Nodes/a/After[0]
SCHEMA_VALIDATION_FAILED: 'b' is named twice at /States/G/Nodes/a/After[2]
SCHEMA_VALIDATION_FAILED: Expected value of type String at /States/G/Nodes/a/After[3]
SCHEMA_VALIDATION_FAILED: Expected value of type Array at /States/G/Nodes/b/After
DUPLICATE_STATE_NAME: Duplicate State name: G at /States/G/Nodes/G
SCHEMA_VALIDATION_FAILED: Field 'Next' is not supported at /States/G/Nodes/a
SCHEMA_VALIDATION_FAILED: Value cannot be empty at /States/G/Nodes/b/Choices
SCHEMA_VALIDATION_FAILED: Field 'End' is not supported at /States/G/Nodes/c
SCHEMA_VALIDATION_FAILED: Field 'Next' is not supported at /States/G/Nodes/d/Catch[0]
SCHEMA_VALIDATION_FAILED: Expected value of type Object at /States/G/Nodes/e"
    );
    assert_eq!(
        refused(json!({})),
        "SCHEMA_VALIDATION_FAILED: Value cannot be empty at /States/G/Nodes"
    );
}

#[test]
fn a_state_outside_a_graph_has_no_after() {
    let definition =
        json!({"StartAt": "S", "States": {"S": {"Type": "Pass", "After": [], "End": true}}});
    let rejected = parse(&definition.to_string()).expect_err("refused");
    assert_eq!(
        rejected.diagnostics[0].to_string(),
        "SCHEMA_VALIDATION_FAILED: Field 'After' is not supported at /States/S"
    );
}

#[test]
fn a_large_graph_is_checked_at_once() {
    // Each node comes after the nine before it.
    let nodes: serde_json::Map<String, Value> = (0..9_000_usize)
        .map(|node| {
            let after: Vec<String> = (node.saturating_sub(9)..node)
                .map(|n| format!("n{n}"))
                .collect();
            (format!("n{node}"), json!({"Type": "Pass", "After": after}))
        })
        .collect();
    let definition = json!({"StartAt": "G", "States": {"G": graph(nodes.into())}});
    let machine = machine(&definition);
    assert_eq!(compiled(&machine).dag.edges(), 9 * 9_000 - 45);
}

/// What is wrong with a Map that has these fields besides.
fn map_refused(fields: Value, is_node: bool) -> String {
    let mut map = json!({"Type": "Map", "ItemProcessor": {"StartAt": "I", "States": {"I": {"Type": "Succeed"}}}});
    for (name, value) in fields.as_object().expect("fields") {
        map[name] = value.clone();
    }
    let state = if is_node {
        graph(json!({"M": map}))
    } else {
        map["End"] = true.into();
        map
    };
    let definition = json!({"StartAt": "S", "States": {"S": state}});
    let rejected = parse(&definition.to_string()).expect_err("it is refused");
    let lines: Vec<String> = rejected
        .diagnostics
        .iter()
        .map(ToString::to_string)
        .collect();
    lines.join("\n")
}

#[test]
fn the_items_of_a_map_have_an_order_as_a_whole() {
    assert_eq!(
        map_refused(json!({"ItemId": "$.id"}), false),
        "SCHEMA_VALIDATION_FAILED: These fields are required: [After] at /States/S"
    );
    assert_eq!(
        map_refused(json!({"OnFailure": "IGNORE"}), false),
        "SCHEMA_VALIDATION_FAILED: Value should be one of the following: [CANCEL, SKIP] at /States/S/OnFailure
SCHEMA_VALIDATION_FAILED: These fields are required: [ItemId, After] at /States/S"
    );
    let refused = map_refused(json!({"ItemId": "id", "After": ["a"]}), false);
    assert!(refused.contains(" at /States/S/ItemId\n"), "{refused}");
    assert!(
        refused.ends_with("Expected value of type String at /States/S/After"),
        "{refused}"
    );
    assert_eq!(
        map_refused(json!({"ItemId": "$.id", "After": []}), true),
        "SCHEMA_VALIDATION_FAILED: The 'After' of a node says which nodes it comes after: to let items come after one another, too, put the Map into a Parallel at /States/S/Nodes/M/ItemId"
    );
}

#[test]
fn extensions_are_refused_by_strict_checks() {
    let strict = crate::Options {
        strict: true,
        ..crate::Options::default()
    };
    let refused = |state: Value| {
        let definition = json!({"StartAt": "S", "States": {"S": state}});
        let rejected = crate::parse_with(&definition.to_string(), &strict).expect_err("refused");
        rejected.diagnostics[0].to_string()
    };
    assert_eq!(
        refused(graph(json!({"a": {"Type": "Pass"}}))),
        "UNSUPPORTED: Graph: an extension, which Amazon States Language does not have at /States/S"
    );
    assert_eq!(
        refused(json!({
            "Type": "Map", "End": true, "ItemId": "$.id", "After": "$.after",
            "ItemProcessor": {"StartAt": "I", "States": {"I": {"Type": "Succeed"}}}
        })),
        "UNSUPPORTED: ItemId: an extension, which Amazon States Language does not have at /States/S/ItemId"
    );
}
