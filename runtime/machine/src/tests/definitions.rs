//! Definitions drawn at random, for the laws that hold for every one.

use proptest::prelude::*;
use serde_json::{Value, json};

/// A state of a definition drawn at random.
#[derive(Clone, Debug)]
pub(super) enum Node {
    Pass,
    Choice,
    /// Speaks JSONata, and assigns.
    Query,
    Wait(u32),
    Task {
        retry: bool,
        catch: bool,
        timeout: bool,
        /// Speaks JSONata.
        query: bool,
        /// What it invokes, see [`resource`].
        kind: u8,
    },
    Parallel {
        branches: Vec<Vec<Node>>,
        retry: bool,
        catch: bool,
    },
    Map {
        items: u32,
        window: u32,
        /// Inline, or distributed in one way or another, see [`distribute`].
        mode: u8,
        body: Vec<Node>,
        /// Whether items have ids.
        order: bool,
        retry: bool,
        catch: bool,
    },
    /// Nodes, each after some of those before it.
    Graph {
        nodes: Vec<(GraphNode, Vec<usize>)>,
        skip: bool,
        retry: bool,
        catch: bool,
    },
    /// Only at the end of a chain.
    Fail,
}

/// A node of a `Graph`.
#[derive(Clone, Debug)]
pub(super) enum GraphNode {
    Pass,
    Wait(u32),
    Task { catch: bool },
    Branch(Vec<Node>),
}

pub(super) fn chain(depth: u32) -> BoxedStrategy<Vec<Node>> {
    let end = prop_oneof![3 => Just(None), 1 => Just(Some(Node::Fail))];
    (prop::collection::vec(node(depth), 1..4), end)
        .prop_map(|(mut nodes, end)| {
            nodes.extend(end);
            nodes
        })
        .boxed()
}

fn node(depth: u32) -> BoxedStrategy<Node> {
    let leaf = prop_oneof![
        Just(Node::Pass),
        Just(Node::Choice),
        Just(Node::Query),
        (0..20_u32).prop_map(Node::Wait),
        (any::<(bool, bool, bool, bool)>(), 0..6_u8).prop_map(
            |((retry, catch, timeout, query), kind)| Node::Task {
                retry,
                catch,
                timeout,
                query,
                kind,
            }
        ),
    ];
    if depth == 0 {
        return leaf.boxed();
    }
    let parallel = (
        prop::collection::vec(chain(depth - 1), 1..4),
        any::<(bool, bool)>(),
    )
        .prop_map(|(branches, (retry, catch))| Node::Parallel {
            branches,
            retry,
            catch,
        });
    let map = (
        0..7_u32,
        0..4_u32,
        0..8_u8,
        chain(depth - 1),
        any::<(bool, bool, bool)>(),
    )
        .prop_map(
            |(items, window, mode, body, (order, retry, catch))| Node::Map {
                items,
                window,
                mode,
                body,
                order,
                retry,
                catch,
            },
        );
    let after = prop::collection::vec(any::<usize>(), 0..3);
    let graph = (
        prop::collection::vec((graph_node(depth), after), 1..6),
        any::<(bool, bool, bool)>(),
    )
        .prop_map(|(nodes, (skip, retry, catch))| Node::Graph {
            nodes,
            skip,
            retry,
            catch,
        });
    prop_oneof![3 => leaf, 1 => parallel, 1 => map, 1 => graph].boxed()
}

fn graph_node(depth: u32) -> BoxedStrategy<GraphNode> {
    prop_oneof![
        Just(GraphNode::Pass),
        (0..20_u32).prop_map(GraphNode::Wait),
        any::<bool>().prop_map(|catch| GraphNode::Task { catch }),
        chain(depth - 1).prop_map(GraphNode::Branch),
    ]
    .boxed()
}

/// Prints definitions; names are numbered through.
#[derive(Default)]
pub(super) struct Printer {
    names: u32,
}

