//! Executions over HTTP: start, look, list, follow, stop.

use serde_json::{Value, json};

use crate::server;
use crate::support::api::types;
use crate::support::guest;
use crate::support::wait::until;

/// A machine that waits for a minute: what is started of it runs until it is stopped.
fn sleeper(name: &str) {
    let definition = json!({"StartAt": "Sleep", "States": {
        "Sleep": {"Type": "Wait", "Seconds": 60, "End": true}
    }});
    server().put_machine(name, &definition).expect(201);
}

/// A machine of a few states that ends at once.
fn passer(name: &str) {
    let definition = json!({"StartAt": "A", "States": {
        "A": {"Type": "Pass", "Next": "B"},
        "B": {"Type": "Pass", "ResultPath": "$.seen", "Result": true, "End": true}
    }});
    server().put_machine(name, &definition).expect(201);
}

#[test]
fn a_start_under_a_name_is_idempotent_while_it_runs() {
    let server = server();
    sleeper("exec-named");
    let start = json!({"machine": "exec-named", "name": "n-1", "input": {"a": 1}});
    let first = server.post("/v1/executions", &start);
    let location = first.header("location").expect("a place").to_owned();
    let first = first.expect(201);
    assert_eq!(first["status"], "RUNNING");
    assert_eq!(server.get(&location).expect(200)["id"], first["id"]);
    let second = server.post("/v1/executions", &start).expect(200);
    assert_eq!(second["id"], first["id"]);

    let other = json!({"machine": "exec-named", "name": "n-1", "input": {"a": 2}});
    let conflict = server.post("/v1/executions", &other);
    conflict.problem(409, "ExecutionAlreadyExists");

    let id = first["id"].as_str().expect("an id");
    let stop = json!({"error": "Enough", "cause": "the test is over"});
    let stopped = server
        .post(&format!("/v1/executions/{id}/stop"), &stop)
        .expect(200);
    assert_eq!(stopped["status"], "ABORTED");
    assert_eq!(
        (&stopped["error"], &stopped["cause"]),
        (&json!("Enough"), &json!("the test is over"))
    );
    let again = server
        .post(&format!("/v1/executions/{id}/stop"), &json!({}))
        .expect(200);
    assert_eq!(again, stopped, "what has ended is left as it is");
    let closed = server.post("/v1/executions", &start);
    closed.problem(409, "ExecutionAlreadyExists");
    assert_eq!(types(&server.history(id)).last(), Some(&"ExecutionAborted"));
}

#[test]
fn input_flows_through_every_kind_of_state() {
    let server = server();
    server.deploy("exec-echo", guest::ECHO);
    server.deploy("exec-flaky", guest::FLAKY);
    server.deploy("exec-fail", guest::FAIL);
    let task = |function: &str| json!({"Type": "Task", "Resource": function, "End": true});
    let definition = json!({"StartAt": "Both", "States": {
        "Both": {"Type": "Parallel", "ResultPath": "$.both", "Next": "Each", "Branches": [
            {"StartAt": "L", "States": {"L": task("exec-echo")}},
            {"StartAt": "R", "States": {"R": {"Type": "Pass", "Result": "right", "End": true}}}
        ]},
        "Each": {"Type": "Map", "ItemsPath": "$.items", "ResultPath": "$.each", "Next": "Flaky",
            "ItemProcessor": {"StartAt": "One", "States": {"One": task("exec-echo")}}},
        "Flaky": {"Type": "Task", "Resource": "exec-flaky", "ResultPath": "$.flaky", "InputPath": "$.items",
            "Retry": [{"ErrorEquals": ["Flaky"], "IntervalSeconds": 1, "MaxAttempts": 2}], "Next": "Caught"},
        "Caught": {"Type": "Task", "Resource": "exec-fail", "InputPath": "$.failure",
            "Catch": [{"ErrorEquals": ["NoStock"], "ResultPath": "$.caught", "Next": "Which?"}], "End": true},
        "Which?": {"Type": "Choice", "Default": "Bad",
            "Choices": [{"Variable": "$.caught.Error", "StringEquals": "NoStock", "Next": "Good"}]},
        "Good": {"Type": "Succeed"},
        "Bad": {"Type": "Fail", "Error": "Bad"}
    }});
    server.put_machine("exec-flow", &definition).expect(201);
    let input =
        json!({"items": [1, 2, 3], "failure": {"errorType": "NoStock", "errorMessage": "none"}});
    let id = server.start_execution(&json!({"machine": "exec-flow", "input": input}));
    let ended = server.ended(&id);
    assert_eq!(ended["status"], "SUCCEEDED", "{ended}");
    let output = &ended["output"];
    assert_eq!(output["both"], json!([input, "right"]));
    assert_eq!(output["each"], json!([1, 2, 3]));
    assert_eq!(output["flaky"], json!([1, 2, 3]));
    assert_eq!(
        output["caught"],
        json!({"Error": "NoStock", "Cause": "none"})
    );
}

