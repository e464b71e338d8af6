//! Map runs: what the real program does with items that did not end well.

use serde_json::{Value, json};

use crate::server;
use crate::support::wait::until;

/// A distributed `Map` over the input, each item of which goes through `state`.
fn spread(states: &Value) -> Value {
    json!({"StartAt": "M", "States": {"M": {
        "Type": "Map",
        "ItemProcessor": {
            "ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"},
            "StartAt": "Each",
            "States": states,
        },
        "ToleratedFailureCount": 1,
        "End": true,
    }}})
}

#[test]
fn a_redrive_runs_the_items_that_did_not_end_well() {
    let server = server();
    let is_bad = |at: u32| json!({"Variable": "$", "NumericEquals": at, "Next": "Bad"});
    let fussy = json!({
        "Each": {"Type": "Choice", "Choices": [is_bad(7), is_bad(1_500)], "Default": "Good"},
        "Good": {"Type": "Pass", "End": true},
        "Bad": {"Type": "Fail", "Error": "Bad"},
    });
    server
        .put_machine("map-run-redriven", &spread(&fussy))
        .expect(201);
    let input: Vec<u32> = (0..2_500).collect();
    let start = json!({"machine": "map-run-redriven", "input": input});
    let started = server.post("/v1/executions", &start).expect(201);
    let id = started["id"].as_str().expect("an id");
    let path = format!("/v1/executions/{id}");
    let stands = |status: &str| (server.get(&path).expect(200)["status"] == status).then_some(());
    until("it fails", || stands("FAILED"));
    let runs = format!("{path}/map-runs");
    let failed = server.get(&runs).expect(200)["items"][0].take();
    assert_eq!(failed["status"], "FAILED");
    assert_eq!(failed["items"]["failed"], 2);

    let kind = json!({"Each": {"Type": "Pass", "Result": "mended", "End": true}});
    server
        .put_machine("map-run-redriven", &spread(&kind))
        .expect(200);
    server.run(&["redrive", id, "--version", "2"]).ok();
    until("it succeeds", || stands("SUCCEEDED"));
    let output = server.get(&path).expect(200)["output"].take();
    let output = output.as_array().expect("results");
    assert_eq!(output.len(), 2_500);
    let mended: Vec<usize> = (0..2_500).filter(|at| output[*at] == "mended").collect();
    assert!(mended.contains(&7) && mended.contains(&1_500));
    let kept = failed["items"]["succeeded"].as_u64().expect("a number");
    assert_eq!(mended.len() as u64, 2_500 - kept, "what ended well stays");
    let run = server.get(&runs).expect(200)["items"][0].take();
    assert_eq!(
        (&run["arn"], &run["number"]),
        (&failed["arn"], &failed["number"])
    );
    assert_eq!(
        (&run["status"], &run["redriveCount"]),
        (&json!("SUCCEEDED"), &json!(1))
    );
    assert_eq!(run["items"]["succeeded"], 2_500);
    assert_eq!(
        server.run(&["--json", "list", "map-runs", id]).json()["items"][0],
        run
    );
}
