//! Keys, accounts and the audit, with the real store behind them.

use std::io::{BufRead, BufReader, Read};
use std::process::Stdio;

use serde_json::{Value, json};

use crate::support::guest;
use crate::support::http::Answer;
use crate::support::server::{Server, command};
use crate::support::{cli, wait};

/// An account that is not the operator's.
const OTHER: &str = "111111111111";

/// Sends a request with a token.
fn send(server: &Server, line: &str, token: &str, body: &[u8]) -> Answer {
    let (method, path) = line.split_once(' ').expect("a method and a path");
    let bearer = format!("Bearer {token}");
    let kind = if line.starts_with("PUT /v1/functions") {
        "application/wasm"
    } else {
        "application/json"
    };
    let headers = [("authorization", bearer.as_str()), ("content-type", kind)];
    server.send(method, path, &headers, body)
}

/// A token with all rights in an account, made by the command line.
fn token(server: &Server, by: Option<&str>, account: &str) -> String {
    let mut arguments = vec![
        "key",
        "create",
        "test",
        "--api",
        "--scope",
        "admin",
        "--account",
        account,
        "--json",
    ];
    if let Some(by) = by {
        arguments.extend(["--api-key", by]);
    }
    let made = server.run(&arguments).json();
    assert_eq!(made["account"], account);
    made["token"].as_str().expect("a token").to_owned()
}

/// What is told of a thing, without what differs by request and name.
fn told(answer: &Answer, name: &str) -> (u16, Vec<String>, String) {
    let mut body: Value = serde_json::from_slice(&answer.body).unwrap_or_default();
    if let Some(fields) = body.as_object_mut() {
        fields.remove("requestId");
    }
    let mut names: Vec<String> = answer
        .headers
        .iter()
        .map(|(name, _)| name.clone())
        .collect();
    names.sort();
    (answer.status, names, body.to_string().replace(name, "NAME"))
}