impl Printer {
    fn name(&mut self) -> String {
        self.names += 1;
        format!("S{}", self.names)
    }

    pub(super) fn scope(&mut self, nodes: &[Node]) -> Value {
        let mut states = serde_json::Map::new();
        let names: Vec<String> = nodes.iter().map(|_| self.name()).collect();
        for (position, node) in nodes.iter().enumerate() {
            let next = names.get(position + 1);
            self.state(&mut states, &names[position], node, next);
        }
        json!({ "StartAt": names[0], "States": states })
    }

    fn state(
        &mut self,
        states: &mut serde_json::Map<String, Value>,
        name: &str,
        node: &Node,
        next: Option<&String>,
    ) {
        let (mut state, retry, catch) = match node {
            Node::Pass => (json!({ "Type": "Pass" }), false, false),
            Node::Choice => (
                json!({ "Type": "Pass", "Parameters": { "r.$": "States.MathRandom(0, 9)" } }),
                false,
                false,
            ),
            Node::Query => (
                json!({ "Type": "Pass", "QueryLanguage": "JSONata", "Assign": { format!("at{name}"): "{% $millis() %}", format!("r{name}"): "{% $random() %}" },
                    "Output": { "r": "{% $random() %}", "input": "{% $string($states.input) ~> $length() %}" } }),
                false,
                false,
            ),
            Node::Wait(seconds) => (json!({ "Type": "Wait", "Seconds": seconds }), false, false),
            Node::Task {
                retry,
                catch,
                timeout,
                query,
                kind,
            } => {
                let mut state = json!({ "Type": "Task", "Resource": "f" });
                if *query {
                    state["QueryLanguage"] = "JSONata".into();
                    state["Arguments"] = json!({ "n": "{% $random() %}" });
                    state["Output"] = "{% $states.result.n %}".into();
                }
                resource(&mut state, *kind);
                if *timeout {
                    state["TimeoutSeconds"] = 3.into();
                    if *kind > 2 {
                        state["HeartbeatSeconds"] = 2.into();
                    }
                }
                (state, *retry, *catch)
            }
            Node::Parallel {
                branches,
                retry,
                catch,
            } => {
                let branches: Vec<Value> = branches.iter().map(|nodes| self.scope(nodes)).collect();
                (
                    json!({ "Type": "Parallel", "Branches": branches }),
                    *retry,
                    *catch,
                )
            }
            Node::Map {
                items,
                window,
                mode,
                body,
                order,
                retry,
                catch,
            } => {
                let body = self.scope(body);
                let items = format!("States.ArrayRange(1, {items}, 1)");
                let before = format!("{name}items");
                states.insert(
                    name.to_owned(),
                    json!({
                        "Type": "Pass", "Parameters": { "items.$": items }, "Next": before,
                    }),
                );
                let mut state = json!({
                    "Type": "Map", "ItemsPath": "$.items", "ItemProcessor": body, "MaxConcurrency": window,
                });
                distribute(&mut state, *mode);
                if *order && state.get("ItemBatcher").is_none() {
                    state["ItemId"] = "$".into();
                    state["After"] = "$.nothing".into();
                    state["OnFailure"] = "SKIP".into();
                }
                return self.finish(states, &before, (state, *retry, *catch), next);
            }
            Node::Graph {
                nodes,
                skip,
                retry,
                catch,
            } => (self.graph(nodes, *skip), *retry, *catch),
            Node::Fail => (json!({ "Type": "Fail", "Error": "Failed" }), false, false),
        };
        if matches!(node, Node::Fail) {
            states.insert(name.to_owned(), state.take());
            return;
        }
        self.finish(states, name, (state, retry, catch), next);
    }

