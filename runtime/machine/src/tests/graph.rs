//! `Graph`: nodes that come after one another, each with the outputs of those before it.

use expect_test::expect;
use proptest::prelude::*;
use serde_json::{Map, Value, json};

use crate::testkit::{Answer, execute, no_script};

fn graph(nodes: Value, fields: Value) -> Value {
    let mut state = json!({ "Type": "Graph", "Nodes": nodes, "End": true });
    for (name, value) in fields.as_object().expect("fields") {
        state[name] = value.clone();
    }
    json!({ "StartAt": "G", "States": { "G": state } })
}

fn after(nodes: &[&str]) -> Value {
    json!({ "Type": "Pass", "After": nodes })
}

#[test]
fn a_diamond_hands_outputs_over_by_name() {
    let definition = graph(
        json!({
            "join": { "Type": "Pass", "After": ["left", "right"] },
            "left": { "Type": "Task", "Resource": "left", "After": ["top"] },
            "right": { "Type": "Pass", "Result": "r", "After": ["top"] },
            "top": { "Type": "Pass", "Parameters": { "n.$": "$.n" } },
            "alone": { "Type": "Succeed" },
        }),
        json!({ "ResultPath": "$.out" }),
    );
    let driver = execute(&definition, json!({ "n": 1 }), |_, invoke| {
        assert_eq!(*invoke.input.value(), json!({ "top": { "n": 1 } }));
        Answer::After(100, Box::new(Answer::Ok(json!("l"))))
    });
    expect![[r#"
        1 0 ExecutionStarted input={"n":1}
        2 0 GraphStateEntered name=G input={"n":1}
        3 2 GraphStateStarted length=5
        4 3 GraphNodeStarted name=G node=top
        5 4 PassStateEntered name=top input={"n":1}
        6 5 PassStateExited name=top output={"n":1}
        7 6 GraphNodeSucceeded name=G node=top
        8 6 GraphNodeStarted name=G node=left
        9 8 TaskStateEntered name=left input={"top":{"n":1}}
        10 9 LambdaFunctionScheduled resource=left input={"top":{"n":1}}
        11 10 LambdaFunctionStarted
        12 6 GraphNodeStarted name=G node=right
        13 12 PassStateEntered name=right input={"top":{"n":1}}
        14 13 PassStateExited name=right output="r"
        15 14 GraphNodeSucceeded name=G node=right
        16 3 GraphNodeStarted name=G node=alone
        17 16 SucceedStateEntered name=alone input={"n":1}
        18 17 SucceedStateExited name=alone output={"n":1}
        19 18 GraphNodeSucceeded name=G node=alone
        20 11 LambdaFunctionSucceeded output="l"
        21 20 TaskStateExited name=left output="l"
        22 21 GraphNodeSucceeded name=G node=left
        23 21 GraphNodeStarted name=G node=join
        24 23 PassStateEntered name=join input={"left":"l","right":"r"}
        25 24 PassStateExited name=join output={"left":"l","right":"r"}
        26 25 GraphNodeSucceeded name=G node=join
        27 26 GraphStateSucceeded
        28 26 GraphStateExited name=G output={"n":1,"out":{"join":{"left":"l","right":"r"},"alone":{"n":1}}}
        29 28 ExecutionSucceeded output={"n":1,"out":{"join":{"left":"l","right":"r"},"alone":{"n":1}}}
    "#]]
    .assert_eq(&driver.history());
}

fn failing(on_failure: &str) -> Value {
    graph(
        json!({
            "bad": { "Type": "Task", "Resource": "bad" },
            "slow": { "Type": "Wait", "Seconds": 10 },
            "never": { "Type": "Pass", "After": ["bad"] },
            "neither": { "Type": "Pass", "After": ["never", "slow"] },
            "still": { "Type": "Pass", "After": ["slow"] },
        }),
        json!({ "OnFailure": on_failure }),
    )
}

#[test]
fn a_failure_cancels_everything() {
    let driver = execute(&failing("CANCEL"), json!({}), |_, _| {
        Answer::Err("Oops", "why")
    });
    assert_eq!(driver.elapsed_ms(), 0);
    expect![[r#"
        1 0 ExecutionStarted input={}
        2 0 GraphStateEntered name=G input={}
        3 2 GraphStateStarted length=5
        4 3 GraphNodeStarted name=G node=bad
        5 4 TaskStateEntered name=bad input={}
        6 5 LambdaFunctionScheduled resource=bad input={}
        7 6 LambdaFunctionStarted
        8 3 GraphNodeStarted name=G node=slow
        9 8 WaitStateEntered name=slow input={}
        10 7 LambdaFunctionFailed error=Oops cause=why
        11 10 GraphNodeFailed name=G node=bad error=Oops cause=why
        12 9 WaitStateAborted
        13 9 GraphNodeAborted name=G node=slow
        14 10 GraphStateFailed
        15 14 ExecutionFailed error=Oops cause=why
    "#]]
    .assert_eq(&driver.history());
}

#[test]
fn a_failure_skips_what_comes_after_it() {
    let driver = execute(&failing("SKIP"), json!({}), |_, _| {
        Answer::Err("Oops", "why")
    });
    assert_eq!(driver.elapsed_ms(), 10_000);
    expect![[r#"
        1 0 ExecutionStarted input={}
        2 0 GraphStateEntered name=G input={}
        3 2 GraphStateStarted length=5
        4 3 GraphNodeStarted name=G node=bad
        5 4 TaskStateEntered name=bad input={}
        6 5 LambdaFunctionScheduled resource=bad input={}
        7 6 LambdaFunctionStarted
        8 3 GraphNodeStarted name=G node=slow
        9 8 WaitStateEntered name=slow input={}
        10 7 LambdaFunctionFailed error=Oops cause=why
        11 10 GraphNodeFailed name=G node=bad error=Oops cause=why
        12 10 GraphNodeSkipped name=G node=never
        13 9 WaitStateExited name=slow output={}
        14 13 GraphNodeSucceeded name=G node=slow
        15 13 GraphNodeSkipped name=G node=neither
        16 13 GraphNodeStarted name=G node=still
        17 16 PassStateEntered name=still input={"slow":{}}
        18 17 PassStateExited name=still output={"slow":{}}
        19 18 GraphNodeSucceeded name=G node=still
        20 18 GraphStateFailed
        21 20 ExecutionFailed error=Oops cause=why
    "#]]
    .assert_eq(&driver.history());
}

#[test]
fn a_node_that_catches_goes_on_with_what_it_caught() {
    let definition = graph(
        json!({
            "a": {
                "Type": "Task", "Resource": "bad",
                "Retry": [{ "ErrorEquals": ["Oops"], "MaxAttempts": 1 }],
                "Catch": [{ "ErrorEquals": ["Oops"], "ResultPath": "$.error" }],
            },
            "b": after(&["a"]),
        }),
        json!({}),
    );
    let driver = execute(&definition, json!({ "x": 1 }), |_, _| {
        Answer::Err("Oops", "why")
    });
    assert_eq!(
        driver.outcome(),
        r#"SUCCEEDED {"b":{"a":{"x":1,"error":{"Error":"Oops","Cause":"why"}}}}"#
    );
    assert_eq!(driver.elapsed_ms(), 1000);
}

#[test]
fn a_graph_retries_and_catches_as_a_whole() {
    let mut definition = graph(
        json!({ "ok": { "Type": "Task", "Resource": "echo" }, "bad": { "Type": "Fail", "Error": "E", "After": ["ok"] } }),
        json!({
            "Retry": [{ "ErrorEquals": ["E"], "MaxAttempts": 2 }],
            "Catch": [{ "ErrorEquals": ["E"], "Next": "C" }],
        }),
    );
    definition["States"]["C"] = json!({ "Type": "Pass", "End": true });
    let driver = execute(&definition, json!({}), no_script);
    assert_eq!(driver.outcome(), r#"SUCCEEDED {"Error":"E","Cause":""}"#);
    let starts = driver
        .events
        .iter()
        .filter(|event| event.kind == "GraphStateStarted");
    assert_eq!(starts.count(), 3);
}

#[test]
fn the_context_object_knows_the_graph() {
    let definition = graph(
        json!({
            "a": { "Type": "Pass", "Result": 1 },
            "b": { "Type": "Map", "After": ["a"], "ItemsPath": "$$.Graph.Input.list", "ItemProcessor": {
                "StartAt": "I",
                "States": { "I": { "Type": "Pass", "End": true, "Parameters": {
                    "node.$": "$$.Graph.Node.Name", "item.$": "$$.Map.Item.Value", "input.$": "$$.Graph.Input.x",
                }}},
            }},
            "c": { "Type": "Graph", "Nodes": { "d": {
                "Type": "Pass", "Parameters": { "graph.$": "$$.Graph" },
            }}},
        }),
        json!({ "InputPath": "$.in" }),
    );
    let driver = execute(
        &definition,
        json!({ "in": { "list": [7], "x": "y" } }),
        no_script,
    );
    let input = r#"{"list":[7],"x":"y"}"#;
    assert_eq!(
        driver.outcome(),
        format!(
            r#"SUCCEEDED {{"b":[{{"node":"b","item":7,"input":"y"}}],"c":{{"d":{{"graph":{{"Input":{input},"Node":{{"Name":"d"}}}}}}}}}}"#
        )
    );
}

#[test]
fn graphs_nest_in_branches_and_iterations() {
    let inner = |name: &str| {
        json!({ "Type": "Graph", "End": true, "Nodes": {
            format!("{name}1"): { "Type": "Pass" }, format!("{name}2"): { "Type": "Pass", "After": [format!("{name}1")] },
        }})
    };
    let definition = graph(
        json!({
            "p": { "Type": "Parallel", "Branches": [{ "StartAt": "x", "States": { "x": inner("x") } }] },
            "m": { "Type": "Map", "After": ["p"], "ItemsPath": "$.p", "ItemProcessor": { "StartAt": "y", "States": { "y": inner("y") } } },
        }),
        json!({}),
    );
    assert_eq!(
        execute(&definition, json!(5), no_script).outcome(),
        r#"SUCCEEDED {"m":[{"y2":{"y1":{"x2":{"x1":5}}}}]}"#
    );
}

#[test]
fn no_more_nodes_run_at_once_than_allowed() {
    let nodes: Map<String, Value> = (0..6)
        .map(|n| (format!("n{n}"), json!({ "Type": "Wait", "Seconds": 1 })))
        .collect();
    let elapsed = |fields: Value| {
        let driver = execute(
            &graph(nodes.clone().into(), fields),
            json!({ "n": 3 }),
            no_script,
        );
        (driver.elapsed_ms(), driver.most_frames)
    };
    assert_eq!(elapsed(json!({})), (1000, 7));
    assert_eq!(elapsed(json!({ "MaxConcurrency": 0 })), (1000, 7));
    assert_eq!(elapsed(json!({ "MaxConcurrency": 2 })), (3000, 3));
    assert_eq!(elapsed(json!({ "MaxConcurrencyPath": "$.n" })), (2000, 4));
}

#[test]
fn what_a_node_is_given_is_bounded() {
    let big = |name: &str| json!({ "Type": "Task", "Resource": name });
    let definition = graph(
        json!({ "a": big("big"), "b": big("big"), "c": after(&["a", "b"]) }),
        json!({ "OnFailure": "SKIP" }),
    );
    let driver = execute(&definition, json!({}), |_, _| {
        Answer::Ok("x".repeat(200_000).into())
    });
    assert_eq!(
        driver.outcome(),
        "FAILED States.DataLimitExceeded: The state/task 'c' returned a result with a size exceeding the maximum number of bytes service limit."
    );
    let definition = graph(json!({ "a": big("big"), "b": big("big") }), json!({}));
    let driver = execute(&definition, json!({}), |_, _| {
        Answer::Ok("x".repeat(200_000).into())
    });
    assert_eq!(
        driver.outcome(),
        "FAILED States.DataLimitExceeded: The state/task 'G' returned a result with a size exceeding the maximum number of bytes service limit."
    );
}

#[test]
fn a_long_chain_of_skipped_nodes_does_not_hold_the_shard() {
    let mut nodes = json!({ "n0": { "Type": "Fail", "Error": "E" } });
    for n in 1..3000 {
        nodes[format!("n{n}")] = after(&[&format!("n{}", n - 1)]);
    }
    let driver = execute(
        &graph(nodes, json!({ "OnFailure": "SKIP" })),
        json!({}),
        no_script,
    );
    assert_eq!(driver.outcome(), "FAILED E: -");
    assert_eq!(driver.facts.len(), 4, "it came back thrice");
}

/// Nodes that each wait for some seconds, and come after some of those before them.
fn waits() -> impl Strategy<Value = Vec<(u64, Vec<usize>)>> {
    proptest::collection::vec(
        (0_u64..20, proptest::collection::vec(any::<usize>(), 0..3)),
        1..16,
    )
    .prop_map(|all| {
        let node = |(place, (seconds, picks)): (usize, (u64, Vec<usize>))| {
            let mut own: Vec<usize> = picks
                .into_iter()
                .filter(|_| place > 0)
                .map(|pick| pick % place.max(1))
                .collect();
            own.sort_unstable();
            own.dedup();
            (seconds, own)
        };
        all.into_iter().enumerate().map(node).collect()
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

    /// Every node runs once, after all it comes after, with their outputs; and what can run, runs:
    /// the whole takes as long as the longest chain of waits.
    #[test]
    fn all_that_can_run_runs(nodes in waits()) {
        let named: Map<String, Value> = nodes.iter().enumerate().map(|(place, (seconds, own))| {
            let own: Vec<String> = own.iter().map(|node| format!("n{node}")).collect();
            let node = json!({ "Type": "Wait", "Seconds": seconds, "OutputPath": "$$.Graph.Node.Name", "After": own });
            (format!("n{place}"), node)
        }).collect();
        let driver = execute(&graph(named.into(), json!({})), json!({}), no_script);
        let mut ends = Vec::new();
        for (seconds, own) in &nodes {
            let begin = own.iter().map(|node| ends[*node]).max().unwrap_or(0);
            ends.push(begin + seconds * 1000);
        }
        prop_assert_eq!(Some(driver.elapsed_ms()), ends.iter().max().copied());
        let mut ended = std::collections::BTreeSet::new();
        let mut entered = 0;
        for event in &driver.events {
            let name = event.details.get("name").and_then(Value::as_str).unwrap_or_default();
            let place = name.strip_prefix('n').and_then(|n| n.parse::<usize>().ok());
            match (event.kind, place) {
                ("WaitStateEntered", Some(place)) => {
                    entered += 1;
                    let own = &nodes[place].1;
                    prop_assert!(own.iter().all(|node| ended.contains(node)));
                    if !own.is_empty() {
                        let given: Map<String, Value> = own.iter()
                            .map(|node| (format!("n{node}"), format!("n{node}").into()))
                            .collect();
                        prop_assert_eq!(&event.details["input"], &Value::Object(given).to_string());
                    }
                }
                ("WaitStateExited", Some(place)) => prop_assert!(ended.insert(place)),
                _ => {}
            }
        }
        prop_assert_eq!((entered, ended.len()), (nodes.len(), nodes.len()));
    }
}