/// A foreign thing is 404, byte for byte the same as an absent one.
#[test]
#[expect(clippy::too_many_lines, reason = "it goes through every kind of thing")]
fn another_accounts_things_are_not_there() {
    let server = Server::start();
    server.deploy("xyzzy", guest::ECHO);
    let waits =
        json!({"StartAt": "S", "States": {"S": {"Type": "Wait", "Seconds": 3600, "End": true}}});
    server.put_machine("xyzzy", &waits).expect(201);
    let id = server.start_execution(&json!({"machine": "xyzzy", "name": "xyzzy"}));
    for line in [
        "PUT /v1/buckets/xyzzy",
        "PUT /v1/buckets/xyzzy/objects/xyzzy",
        "PUT /v1/activities/xyzzy",
    ] {
        assert!(send(&server, line, "", b"{}").status < 300, "{line}");
    }
    let connection = json!({"auth": {"type": "basic", "username": "a", "password": "b"}});
    let put = send(
        &server,
        "PUT /v1/connections/xyzzy",
        "",
        connection.to_string().as_bytes(),
    );
    assert!(put.status < 300, "there is no key yet");
    let operator = token(&server, None, "000000000000");
    assert_eq!(
        server.get("/v1/functions").status,
        401,
        "from now on each request needs one"
    );
    let other = token(&server, Some(&operator), OTHER);

    let absent = "00070000-018b-cfe5-6800-000000000001";
    for line in [
        "GET /v1/functions/xyzzy",
        "DELETE /v1/functions/xyzzy",
        "GET /v1/functions/xyzzy/versions",
        "POST /v1/functions/xyzzy/invoke",
        "POST /v1/functions/xyzzy/invoke-async",
        "GET /v1/functions/xyzzy/logs",
        "GET /v1/machines/xyzzy",
        "DELETE /v1/machines/xyzzy",
        "GET /v1/machines/xyzzy/versions",
        "GET /v1/machines/xyzzy/retention",
        "GET /v1/machines/xyzzy/share",
        "GET /v1/machines/xyzzy/executions/xyzzy",
        "GET /v1/executions/{id}",
        "GET /v1/executions/{id}/history",
        "GET /v1/executions/{id}/events",
        "POST /v1/executions/{id}/stop",
        "POST /v1/executions/{id}/pause",
        "POST /v1/executions/{id}/resume",
        "POST /v1/executions/{id}/redrive",
        "POST /v1/executions/{id}/release",
        "GET /v1/executions/{id}/map-runs",
        "GET /v1/activities/xyzzy",
        "DELETE /v1/activities/xyzzy",
        "POST /v1/activities/xyzzy/poll",
        "GET /v1/buckets/xyzzy/objects",
        "GET /v1/buckets/xyzzy/objects/xyzzy",
        "DELETE /v1/buckets/xyzzy/objects/xyzzy",
        "DELETE /v1/buckets/xyzzy",
        "DELETE /v1/connections/xyzzy",
    ] {
        let body: &[u8] = if line.starts_with("POST") { b"{}" } else { b"" };
        let foreign = send(&server, &line.replace("{id}", &id), &other, body);
        let line_of_none = line.replace("{id}", absent).replace("xyzzy", "plugh");
        let none = send(&server, &line_of_none, &other, body);
        let (foreign, none) = (
            told(&foreign, if line.contains("{id}") { &id } else { "xyzzy" }),
            told(
                &none,
                if line.contains("{id}") {
                    absent
                } else {
                    "plugh"
                },
            ),
        );
        assert_eq!(foreign, none, "{line}");
        assert!(
            foreign.0 >= 400 || line.ends_with("/logs"),
            "{line}: {foreign:?}"
        );
    }
    for list in [
        "functions",
        "machines",
        "executions",
        "activities",
        "buckets",
        "connections",
        "audit",
    ] {
        let answer = send(&server, &format!("GET /v1/{list}"), &other, b"").expect(200);
        let names: Vec<&Value> = answer["items"]
            .as_array()
            .expect("items")
            .iter()
            .map(|i| &i["action"])
            .collect();
        let expected: &[Value] = if list == "audit" {
            &[json!("key.create")]
        } else {
            &[]
        };
        assert_eq!(names, expected.iter().collect::<Vec<_>>(), "{list}");
    }
    // All of it is still there, for whom it belongs to.
    for line in [
        "GET /v1/functions/xyzzy",
        "GET /v1/machines/xyzzy",
        "GET /v1/activities/xyzzy",
        "GET /v1/buckets/xyzzy/objects/xyzzy",
    ] {
        assert_eq!(send(&server, line, &operator, b"").status, 200, "{line}");
    }
    let run = send(&server, &format!("GET /v1/executions/{id}"), &operator, b"").expect(200);
    assert_eq!(run["status"], "RUNNING");
}

#[test]
fn keys_are_made_listed_and_revoked_by_the_command_line() {
    let server = Server::start();
    server.run(&["key", "list"]).ok();
    let operator = token(&server, None, "000000000000");
    server
        .run(&["list", "functions"])
        .code(4)
        .notes("MissingAuthenticationToken");
    let by = ["--api-key", operator.as_str()];
    let run = |arguments: &[&str]| server.run(&[arguments, &by].concat());
    let made = run(&["key", "create", "ci", "--scope", "functions:read"]);
    made.says("AWS_ACCESS_KEY_ID=STPL")
        .says("AWS_SECRET_ACCESS_KEY=")
        .notes("not shown again");
    let id = made
        .stdout
        .lines()
        .next()
        .and_then(|line| line.split_once('='))
        .expect("an id")
        .1;
    run(&["key", "list"])
        .says(id)
        .says("functions:read")
        .says("active");
    run(&["key", "revoke", id]).says(id);
    run(&["key", "list"]).says("revoked");
    run(&["key", "revoke", "STPLSTPLSTPLSTPLSTPL"]).code(3);
    run(&["key", "create", "--scope", "nonsense"])
        .code(4)
        .notes("InvalidScope");
    run(&["audit", id]).says("key.create").says("key.revoke");
    run(&["audit", "--verify"]).says("verified 3 records");
    run(&["audit", id, "--verify"]).says("verified 3 records");
    assert!(!server.said().contains(&operator), "no secret in the log");
}