#[test]
fn a_list_is_filtered_and_paged() {
    let server = server();
    passer("exec-list");
    sleeper("exec-list-open");
    for n in 0..7 {
        let name = format!("{}-{n}", if n % 2 == 0 { "even" } else { "odd" });
        let id = server.start_execution(&json!({"machine": "exec-list", "name": name}));
        server.ended(&id);
    }
    let open = server.start_execution(&json!({"machine": "exec-list-open"}));
    let names = |query: &str| -> Vec<String> {
        let found = server.pages(&format!("/v1/executions?{query}"));
        let names = found
            .iter()
            .map(|one| one["name"].as_str().expect("a name"));
        names.map(str::to_owned).collect()
    };
    // Lists may lag by under a second.
    until("the list shows all", || {
        let done = names("machine=exec-list&status=SUCCEEDED&limit=1000").len() == 7;
        (done && names("machine=exec-list-open&limit=1000").len() == 1).then_some(())
    });
    let newest_first: Vec<String> = (0..7)
        .rev()
        .map(|n| format!("{}-{n}", if n % 2 == 0 { "even" } else { "odd" }))
        .collect();
    for limit in [1, 2, 7, 1000] {
        let found = names(&format!("machine=exec-list&limit={limit}"));
        assert_eq!(found, newest_first, "in pages of {limit}");
    }
    assert_eq!(
        names("machine=exec-list&namePrefix=odd&limit=2"),
        ["odd-5", "odd-3", "odd-1"]
    );
    assert_eq!(
        names("machine=exec-list&status=RUNNING&limit=5"),
        Vec::<String>::new()
    );
    assert_eq!(
        names("machine=exec-list-open&status=RUNNING&limit=5"),
        [open.as_str()]
    );
    let first = server
        .get("/v1/executions?machine=exec-list&limit=2")
        .expect(200);
    let token = first["next"].as_str().expect("more");
    let elsewhere = server.get(&format!("/v1/executions?limit=2&next={token}x"));
    assert_eq!(elsewhere.status, 400, "{}", elsewhere.text());
    server
        .post(&format!("/v1/executions/{open}/stop"), &json!({}))
        .expect(200);
}

#[test]
fn a_history_is_paged_both_ways() {
    let server = server();
    passer("exec-history");
    let id = server.start_execution(&json!({"machine": "exec-history", "input": {"a": 1}}));
    server.ended(&id);
    let all = server.history(&id);
    assert_eq!(
        types(&all),
        [
            "ExecutionStarted",
            "PassStateEntered",
            "PassStateExited",
            "PassStateEntered",
            "PassStateExited",
            "ExecutionSucceeded"
        ]
    );
    let ids: Vec<_> = all
        .iter()
        .map(|event| event["id"].as_u64().expect("an id"))
        .collect();
    assert_eq!(ids, [1, 2, 3, 4, 5, 6]);
    let path = format!("/v1/executions/{id}/history");
    for limit in [1, 2, 4] {
        assert_eq!(server.pages(&format!("{path}?limit={limit}")), all);
        let mut reversed = server.pages(&format!("{path}?limit={limit}&reverse=true"));
        reversed.reverse();
        assert_eq!(reversed, all);
    }
}

