//! Every command as it is typed: what people read, what programs read, and the exit code.

use std::fs;
use std::path::Path;

use serde_json::{Value, json};

use crate::server;
use crate::support::cli;
use crate::support::guest;

/// A machine that waits, then answers what it was given.
pub(crate) const WAITER: &str = r#"{
  "StartAt": "Wait",
  "States": {
    "Wait": {"Type": "Wait", "SecondsPath": "$.seconds", "Next": "Echo"},
    "Echo": {"Type": "Task", "Resource": "cli-echo", "End": true}
  }
}"#;

/// Writes a file; gives its path.
pub(crate) fn write(folder: &Path, name: &str, bytes: impl AsRef<[u8]>) -> String {
    let path = folder.join(name);
    fs::write(&path, bytes).expect("writes");
    path.to_str().expect("text").to_owned()
}

/// A folder with a function, a machine, and a file that is neither.
fn build() -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    write(folder.path(), "cli-echo.wasm", guest::wasm(guest::ECHO));
    write(folder.path(), "cli-waiter.asl.json", WAITER);
    write(folder.path(), "notes.txt", "nothing");
    folder
}

#[test]
fn a_folder_is_deployed_started_watched_and_looked_at() {
    let server = server();
    let folder = build();
    let path = folder.path().to_str().expect("text");
    let said = server.run(&["deploy", path]);
    said.code(0)
        .says("✓ function cli-echo version 1 (reactor, ")
        .says("✓ machine cli-waiter version 1");
    let again = server.run(&["deploy", path, "--json"]).json();
    let kinds: Vec<_> = again
        .as_array()
        .expect("a list")
        .iter()
        .map(|one| &one["deployed"])
        .collect();
    assert_eq!(kinds, ["function", "machine"]);
    assert_eq!(again[1]["latest"]["version"], 1, "the same definition");

    let input = r#"{"seconds": 1}"#;
    let said = server.run(&[
        "start",
        "cli-waiter",
        "--name",
        "one",
        "--input",
        input,
        "--follow",
    ]);
    said.code(0)
        .says("\"seconds\": 1")
        .notes("Wait running")
        .notes("Echo done");
    let said = server.run_with(
        &["start", "cli-waiter", "--input", "-", "--wait", "--json"],
        r#"{"seconds": 0}"#,
    );
    assert_eq!(said.json()["output"], json!({"seconds": 0}));

    let said = server.run(&["status", "cli-waiter/one"]);
    said.code(0).says("SUCCEEDED").says("cli-waiter version 1");
    let status = server.run(&["status", "cli-waiter/one", "--json"]).json();
    assert_eq!(status["output"], json!({"seconds": 1}));
    let id = status["id"].as_str().expect("an id");
    server.run(&["status", id]).code(0).says(id);

    let said = server.run(&["history", "cli-waiter/one"]);
    said.code(0)
        .says("ExecutionStarted")
        .says("WaitStateEntered")
        .says("ExecutionSucceeded");
    let history = server.run(&["history", id, "--json"]).json();
    let events = history["items"].as_array().expect("events").len();
    assert_eq!(said.stdout.lines().count(), events);
    let said = server.run(&["history", id, "--limit", "1", "--reverse"]);
    said.code(0)
        .says("ExecutionSucceeded")
        .notes("there are more: --limit 10");
    let said = server.run(&["history", id, "--follow", "--json"]);
    let lines: Vec<Value> = said
        .ok()
        .lines()
        .map(|line| serde_json::from_str(line).expect("JSON"))
        .collect();
    assert_eq!(Value::from(lines), history["items"]);
}

