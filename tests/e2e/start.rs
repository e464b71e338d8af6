//! `steploom start`: what a start asks for, and many starts at once.

use serde_json::json;

use crate::server;
use crate::support::wait::until;

fn machine(name: &str) {
    let definition = json!({"StartAt": "Sleep", "States": {
        "Sleep": {"Type": "Wait", "Seconds": 60, "End": true}
    }});
    server().put_machine(name, &definition).expect(201);
}

#[test]
fn the_terms_of_a_start_reach_the_server() {
    let server = server();
    machine("start-terms");
    let start = |more: &[&str]| {
        let mut all = vec!["--json", "start", "start-terms", "--concurrency-key", "k"];
        all.extend(more);
        server.run(&all).json()
    };
    let first = start(&[
        "--tag",
        "team=red",
        "--tag",
        "n=1=1",
        "--priority",
        "-5",
        "--ordered",
    ]);
    assert_eq!(first["tags"], json!({"team": "red", "n": "1=1"}));
    assert_eq!(first["priority"], -5);
    let path = format!("/v1/executions/{}", first["id"].as_str().expect("an id"));
    until("it has the key", || {
        (server.get(&path).expect(200)["status"] == "RUNNING").then_some(())
    });
    let second = start(&["--ordered", "--start-before", "1h"]);
    assert_eq!(second["status"], "PENDING", "the first has the key");
    let late = [
        "start",
        "start-terms",
        "--start-before",
        "2020-01-01T00:00:00Z",
    ];
    server.run(&late).notes("StartBeforePassed");
    until("it is listed", || {
        let found = server.run(&["--json", "list", "--tag", "team=red"]).json();
        (found["items"][0]["id"] == first["id"]).then_some(())
    });
    for id in [&first["id"], &second["id"]] {
        server.run(&["stop", id.as_str().expect("an id")]).ok();
    }

    for (arguments, complaint) in [
        (vec!["--priority", "101"], "101"),
        (vec!["--tag", "team"], "KEY=VALUE"),
        (vec!["--concurrency-limit", "2"], "--concurrency-key"),
        (vec!["--start-before", "soon"], "expected a time"),
    ] {
        let mut all = vec!["start", "start-terms"];
        all.extend(arguments);
        server.run(&all).code(2).notes(complaint);
    }
}

#[test]
fn lines_of_a_batch_share_terms_and_have_their_own() {
    let server = server();
    machine("start-batch");
    let lines = [
        r#"{"name": "a", "input": {"n": 1}, "tags": {"n": "1"}}"#,
        "",
        r#"{"name": "b", "priority": 7}"#,
        r#"{"name": "b", "input": {"other": true}}"#,
        r#"{"name": "c", "priority": 1000}"#,
    ];
    let arguments = [
        "start",
        "start-batch",
        "--batch",
        "-",
        "--tag",
        "batch=7",
        "--priority",
        "-3",
    ];
    let said = server.run_with(&arguments, &lines.join("\n"));
    said.code(1)
        .notes("line 4: ")
        .notes("[ExecutionAlreadyExists]")
        .notes("line 5: ")
        .notes("2 started, 2 refused");
    let get = |name: &str| {
        let path = format!("/v1/machines/start-batch/executions/{name}");
        server.get(&path).expect(200)
    };
    let (a, b) = (get("a"), get("b"));
    assert_eq!(a["tags"], json!({"batch": "7", "n": "1"}));
    assert_eq!((&a["priority"], &b["priority"]), (&json!(-3), &json!(7)));
    assert_eq!(b["tags"], json!({"batch": "7"}));

    let arguments = ["--json", "start", "start-batch", "--batch", "-"];
    let said = server.run_with(&arguments, &lines.join("\n"));
    let answers: Vec<serde_json::Value> = said
        .code(1)
        .stdout
        .lines()
        .map(|line| serde_json::from_str(line).expect("JSON"))
        .collect();
    assert_eq!(answers.len(), 4, "one a line that has something");
    assert_eq!(answers[3]["error"]["status"], 400);
    for execution in [a, b] {
        server
            .run(&["stop", execution["id"].as_str().expect("an id")])
            .ok();
    }
}
