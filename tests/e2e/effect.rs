//! What tasks do besides running functions: tokens, activities, nested executions, objects, calls
//! over HTTP; and what of it a `kill -9` leaves.

use std::io::{Read, Write};
use std::net::TcpListener;
use std::thread;

use serde_json::{Value, json};

use crate::server;
use crate::support::server::Server;
use crate::support::wait::until;

fn task(resource: &str, parameters: &Value) -> Value {
    json!({"StartAt": "T", "States": {
        "T": {"Type": "Task", "Resource": resource, "Parameters": parameters, "End": true}
    }})
}

/// The one execution of a machine.
fn only(server: &Server, machine: &str) -> Value {
    let path = format!("/v1/executions?machine={machine}&limit=10");
    until("there is one", || {
        let mut found = server.pages(&path);
        assert!(found.len() < 2, "{found:?}");
        found.pop()
    })
}

fn kill_and_restart(mut server: Server, data: &std::path::Path) -> Server {
    server.kill();
    Server::start_on(data, &[])
}

#[test]
fn a_token_a_child_and_an_activity_outlive_a_kill() {
    let folder = tempfile::tempdir().expect("a folder");
    let data = folder.path().join("data");
    let server = Server::start_on(&data, &[]);
    let keeper = json!({"StartAt": "P", "States": {"P": {"Type": "Pass", "End": true}}});
    server.put_machine("keeper", &keeper).expect(201);
    let child =
        json!({"StartAt": "W", "States": {"W": {"Type": "Wait", "Seconds": 3, "End": true}}});
    server.put_machine("child", &child).expect(201);
    let token = task(
        "arn:aws:states:::states:startExecution.waitForTaskToken",
        &json!({"StateMachineArn": "keeper", "Input": {"token.$": "$$.Task.Token"}}),
    );
    server.put_machine("by-token", &token).expect(201);
    let sync = task(
        "arn:aws:states:::states:startExecution.sync:2",
        &json!({"StateMachineArn": "child", "Input": {"n": 7}}),
    );
    server.put_machine("parent", &sync).expect(201);
    let arn = server
        .send("PUT", "/v1/activities/approve", &[], b"")
        .expect(201)["arn"]
        .clone();
    let activity =
        json!({"StartAt": "T", "States": {"T": {"Type": "Task", "Resource": arn, "End": true}}});
    server.put_machine("by-worker", &activity).expect(201);

    let ids = ["by-token", "parent", "by-worker"].map(|machine| {
        server.start_execution(&json!({"machine": machine, "input": {"m": machine}}))
    });
    let poll = json!({"worker": "w", "waitSeconds": 20});
    let taken = server
        .post("/v1/activities/approve/poll", &poll)
        .expect(200);
    assert_eq!(taken["input"], json!({"m": "by-worker"}));
    let given = only(&server, "keeper")["id"]
        .as_str()
        .expect("an id")
        .to_owned();
    let given = server.ended(&given)["input"]["token"].clone();
    only(&server, "child");

    let server = kill_and_restart(server, &data);
    let again = json!({"waitSeconds": 0});
    assert_eq!(
        server.post("/v1/activities/approve/poll", &again).status,
        204
    );
    for (token, n) in [(&given, 1), (&taken["taskToken"], 2)] {
        let token = token.as_str().expect("a token");
        let path = format!("/v1/tasks/{token}/success");
        assert_eq!(server.post(&path, &json!({"output": n})).status, 204);
        server.post(&path, &json!({})).problem(404, "TaskTimedOut");
    }
    assert_eq!(server.ended(&ids[0])["output"], 1);
    assert_eq!(server.ended(&ids[2])["output"], 2);
    let output = &server.ended(&ids[1])["output"];
    assert_eq!(output["Output"], json!({"n": 7}), "{output}");
    only(&server, "child");
}

#[test]
fn a_bad_token_is_refused() {
    let server = server();
    for what in ["success", "failure", "heartbeat"] {
        let path = format!("/v1/tasks/none/{what}");
        server.post(&path, &json!({})).problem(400, "InvalidToken");
    }
}

#[test]
fn activities_from_the_command_line() {
    let server = server();
    let run = |arguments: &[&str]| {
        let said = server.run(arguments);
        said.code(0);
        said
    };
    let made = run(&["activity", "create", "effect-cli"]);
    let arn = made.stdout.trim().to_owned();
    assert!(arn.ends_with(":activity:effect-cli"), "{made:?}");
    let machine =
        json!({"StartAt": "T", "States": {"T": {"Type": "Task", "Resource": arn, "End": true}}});
    server.put_machine("effect-cli", &machine).expect(201);
    let ids = [0, 1]
        .map(|n| server.start_execution(&json!({"machine": "effect-cli", "input": n.to_string()})));
    // Which of them comes first is not promised: of what is polled, its input says whose task it is.
    let polled = || {
        let polled = run(&["activity", "poll", "effect-cli", "--wait", "20", "--json"]);
        let task: Value = serde_json::from_str(&polled.stdout).expect("a task");
        let token = task["taskToken"].as_str().expect("a token").to_owned();
        let n: usize = task["input"]
            .as_str()
            .and_then(|n| n.parse().ok())
            .expect("an input");
        (token, &ids[n])
    };
    let (first, succeeds) = polled();
    let (second, fails) = polled();
    run(&["task", "heartbeat", &first]);
    run(&["task", "succeed", &first, "{\"done\": true}"]);
    run(&[
        "task", "fail", &second, "--error", "Refused", "--cause", "no",
    ]);
    assert_eq!(server.ended(succeeds)["output"], json!({"done": true}));
    let failed = server.ended(fails);
    assert_eq!(
        (&failed["error"], &failed["cause"]),
        (&json!("Refused"), &json!("no"))
    );
    assert!(run(&["activity", "list"]).stdout.contains("effect-cli"));
    run(&["activity", "delete", "effect-cli"]);
}

