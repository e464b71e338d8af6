//! Executions in memory: over HTTP and on the command line, with logs in place of a history.

use serde_json::{Value, json};

use crate::server;
use crate::support::guest;
use crate::support::wait::until;

fn one_task(function: &str) -> Value {
    json!({"StartAt": "T", "States": {"T": {"Type": "Task", "Resource": function, "End": true}}})
}

/// The types of the events that are logged of a machine's executions.
fn logged(machine: &str) -> Vec<String> {
    let lines = server().pages(&format!("/v1/machines/{machine}/logs?limit=1000"));
    let events = lines.iter().map(|line| {
        let message = line["message"].as_str().expect("text");
        serde_json::from_str::<Value>(message).expect("an event")
    });
    events
        .map(|event| event["type"].as_str().expect("a type").to_owned())
        .collect()
}

#[test]
fn a_function_is_run_by_a_machine_that_keeps_nothing() {
    let server = server();
    server.deploy("express-echo", guest::ECHO);
    server.deploy("express-fail", guest::FAIL);
    server.put_machine("express-echo", &one_task("express-echo"));
    server.put_machine("express-fail", &one_task("express-fail"));
    let run = |body: &Value| server.post("/v1/executions/sync", body);
    let ended = run(&json!({"machine": "express-echo", "input": {"n": 1}})).expect(200);
    assert_eq!(ended["status"], "SUCCEEDED");
    assert_eq!(ended["output"], json!({"n": 1}));
    let id = ended["id"].as_str().expect("an id");
    let kept = server.get(&format!("/v1/executions/{id}"));
    kept.problem(404, "ExecutionNotFound");
    let failed = run(&json!({"machine": "express-fail", "input": "why"})).expect(200);
    assert_eq!(failed["status"], "FAILED");
    assert!(failed["error"].is_string());
    run(&json!({"machine": "nobody"})).problem(404, "MachineNotFound");
    run(&json!({"machine": "express-echo", "tags": {"a": "b"}})).problem(400, "UnsupportedTerms");
    run(&json!({"machine": 7})).problem(400, "InvalidBody");
    let activity = "arn:aws:states:us-east-1:000000000000:activity:a";
    server.put_machine("express-not", &one_task(activity));
    let refused = run(&json!({"machine": "express-not"})).problem(400, "MachineNotExpress");
    assert_eq!(refused["problems"][0]["path"], "/States/T/Resource");
}

#[test]
fn it_is_run_and_its_log_is_read_on_the_command_line() {
    let server = server();
    server.deploy("express-cli", guest::FLAKY);
    let mut definition = one_task("express-cli");
    server.put_machine("express-cli", &definition);
    let said = server.run(&["start", "express-cli", "--sync", "--log-level", "error"]);
    said.code(1).notes("Flaky").notes("has failed");
    let types = ["LambdaFunctionFailed", "ExecutionFailed"];
    until("the log", || (logged("express-cli") == types).then_some(()));
    definition["States"]["T"]["Retry"] =
        json!([{"ErrorEquals": ["States.ALL"], "IntervalSeconds": 1, "MaxAttempts": 1}]);
    server.put_machine("express-cli", &definition);
    let said = server.run(&["start", "express-cli", "--sync", "--input", "[1,2]"]);
    assert_eq!(said.ok().split_whitespace().collect::<String>(), "[1,2]");
    let said = server.run(&["logs", "express-cli", "--machine"]);
    said.code(0)
        .says("LambdaFunctionFailed")
        .says("ExecutionFailed");
    server
        .run(&["logs", "express-nobody", "--machine"])
        .notes("MachineNotFound");
    server
        .run(&["start", "express-cli", "--sync", "--wait"])
        .code(2);
}

#[test]
fn it_ends_when_its_caller_goes_away() {
    let server = server();
    let definition = json!({"StartAt": "Sleep", "States": {
        "Sleep": {"Type": "Wait", "Seconds": 60, "End": true}}});
    server.put_machine("express-gone", &definition);
    let caller = server.follow(&["start", "express-gone", "--sync", "--log-level", "all"]);
    until("it waits", || {
        (logged("express-gone").last()? == "WaitStateEntered").then_some(())
    });
    drop(caller);
    until("it has ended", || {
        (logged("express-gone").last()? == "ExecutionAborted").then_some(())
    });
}

#[test]
fn one_that_nobody_waits_for_keeps_its_start_and_its_end() {
    let server = server();
    server.deploy("express-later", guest::ECHO);
    server.put_machine("express-later", &one_task("express-later"));
    let said = server.run(&[
        "start",
        "express-later",
        "--express",
        "--input",
        r#"{"n": 7}"#,
        "--wait",
    ]);
    assert_eq!(
        said.ok().split_whitespace().collect::<String>(),
        r#"{"n":7}"#
    );
    let id = until("it is listed", || {
        let list = server.get("/v1/executions?machine=express-later&status=SUCCEEDED");
        Some(list.expect(200)["items"][0]["id"].as_str()?.to_owned())
    });
    let events = server.history(&id);
    let types: Vec<_> = events.iter().map(|event| &event["type"]).collect();
    assert_eq!(types, ["ExecutionStarted", "ExecutionSucceeded"]);
}
