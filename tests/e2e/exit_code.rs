//! How each command ends: the numbers that `steploom --help` promises to scripts.

use rustix::process::Signal;
use serde_json::{Value, json};

use crate::command::{WAITER, write};
use crate::server;
use crate::support::server::{Server, signal};
use crate::support::wait::until;
use crate::support::{cli, guest};

#[test]
fn exit_codes_are_as_the_help_says() {
    let server = server();
    let help = cli::run(&["--help"]);
    for line in [
        "0    done",
        "1    the execution",
        "2    the command line",
        "3    there is no such thing",
        "4    the request was refused",
        "5    no server answered",
        "6    a limit was reached",
        "130  interrupted",
    ] {
        assert!(help.ok().contains(line), "{line}");
    }
    // 1: the function, or the execution.
    server.deploy("cli-fails", guest::FAIL);
    let event = r#"{"errorType": "NoStock", "errorMessage": "none left"}"#;
    server
        .run(&["invoke", "cli-fails", event])
        .code(1)
        .notes("NoStock none left");
    let json = server.run(&["invoke", "cli-fails", event, "--json"]);
    json.code(1);
    let problem: Value = serde_json::from_str(&json.stderr).expect("one document of JSON");
    assert_eq!(problem["error"], "NoStock");
    let told = r#"{"errorType": "E", "errorMessage": "no", "stackTrace": ["  File \"a.py\", line 2\n    raise E", "at 3"]}"#;
    server
        .run(&["invoke", "cli-fails", told])
        .code(1)
        .notes("\n  E no\n      File \"a.py\", line 2\n        raise E\n    at 3\nrequest id");
    let json = server.run(&["invoke", "cli-fails", told, "--json"]);
    assert!(!json.stderr.contains("stack"), "{json:?}");
    let fail = json!({"StartAt": "F", "States": {"F": {"Type": "Fail", "Error": "Sorry", "Cause": "it is so"}}});
    server.put_machine("cli-fails", &fail).expect(201);
    server.run(&["start", "cli-fails"]).code(0);
    for flag in ["--wait", "--follow"] {
        let said = server.run(&["start", "cli-fails", flag]);
        said.code(1)
            .notes("Sorry it is so")
            .notes("steploom history");
    }
    // 2: the command line.
    server
        .run(&["list", "functions", "--status", "failed"])
        .code(2);
    server
        .run(&["invoke", "cli-fails", "{oops"])
        .code(2)
        .notes("is not valid JSON");
    server.run(&["status", "neither an id nor a name"]).code(2);
    server.run(&["frobnicate"]).code(2);
    server
        .run(&["deploy", "Cargo.toml"])
        .code(2)
        .notes("neither a module");
    // 3: no such thing.
    server
        .run(&["invoke", "cli-absent"])
        .code(3)
        .notes("[FunctionNotFound]");
    server
        .run(&["start", "cli-absent"])
        .code(3)
        .notes("[MachineNotFound]");
    server.run(&["status", "cli-fails/absent"]).code(3);
    server.run(&["deploy", "no-such-file.wasm"]).code(3);
    // 4: refused.
    let folder = tempfile::tempdir().expect("a folder");
    let text = write(folder.path(), "text.wasm", "not a module");
    server
        .run(&["deploy", &text])
        .code(4)
        .notes("[InvalidModule]");
    // 5: nobody there. The port of a listener that is gone is free, and nobody listens.
    let port = std::net::TcpListener::bind("127.0.0.1:0")
        .expect("binds")
        .local_addr()
        .expect("has");
    let said = cli::run(&["list", "--endpoint", &format!("http://{port}")]);
    said.code(5).notes("no server answers").notes("steploom up");
}

#[test]
fn a_full_server_is_exit_code_6() {
    // One sandbox, held by one call; the next waits for it in vain.
    let server = Server::start_with(&["--instances", "1"]);
    server.deploy_with(
        "spin",
        guest::SPIN,
        &json!({"timeoutMs": 20_000, "fuelMax": 5_000_000_000_000_u64}),
    );
    let held = server.follow(&["invoke", "spin"]);
    until("the sandbox is taken", || {
        (server.metric("steploom_sandboxes_running") > 0.5).then_some(())
    });
    server
        .run(&["invoke", "spin"])
        .code(6)
        .notes("[TooManyRequests]");
    drop(held);
}

#[test]
fn ctrl_c_is_exit_code_130_and_what_was_accepted_goes_on() {
    let server = server();
    server.deploy("cli-echo-130", guest::ECHO);
    let definition =
        serde_json::from_str(&WAITER.replace("cli-echo", "cli-echo-130")).expect("JSON");
    server.put_machine("cli-130", &definition).expect(201);
    let mut following = server.follow(&[
        "start",
        "cli-130",
        "--name",
        "s",
        "--input",
        r#"{"seconds": 60}"#,
        "--wait",
    ]);
    until("it has started", || {
        (server.get("/v1/machines/cli-130/executions/s").status == 200).then_some(())
    });
    signal(following.pid(), Signal::INT);
    assert_eq!(following.code(), Some(130));
    server.run(&["status", "cli-130/s"]).code(0).says("RUNNING");
    server.run(&["stop", "cli-130/s"]).code(0);
}