#[test]
fn events_are_streamed_to_the_end_and_again_from_anywhere() {
    let server = server();
    server.deploy("exec-sse", guest::NAP);
    let definition = json!({"StartAt": "T", "States": {
        "T": {"Type": "Task", "Resource": "exec-sse", "Next": "W"},
        "W": {"Type": "Wait", "Seconds": 1, "End": true}
    }});
    server.put_machine("exec-sse", &definition).expect(201);
    let id = server.start_execution(&json!({"machine": "exec-sse"}));
    let path = format!("/v1/executions/{id}/events");
    let data = |lines: Vec<String>| -> Vec<Value> {
        let data = lines.iter().filter_map(|line| line.strip_prefix("data:"));
        data.map(|text| serde_json::from_str(text.trim()).expect("JSON"))
            .collect()
    };
    // Begun while it runs, so the last of them come as they happen.
    let lines: Vec<String> = server.stream(&path, &[]).collect();
    assert!(lines.iter().any(|line| line == "event: end"), "{lines:?}");
    let mut streamed = data(lines);
    let end = streamed.pop().expect("an end");
    let history = server.history(&id);
    assert_eq!(streamed, history);
    assert_eq!(end["lastEventId"], history.len());

    let after = data(server.stream(&format!("{path}?after=3"), &[]).collect());
    assert_eq!(after[..after.len() - 1], history[3..]);
    let last = history.len().to_string();
    let rest = data(server.stream(&path, &[("last-event-id", &last)]).collect());
    assert_eq!(rest, [end]);
}

#[test]
fn what_is_not_there_is_said_to_be_absent() {
    let server = server();
    let absent = "00070000-018b-cfe5-6800-000000000001";
    for path in ["", "/history", "/events"] {
        let answer = server.get(&format!("/v1/executions/{absent}{path}"));
        answer.problem(404, "ExecutionNotFound");
    }
    let stop = server.post(&format!("/v1/executions/{absent}/stop"), &json!({}));
    stop.problem(404, "ExecutionNotFound");
    passer("exec-absent");
    let by_name = server.get("/v1/machines/exec-absent/executions/nobody");
    by_name.problem(404, "ExecutionNotFound");
    let start = json!({"machine": "exec-absent", "version": 9});
    let answer = server.post("/v1/executions", &start);
    assert_eq!(answer.status, 404, "{}", answer.text());
}

#[test]
fn a_failed_execution_keeps_its_error() {
    let server = server();
    let definition = json!({"StartAt": "F", "States": {
        "F": {"Type": "Fail", "Error": "OutOfStock", "Cause": "nothing left"}
    }});
    server.put_machine("exec-failed", &definition).expect(201);
    let id = server.start_execution(&json!({"machine": "exec-failed"}));
    let ended = server.ended(&id);
    assert_eq!(ended["status"], "FAILED");
    assert_eq!(
        (&ended["error"], &ended["cause"]),
        (&json!("OutOfStock"), &json!("nothing left"))
    );

    let missing = json!({"StartAt": "T", "States": {
        "T": {"Type": "Task", "Resource": "no-such-function", "End": true}
    }});
    server.put_machine("exec-missing", &missing).expect(201);
    let id = server.start_execution(&json!({"machine": "exec-missing"}));
    let ended = server.ended(&id);
    assert_eq!(ended["status"], "FAILED");
    let cause = ended["cause"].as_str().expect("a cause");
    assert!(cause.contains("no-such-function"), "{ended}");

    let slow = json!({"StartAt": "W", "TimeoutSeconds": 1, "States": {
        "W": {"Type": "Wait", "Seconds": 60, "End": true}
    }});
    server.put_machine("exec-slow", &slow).expect(201);
    let id = server.start_execution(&json!({"machine": "exec-slow"}));
    assert_eq!(server.ended(&id)["status"], "TIMED_OUT");
}