#[test]
fn a_function_is_invoked_shown_and_deleted() {
    let server = server();
    let folder = tempfile::tempdir().expect("a folder");
    let module = write(folder.path(), "x.wasm", guest::wasm(guest::ECHO));
    let event = write(folder.path(), "event.json", r#"{"from": "a file"}"#);
    let said = server.run(&[
        "deploy",
        &module,
        "--name",
        "cli-fn",
        "--memory",
        "64MiB",
        "--timeout-ms",
        "5000",
        "--env",
        "A=b",
        "--fuel",
        "1_000_000",
        "--disk",
        "0",
        "--description",
        "an echo",
    ]);
    said.code(0).says("✓ function cli-fn version 1");
    let said = server.run(&["function", "show", "cli-fn"]);
    said.code(0)
        .says("an echo")
        .says("64 MiB")
        .says("5.00 s")
        .says("A=b")
        .says("reactor");
    let shown = server.run(&["function", "show", "cli-fn", "--json"]).json();
    let settings = &shown["latest"]["settings"];
    assert_eq!(
        (&settings["memoryBytesMax"], &settings["fuelMax"]),
        (&json!(64 << 20), &json!(1_000_000))
    );

    let said = server.run(&["invoke", "cli-fn", r#"{"a":1}"#]);
    assert_eq!(
        serde_json::from_str::<Value>(said.ok()).expect("JSON"),
        json!({"a": 1})
    );
    said.notes("version 1").notes("request id");
    let said = server
        .run(&["invoke", "cli-fn", "--event-file", &event, "--json"])
        .json();
    assert_eq!(said["result"], json!({"from": "a file"}));
    assert!(said["fuelUsed"].as_u64().expect("a number") > 0);
    assert_eq!(
        server
            .run_with(&["invoke", "cli-fn", "-"], "[2]")
            .ok()
            .split_whitespace()
            .collect::<String>(),
        "[2]"
    );
    let said = server.run(&["invoke", "cli-fn", "7", "--async", "--name", "later"]);
    server.ended(said.ok().trim());
    server
        .run(&["status", "function:cli-fn/later"])
        .code(0)
        .says("SUCCEEDED");

    server
        .run(&["deploy", &module, "--name", "cli-fn"])
        .code(0)
        .says("version 2");
    let said = server.run(&["function", "versions", "cli-fn"]);
    assert_eq!(
        said.ok().lines().count(),
        3,
        "a header and two versions: {said:?}"
    );
    let versions = server
        .run(&["function", "versions", "cli-fn", "--json"])
        .json();
    assert_eq!(versions["items"].as_array().map(Vec::len), Some(2));
    server
        .run(&["invoke", "cli-fn", "1", "--qualifier", "1"])
        .code(0)
        .notes("version 1");
    server
        .run(&["function", "delete", "cli-fn"])
        .code(0)
        .says("deleted function cli-fn");
    server
        .run(&["function", "show", "cli-fn"])
        .code(3)
        .notes("[FunctionNotFound]");
}

#[test]
fn a_machine_is_validated_shown_and_deleted() {
    let server = server();
    let folder = tempfile::tempdir().expect("a folder");
    let fine = write(folder.path(), "cli-machine.asl.json", WAITER);
    server
        .run(&["machine", "validate", &fine])
        .code(0)
        .says("is valid");
    let wrong = write(
        folder.path(),
        "wrong.asl.json",
        WAITER
            .replace("\"Echo\",", "\"Nowhere\",")
            .replace("\"Next\": \"Echo\"", "\"Next\": \"Nowhere\""),
    );
    let said = server.run(&["machine", "validate", &wrong]);
    // The file's line, with a mark under what is wrong.
    said.code(4)
        .says("wrong.asl.json:4:")
        .says("Nowhere")
        .says("^")
        .says("/States/Wait/Next");
    let json = server.run(&["machine", "validate", &wrong, "--json"]);
    json.code(4);
    let validation: Value = serde_json::from_str(&json.stdout).expect("JSON");
    assert_eq!(validation["valid"], false);
    let said = server.run(&["deploy", &wrong]);
    said.code(4)
        .notes("wrong.asl.json:4:")
        .notes("[InvalidDefinition]");
    server.run(&["machine", "show", "wrong"]).code(3);

    server
        .run(&["deploy", &fine])
        .code(0)
        .says("✓ machine cli-machine version 1");
    let shown = server.run(&["machine", "show", "cli-machine"]).json();
    assert_eq!(shown, serde_json::from_str::<Value>(WAITER).expect("JSON"));
    let said = server.run(&["machine", "versions", "cli-machine"]);
    assert_eq!(said.ok().lines().count(), 2, "{said:?}");
    server
        .run(&["machine", "delete", "cli-machine", "--json"])
        .json();
    server
        .run(&["machine", "show", "cli-machine"])
        .code(3)
        .notes("[MachineNotFound]");
}

#[test]
fn lists_are_tables() {
    let server = server();
    server.deploy("cli-list", guest::ECHO);
    let pass = json!({"StartAt": "A", "States": {"A": {"Type": "Succeed"}}});
    server.put_machine("cli-list", &pass).expect(201);
    for name in ["first", "second"] {
        let id = server.start_execution(&json!({"machine": "cli-list", "name": name}));
        server.ended(&id);
    }
    let rows = |arguments: &[&str], header: &[&str], name: &str| {
        let said = server.run(arguments);
        let mut lines = said.ok().lines();
        let columns: Vec<_> = lines.next().expect("a header").split_whitespace().collect();
        assert_eq!(columns, header);
        let found = lines.find(|line| line.starts_with(name));
        assert!(found.is_some(), "{said:?}");
        server.run(&[arguments, &["--json"]].concat()).json()["items"].clone()
    };
    let header = [
        "NAME", "VERSION", "KIND", "SIZE", "MEMORY", "TIMEOUT", "UPDATED",
    ];
    rows(
        &["list", "functions", "--limit", "1000"],
        &header,
        "cli-list ",
    );
    rows(
        &["list", "machines", "--limit", "1000"],
        &["NAME", "VERSION", "TYPE", "UPDATED"],
        "cli-list ",
    );
    crate::support::wait::until("the list shows both", || {
        let page = server
            .run(&[
                "list",
                "--machine",
                "cli-list",
                "--status",
                "succeeded",
                "--json",
            ])
            .json();
        (page["items"].as_array().map(Vec::len) == Some(2)).then_some(())
    });
    let header = ["MACHINE", "NAME", "STATUS", "STARTED", "TOOK", "ID"];
    let found = rows(
        &["list", "--machine", "cli-list"],
        &header,
        "cli-list  second",
    );
    assert_eq!(found[1]["name"], "first");
    let said = server.run(&["list", "--machine", "cli-list", "--limit", "1"]);
    said.code(0).notes("there are more: --next ");
    let token = said.stderr.trim().rsplit(' ').next().expect("a token");
    server
        .run(&[
            "list",
            "--machine",
            "cli-list",
            "--limit",
            "1",
            "--next",
            token,
        ])
        .code(0)
        .says("first");
    let none = server.run(&["list", "--machine", "cli-list", "--status", "failed"]);
    none.code(0).notes("no executions");
}

#[test]
fn an_execution_is_stopped() {
    let server = server();
    server.deploy("cli-echo-stop", guest::ECHO);
    let definition =
        serde_json::from_str(&WAITER.replace("cli-echo", "cli-echo-stop")).expect("JSON");
    server.put_machine("cli-stop", &definition).expect(201);
    let said = server.run(&[
        "start",
        "cli-stop",
        "--name",
        "s",
        "--input",
        r#"{"seconds": 60}"#,
    ]);
    said.code(0).notes("steploom status ");
    let id = said.stdout.trim();
    let said = server.run(&[
        "stop",
        "cli-stop/s",
        "--error",
        "Enough",
        "--cause",
        "no need",
    ]);
    said.code(0).says(id).says("is ABORTED");
    server.run(&["stop", id]).code(0).says("is ABORTED");
    server
        .run(&["status", id])
        .code(0)
        .says("Enough")
        .says("no need");
}

#[test]
fn completions_and_versions_need_no_server() {
    for shell in ["bash", "zsh", "fish"] {
        assert!(
            cli::run(&["completions", shell]).ok().contains("steploom"),
            "{shell}"
        );
    }
    assert!(cli::run(&["--version"]).ok().starts_with("steploom "));
    cli::run(&[]).code(2);
    for command in [
        "up", "demo", "deploy", "invoke", "start", "status", "history", "stop", "list", "logs",
        "function", "machine",
    ] {
        assert!(
            cli::run(&[command, "--help"]).ok().contains("Usage:"),
            "{command}"
        );
    }
}

#[test]
fn a_definition_may_be_written_in_yaml() {
    let server = server();
    let folder = tempfile::tempdir().expect("a folder");
    let fine = write(
        folder.path(),
        "cli-yaml.asl.yaml",
        "# Waits a moment.\nStartAt: Wait\nStates:\n  Wait: {Type: Wait, Seconds: 0, End: true}\n",
    );
    server
        .run(&["deploy", &fine])
        .code(0)
        .says("✓ machine cli-yaml version 1");
    let shown = server.run(&["machine", "show", "cli-yaml"]).json();
    assert_eq!(shown["States"]["Wait"]["Seconds"], 0);
    server.run(&["start", "cli-yaml", "--wait"]).code(0);

    let wrong = write(
        folder.path(),
        "wrong.asl.yaml",
        "StartAt: Wait\nStates:\n  Wait:\n    Type: Wait\n    Seconds: 0\n    Next: Nowhere\n",
    );
    server
        .run(&["deploy", &wrong])
        .code(4)
        .notes("wrong.asl.yaml:6:")
        .notes("Nowhere");
}