/// The first key, without a server; then one that others can reach.
#[test]
fn with_a_key_a_server_may_listen_where_others_reach_it() {
    let folder = tempfile::tempdir().expect("a folder");
    let data = folder.path().to_str().expect("text");
    let made = cli::run(&[
        "key", "create", "--api", "--scope", "admin", "--data", data, "--json",
    ])
    .json();
    let token = made["token"].as_str().expect("a token");
    let access = cli::run(&["key", "create", "--scope", "admin", "--data", data]);
    access.says("AWS_SECRET_ACCESS_KEY=");
    let mut server = command()
        .args(["up", "--listen", "0.0.0.0:0", "--json", "--data", data])
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .expect("starts");
    let mut line = String::new();
    BufReader::new(server.stdout.take().expect("piped"))
        .read_line(&mut line)
        .expect("reads");
    let served: Value = serde_json::from_str(&line).expect("it serves");
    assert_eq!(served["needsKeys"], true);
    let url = served["url"]
        .as_str()
        .expect("a url")
        .replace("0.0.0.0", "127.0.0.1");
    let list =
        |more: &[&str]| cli::run(&[&["list", "functions", "--endpoint", &url], more].concat());
    let (unknown, known) = (list(&[]), list(&["--api-key", token]));
    let direct = cli::run(&["key", "list", "--data", data]);
    server.kill().expect("it runs");
    server.wait().expect("it ends");
    unknown.code(4).notes("MissingAuthenticationToken");
    known.ok();
    direct.code(1).notes("stop the server");
    let audit = cli::run(&["key", "list", "--data", data]);
    audit.says(made["id"].as_str().expect("an id"));
}

/// Another master key than the one that the secrets were sealed under.
#[test]
fn a_server_that_can_open_no_secret_does_not_start() {
    let folder = tempfile::tempdir().expect("a folder");
    let data = folder.path().to_str().expect("text");
    cli::run(&["key", "create", "--scope", "admin", "--data", data]).ok();
    let mut server = command()
        .args(["up", "--listen", "127.0.0.1:0", "--json", "--data", data])
        .env("STEPLOOM_MASTER_KEY", "5".repeat(64))
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .expect("starts");
    let ended = wait::until("it ends", || server.try_wait().expect("a child"));
    let mut said = String::new();
    let stderr = server.stderr.as_mut().expect("piped");
    stderr.read_to_string(&mut said).expect("text");
    assert_eq!(ended.code(), Some(1), "{said}");
    assert!(said.contains("another master key"), "{said}");
}

/// Two keys that signed the same: what is known of a revoked one on the node that revoked it.
#[test]
fn a_revoked_key_is_refused_at_once() {
    let server = Server::start();
    let operator = token(&server, None, "000000000000");
    let made = send(
        &server,
        "POST /v1/keys",
        &operator,
        br#"{"kind": "api", "scopes": ["functions:read"]}"#,
    )
    .expect(201);
    let mine = made["token"].as_str().expect("a token");
    assert_eq!(send(&server, "GET /v1/functions", mine, b"").status, 200);
    let line = format!("DELETE /v1/keys/{}", made["id"].as_str().expect("an id"));
    assert_eq!(send(&server, &line, &operator, b"").status, 204);
    send(&server, "GET /v1/functions", mine, b"").problem(401, "InvalidToken");
    // The operator's use is noted in its own time.
    wait::until("its use is noted", || {
        let keys = send(&server, "GET /v1/keys", &operator, b"").expect(200);
        let keys = keys["items"].as_array().expect("items").clone();
        keys.iter()
            .any(|key| key["lastUsedAt"].is_string())
            .then_some(())
    });
}
