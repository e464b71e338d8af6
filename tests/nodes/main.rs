//! Several processes of the real program on one Postgres: who owns what, calls that arrive at the
//! wrong one, processes that leave, die, and stand still.
//!
//! `STEPLOOM_FREEZES=500` makes nodes stand still as often as that. Without Postgres on this computer they are skipped, and say so.

#[path = "../support/mod.rs"]
#[expect(dead_code, reason = "other test programs use the rest")]
mod support;

use std::collections::BTreeSet;
use std::path::Path;
use std::time::{Duration, Instant};

use rustix::process::Signal;
use serde_json::{Value, json};
use tempfile::TempDir;

use support::api::types;
use support::guest;
use support::postgres::Cluster;
use support::server::{Server, signal};
use support::wait::until;

/// From the death of a node until others have what it had.
const TAKEOVER_MAX: Duration = Duration::from_secs(10);

const SHARDS: usize = 16;

/// How many times a node is made to stand still.
fn freezes() -> usize {
    let wanted = std::env::var("STEPLOOM_FREEZES").ok();
    wanted.map_or(20, |number| {
        number.parse().expect("STEPLOOM_FREEZES is a number")
    })
}

/// Processes on one database.
struct Nodes {
    folder: TempDir,
    database: String,
}

impl Nodes {
    /// `None` without Postgres.
    fn new() -> Option<Self> {
        let database = Cluster::shared()?.database();
        let folder = tempfile::tempdir().expect("a folder");
        let secret = folder.path().join("secret");
        std::fs::write(secret, "a secret that all of them share\n").expect("writes");
        Some(Self { folder, database })
    }

    /// One more process, or one that was there before.
    fn start(&self, name: &str) -> Server {
        let at = |file: &str| self.folder.path().join(file).display().to_string();
        let (objects, secret) = (at("objects"), at("secret"));
        let arguments = [
            "--database-url",
            &self.database,
            "--objects",
            &objects,
            "--node-listen",
            "127.0.0.1:0",
            "--node-secret",
            &secret,
            "--instances",
            "8",
        ];
        Server::start_on(Path::new(&at(name)), &arguments)
    }
}

/// Owners of all shards, as a node sees them.
fn owners(node: &Server) -> Vec<Option<String>> {
    let shards = node.get("/v1/shards").expect(200);
    let shards = shards["items"].as_array().expect("items").iter();
    shards
        .map(|shard| shard["owner"].as_str().map(str::to_owned))
        .collect()
}

/// The id under which a node announces itself.
fn id(node: &Server) -> String {
    let nodes = node.get("/v1/nodes").expect(200);
    let mut nodes = nodes["items"].as_array().expect("items").iter();
    let this = nodes
        .find(|node| node["isThis"] == true)
        .expect("it is there");
    this["id"].as_str().expect("an id").to_owned()
}

/// Waits until these own everything, each its share.
fn share(nodes: &[&Server]) {
    let share = SHARDS.div_ceil(nodes.len());
    until("shards are shared", || {
        let owned: Vec<_> = nodes
            .iter()
            .map(|node| node.metric("steploom_shards_owned") as usize)
            .collect();
        let is_all = owned.iter().sum::<usize>() == SHARDS;
        (is_all && owned.iter().all(|count| *count <= share)).then_some(())
    });
}

fn deploy(node: &Server) {
    node.deploy("echo", guest::ECHO);
    let steps = json!({"StartAt": "A", "States": {
        "A": {"Type": "Task", "Resource": "echo", "Next": "W"},
        "W": {"Type": "Wait", "Seconds": 2, "Next": "B"},
        "B": {"Type": "Task", "Resource": "echo", "End": true}}});
    node.put_machine("steps", &steps).expect(201);
}

/// Starts executions at all nodes in turn.
fn start(nodes: &[&Server], numbers: std::ops::Range<usize>) -> Vec<String> {
    let one = |n: usize| {
        let start = json!({"machine": "steps", "name": format!("n{n}"), "input": {"n": n}});
        nodes[n % nodes.len()].start_execution(&start)
    };
    numbers.map(one).collect()
}

/// All of these, numbered from the first, end well, once, with what they were started with, whoever is asked.
fn check(nodes: &[&Server], first: usize, ids: &[String]) {
    for (n, id) in (first..).zip(ids) {
        let node = nodes[n % nodes.len()];
        let ended = until(&format!("execution {id} ends"), || {
            // While a shard has no owner, the answer is to come again.
            let answer = node.get(&format!("/v1/executions/{id}"));
            let execution = (answer.status == 200).then(|| answer.json())?;
            (execution["status"] != "RUNNING").then_some(execution)
        });
        assert_eq!(ended["status"], "SUCCEEDED", "{ended}");
        assert_eq!(ended["output"], json!({"n": n}));
        let history = node.history(id);
        let kinds = types(&history);
        let ends = kinds.iter().filter(|kind| **kind == "ExecutionSucceeded");
        assert_eq!(ends.count(), 1, "{kinds:?}");
        let answers = kinds
            .iter()
            .filter(|kind| **kind == "LambdaFunctionSucceeded");
        assert_eq!(answers.count(), 2, "{kinds:?}");
        let numbers: Vec<_> = history.iter().map(|event| event["id"].as_u64()).collect();
        let expected: Vec<_> = (1..=history.len() as u64).map(Some).collect();
        assert_eq!(numbers, expected);
    }
}

