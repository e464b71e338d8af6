//! Everything but the objects in a Postgres database.

use serde_json::json;

use crate::support::cli;
use crate::support::postgres::Cluster;
use crate::support::server::Server;
use crate::support::wait::until;

fn pass() -> serde_json::Value {
    json!({"StartAt": "Done", "States": {"Done": {"Type": "Pass", "End": true}}})
}

/// What it has been told is there after `kill -9`, and nothing of it lies in the data folder.
#[test]
fn it_keeps_everything_there() {
    let Some(cluster) = Cluster::shared() else {
        return;
    };
    let url = cluster.database();
    let arguments = ["--database-url", url.as_str()];
    let folder = tempfile::tempdir().expect("a folder");
    let data = folder.path().join("data");
    let mut server = Server::start_on(&data, &arguments);
    server.put_machine("m", &pass()).expect(201);
    let start = json!({"machine": "m", "name": "one", "input": {"n": 1}});
    let id = server.start_execution(&start);
    assert_eq!(server.ended(&id)["status"], "SUCCEEDED");
    server.kill();
    assert!(!data.join("store").exists(), "the store is elsewhere");
    let server = Server::start_on(&data, &arguments);
    let execution = server.execution(&id);
    assert_eq!(execution["output"], json!({"n": 1}));
    assert!(!server.history(&id).is_empty());
    server
        .post("/v1/executions", &start)
        .problem(409, "ExecutionAlreadyExists");
}

/// While it is away, callers are told to try again; when it is back, they succeed.
#[test]
fn it_goes_away_and_comes_back() {
    let Some(mut cluster) = Cluster::start() else {
        return;
    };
    let url = cluster.database();
    let server = Server::start_with(&["--database-url", &url]);
    server.put_machine("m", &pass()).expect(201);
    let start = json!({"machine": "m", "input": {}});
    let before = server.start_execution(&start);
    cluster.kill();
    let refused = server.post("/v1/executions", &start);
    assert_eq!(refused.status, 503, "{}", refused.text());
    assert!(refused.header("retry-after").is_some());
    cluster.up();
    let after = until("it takes starts again", || {
        let answer = server.post("/v1/executions", &start);
        (answer.status == 201).then(|| answer.json()["id"].as_str().expect("an id").to_owned())
    });
    for id in [before, after] {
        assert_eq!(server.ended(&id)["status"], "SUCCEEDED");
    }
}

/// Two processes with one node's id would take each other's shards.
#[test]
fn a_data_folder_is_one_node() {
    let Some(cluster) = Cluster::shared() else {
        return;
    };
    let url = cluster.database();
    let server = Server::start_with(&["--database-url", &url]);
    let data = server.data().to_str().expect("text");
    let said = cli::run(&[
        "up",
        "--listen",
        "127.0.0.1:0",
        "--data",
        data,
        "--database-url",
        &url,
    ]);
    said.code(1).notes("every node has a folder of its own");
}

/// What cannot be used is said at start, without the password.
#[test]
fn a_database_that_cannot_be_used() {
    let folder = tempfile::tempdir().expect("a folder");
    let data = folder.path().join("data");
    let data = data.to_str().expect("text");
    for (url, what) in [
        ("mysql://root:secret@localhost/x", "InvalidDatabaseUrl"),
        (
            "postgres://root:secret@localhost:port/x",
            "InvalidDatabaseUrl",
        ),
    ] {
        let up = ["up", "--listen", "127.0.0.1:0", "--data", data];
        let said = cli::run(&[&up[..], &["--database-url", url]].concat());
        assert_ne!(said.code, 0);
        said.notes(what);
        assert!(!said.stderr.contains("secret"), "{}", said.stderr);
    }
}