#[test]
fn objects_from_the_command_line_and_back_by_a_task() {
    let server = server();
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("in.json");
    std::fs::write(&file, "{\"a\": [1, 2]}").expect("writes");
    let file = file.to_str().expect("text");
    server
        .run(&["object", "put", "effect-b/in/1.json", file])
        .code(0);
    let got = server.run(&["object", "get", "effect-b/in/1.json"]);
    assert_eq!(got.ok(), "{\"a\": [1, 2]}");
    server
        .run(&["object", "list", "effect-b", "--prefix", "in/"])
        .says("in/1.json");
    let read = task(
        "arn:aws:states:::aws-sdk:s3:getObject",
        &json!({"Bucket": "effect-b", "Key": "in/1.json"}),
    );
    server.put_machine("effect-s3", &read).expect(201);
    let id = server.start_execution(&json!({"machine": "effect-s3"}));
    let output = &server.ended(&id)["output"];
    assert_eq!(output["Body"], "{\"a\": [1, 2]}");
    assert_eq!(output["ContentType"], "application/json");
}

/// Answers each connection once, and gives what came.
fn listen(answer: &'static str) -> (u16, std::sync::mpsc::Receiver<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let port = listener.local_addr().expect("an address").port();
    let (sender, receiver) = std::sync::mpsc::channel();
    thread::spawn(move || {
        for stream in listener.incoming() {
            let Ok(mut stream) = stream else { return };
            let mut got = vec![0; 64 * 1024];
            let length = stream.read(&mut got).unwrap_or(0);
            let text = String::from_utf8_lossy(&got[..length]).into_owned();
            if stream.write_all(answer.as_bytes()).is_err() || sender.send(text).is_err() {
                return;
            }
        }
    });
    (port, receiver)
}

#[test]
fn calls_over_http_go_where_the_operator_lets_them() {
    let (port, requests) = listen(
        "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 8\r\nconnection: close\r\n\r\n{\"a\": 1}",
    );
    let rule = format!("127.0.0.1:{port}");
    let server = Server::start_with(&["--egress-allow", &rule]);
    let connection = json!({"auth": {"type": "basic", "username": "u", "password": "p"},
        "headers": [{"name": "x-extra", "value": "e"}]});
    let json = [("content-type", "application/json")];
    let body = connection.to_string();
    let made = server.send("PUT", "/v1/connections/c", &json, body.as_bytes());
    assert!(!made.expect(201).to_string().contains("\"p\""));
    let call = |endpoint: &str| {
        task(
            "arn:aws:states:::http:invoke",
            &json!({"ApiEndpoint": endpoint, "Method": "POST", "QueryParameters": {"q": ["1", "2"]},
                "RequestBody": {"b": {"c": "x y"}}, "Authentication": {"ConnectionArn": "c"},
                "Headers": {"content-type": "application/x-www-form-urlencoded"},
                "Transform": {"RequestBodyEncoding": "URL_ENCODED"}}),
        )
    };
    let endpoint = format!("http://127.0.0.1:{port}/path");
    server.put_machine("call", &call(&endpoint)).expect(201);
    let id = server.start_execution(&json!({"machine": "call"}));
    let ended = server.ended(&id);
    let output = &ended["output"];
    assert_eq!(output["ResponseBody"], json!({"a": 1}), "{ended}");
    assert_eq!(
        (&output["StatusCode"], &output["StatusText"]),
        (&json!(200), &json!("OK"))
    );
    let request = requests.recv().expect("a request");
    assert!(
        request.starts_with("POST /path?q=1&q=2 HTTP/1.1"),
        "{request}"
    );
    let lower = request.to_ascii_lowercase();
    assert!(lower.contains("authorization: basic dtpw"), "{request}");
    assert!(lower.contains("x-extra: e"), "{request}");
    assert!(request.ends_with("b%5Bc%5D=x+y"), "{request}");

    let (other, _requests) =
        listen("HTTP/1.1 200 OK\r\ncontent-length: 0\r\nconnection: close\r\n\r\n");
    for endpoint in [
        format!("http://127.0.0.1:{other}/"),
        format!("http://localhost:{other}/"),
    ] {
        server.put_machine("call", &call(&endpoint)).expect(200);
        let id = server.start_execution(&json!({"machine": "call"}));
        assert_eq!(
            server.ended(&id)["error"],
            "Http.EgressDenied",
            "{endpoint}"
        );
    }
    let log = std::fs::read_to_string(server.data().with_extension("log")).expect("a log");
    assert!(!log.contains("Basic"), "{log}");
}