#[test]
fn two_nodes_share_the_work_and_one_leaves() {
    let Some(nodes) = Nodes::new() else { return };
    let (a, b) = (nodes.start("a"), nodes.start("b"));
    share(&[&a, &b]);
    deploy(&a);
    let ids = start(&[&a, &b], 0..40);
    assert_eq!(ids.iter().collect::<BTreeSet<_>>().len(), 40);
    // The same again, at the other node.
    for (n, id) in ids.iter().enumerate() {
        let again = json!({"machine": "steps", "name": format!("n{n}"), "input": {"n": n}});
        let found = [&b, &a][n % 2].post("/v1/executions", &again);
        assert_eq!(found.expect(200)["id"].as_str(), Some(id.as_str()));
    }
    // A new version counts at once, at either node.
    b.put_machine(
        "brief",
        &json!({"StartAt": "P", "States": {"P": {"Type": "Pass", "End": true}}}),
    )
    .expect(201);
    for node in [&a, &b] {
        let brief = node.start_execution(&json!({"machine": "brief"}));
        assert_eq!(node.ended(&brief)["status"], "SUCCEEDED");
    }
    let forwarded = a.get("/metrics").text();
    assert!(forwarded.contains("steploom_peer_calls_total{call=\"start\",outcome=\"answered\"}"));

    let (status, said) = a.terminate();
    assert!(status.success(), "{said}");
    let (began, all) = (Instant::now(), vec![Some(id(&b)); SHARDS]);
    until("b has everything", || (owners(&b) == all).then_some(()));
    assert!(
        began.elapsed() < Duration::from_secs(5),
        "leases were given back"
    );
    check(&[&b], 0, &ids);
    // It comes back and gets its share.
    let a = nodes.start("a");
    share(&[&a, &b]);
    check(&[&a, &b], 0, &ids[..4]);
}

#[test]
fn two_nodes_go_on_with_what_a_third_had() {
    let Some(nodes) = Nodes::new() else { return };
    let (a, b, mut c) = (nodes.start("a"), nodes.start("b"), nodes.start("c"));
    share(&[&a, &b, &c]);
    deploy(&a);
    let ids = start(&[&a, &b, &c], 0..90);
    let dead = Some(id(&c));
    c.kill();
    let began = Instant::now();
    until("others have its shards", || {
        let owners = owners(&a);
        owners
            .iter()
            .all(|owner| owner.is_some() && *owner != dead)
            .then_some(())
    });
    assert!(began.elapsed() < TAKEOVER_MAX, "{:?}", began.elapsed());
    check(&[&a, &b], 0, &ids);
}

#[test]
fn a_node_that_stood_still_finds_that_others_took_its_place() {
    let Some(nodes) = Nodes::new() else { return };
    let (a, b) = (nodes.start("a"), nodes.start("b"));
    deploy(&a);
    let mut started = 0;
    for freeze in 0..freezes() {
        let (still, other) = if freeze % 2 == 0 { (&a, &b) } else { (&b, &a) };
        share(&[&a, &b]);
        let first = started;
        started += 30;
        let ids = start(&[&a, &b], first..started);
        signal(still.pid(), Signal::STOP);
        let all = vec![Some(id(other)); SHARDS];
        until("the other has everything", || {
            (owners(other) == all).then_some(())
        });
        check(&[other], first, &ids);
        signal(still.pid(), Signal::CONT);
        // What it was about to write is refused, and it says what the other says.
        check(&[&a, &b], first, &ids);
    }
    share(&[&a, &b]);
    let more = start(&[&a, &b], started..started + 40);
    assert_eq!(more.iter().collect::<BTreeSet<_>>().len(), 40);
}

#[test]
fn a_shard_splits_under_load() {
    let Some(nodes) = Nodes::new() else { return };
    let (a, b) = (nodes.start("a"), nodes.start("b"));
    share(&[&a, &b]);
    deploy(&a);
    let mut ids = start(&[&a, &b], 0..30);
    for shard in [3, 11] {
        let split = until("the shard splits", || {
            let answer = b.post(&format!("/v1/shards/{shard}/split"), &json!({}));
            assert!(matches!(answer.status, 200 | 409), "{}", answer.text());
            (answer.status == 200).then(|| answer.json())
        });
        assert_eq!(split["into"].as_array().map(Vec::len), Some(2));
    }
    ids.extend(start(&[&a, &b], 30..60));
    check(&[&a, &b], 0, &ids);
    assert_eq!(owners(&a).len(), SHARDS + 2);
}

#[test]
fn nobody_but_nodes_may_ask() {
    let Some(nodes) = Nodes::new() else { return };
    let a = nodes.start("a");
    let listed = a.get("/v1/nodes").expect(200);
    let address = listed["items"][0]["address"].as_str().expect("an address");
    let address = address.strip_prefix("http://").expect("http").parse();
    let forged = "1 look 61 61 0 0 00 00";
    for headers in [vec![], vec![("steploom-peer", forged)]] {
        let request = support::http::Request {
            method: "POST",
            path: "/peer",
            headers: &headers,
            body: b"{}",
        };
        let address = *address.as_ref().expect("an address");
        let answer = support::http::send(address, &request).expect("answers");
        assert_eq!(answer.status, 403, "{}", answer.text());
    }
    // Apart from that, there is nothing.
    let Value::Array(items) = &listed["items"] else {
        panic!("{listed}")
    };
    assert_eq!(items.len(), 1);
}