    fn graph(&mut self, nodes: &[(GraphNode, Vec<usize>)], skip: bool) -> Value {
        let names: Vec<String> = nodes.iter().map(|_| self.name()).collect();
        let mut printed = serde_json::Map::new();
        for (place, (node, picks)) in nodes.iter().enumerate() {
            let mut state = match node {
                GraphNode::Pass => json!({ "Type": "Pass" }),
                GraphNode::Wait(seconds) => json!({ "Type": "Wait", "Seconds": seconds }),
                GraphNode::Task { catch: false } => json!({ "Type": "Task", "Resource": "f" }),
                GraphNode::Task { catch: true } => {
                    json!({ "Type": "Task", "Resource": "f", "Catch": [{ "ErrorEquals": ["States.ALL"] }] })
                }
                GraphNode::Branch(nodes) => {
                    json!({ "Type": "Parallel", "Branches": [self.scope(nodes)] })
                }
            };
            let after: std::collections::BTreeSet<usize> = picks
                .iter()
                .filter(|_| place > 0)
                .map(|pick| pick % place.max(1))
                .collect();
            let after: Vec<&String> = after.iter().map(|node| &names[*node]).collect();
            state["After"] = json!(after);
            printed.insert(names[place].clone(), state);
        }
        let on_failure = if skip { "SKIP" } else { "CANCEL" };
        json!({ "Type": "Graph", "Nodes": printed, "OnFailure": on_failure })
    }

    fn finish(
        &mut self,
        states: &mut serde_json::Map<String, Value>,
        name: &str,
        (mut state, retry, catch): (Value, bool, bool),
        next: Option<&String>,
    ) {
        match next {
            Some(next) => state["Next"] = next.as_str().into(),
            None => state["End"] = true.into(),
        }
        if retry {
            state["Retry"] = json!([{ "ErrorEquals": ["States.ALL"], "MaxAttempts": 2, "JitterStrategy": "FULL" }]);
        }
        if catch {
            let caught = self.name();
            state["Catch"] = json!([{ "ErrorEquals": ["States.TaskFailed"], "Next": caught }]);
            if state["QueryLanguage"] == "JSONata" {
                state["Catch"][0]["Output"] =
                    "{% $states.errorOutput.Error & $string($random()) %}".into();
            }
            states.insert(caught, json!({ "Type": "Pass", "End": true }));
        }
        states.insert(name.to_owned(), state);
    }
}

/// Makes a task of a function one of something else.
fn resource(state: &mut Value, kind: u8) {
    let (resource, arguments) = match kind {
        0..=2 => return,
        3 => (
            "arn:aws:states:us-east-1:000000000000:activity:a",
            state["Arguments"].take(),
        ),
        4 => (
            "arn:aws:states:::lambda:invoke.waitForTaskToken",
            json!({ "FunctionName": "f" }),
        ),
        _ => (
            "arn:aws:states:::states:startExecution.sync:2",
            json!({ "StateMachineArn": "m" }),
        ),
    };
    state["Resource"] = resource.into();
    let field = match state["QueryLanguage"].as_str() {
        Some(_) => "Arguments",
        None => "Parameters",
    };
    state["Arguments"].take();
    if let Some(fields) = state.as_object_mut() {
        fields.retain(|_, value| !value.is_null());
    }
    if !arguments.is_null() {
        state[field] = arguments;
    }
}

/// Makes an inline `Map` a distributed one.
fn distribute(state: &mut Value, mode: u8) {
    if mode < 4 {
        return;
    }
    state["ItemProcessor"]["ProcessorConfig"] =
        json!({ "Mode": "DISTRIBUTED", "ExecutionType": "STANDARD" });
    state["ToleratedFailureCount"] = (mode % 3).into();
    if mode.is_multiple_of(2) {
        state["ItemBatcher"] = json!({ "MaxItemsPerBatch": 2 });
    }
    if mode > 5 {
        state["ItemReader"] = json!({
            "Resource": "arn:aws:states:::s3:getObject",
            "ReaderConfig": { "InputType": "JSON" },
            "Parameters": { "Bucket": "b", "Key": "k" },
        });
        state["ResultWriter"] = json!({
            "Resource": "arn:aws:states:::s3:putObject",
            "Parameters": { "Bucket": "b" },
        });
    }
}
