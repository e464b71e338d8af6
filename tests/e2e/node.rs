//! The process itself: what it says of itself, and how it ends.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use crate::server;
use crate::support::guest;
use crate::support::server::Server;
use crate::support::wait::until;

#[test]
fn it_says_what_it_is_and_that_it_is_ready() {
    let server = server();
    assert_eq!(server.get("/healthz").text(), "ok\n");
    assert_eq!(server.get("/readyz").text(), "ready\n");
    let text = server.get("/").text();
    assert!(text.starts_with("Steploom "), "{text}");
    let index = server
        .send("GET", "/", &[("accept", "application/json")], b"")
        .expect(200);
    let links = index["links"].as_object().expect("links");
    for link in links.values() {
        let answer = server.get(link.as_str().expect("a path"));
        assert_eq!(answer.status, 200, "{link}");
    }
    server.get("/nowhere").problem(404, "UnknownRoute");
    server
        .delete("/v1/functions")
        .problem(405, "MethodNotAllowed");
}

#[test]
fn the_guide_tells_of_every_route_of_the_openapi_document() {
    let document = server().get("/v1/openapi.json").expect(200);
    let version = document["openapi"].as_str().expect("a version");
    assert!(version.starts_with("3."), "{version}");
    let paths = document["paths"].as_object().expect("paths");
    let listed: BTreeSet<_> = paths
        .iter()
        .flat_map(|(path, methods)| {
            let methods = methods.as_object().expect("methods").keys();
            methods.map(|method| (path.as_str(), method.as_str()))
        })
        .filter(|(_, method)| *method != "parameters")
        .collect();
    assert!(listed.len() > 90, "{listed:?}");
    let guide = include_str!("../../docs/api.md");
    let untold: Vec<_> = listed
        .iter()
        .map(|(path, method)| format!("{} {path}", method.to_uppercase()))
        .filter(|route| {
            !guide.contains(&format!("{route}`")) && !guide.contains(&format!("{route}?"))
        })
        .collect();
    // What operators ask of the process is told in prose.
    let process = [
        "GET /",
        "GET /healthz",
        "GET /metrics",
        "GET /readyz",
        "GET /v1/openapi.json",
    ];
    let untold: Vec<_> = untold
        .iter()
        .filter(|route| !process.contains(&route.as_str()))
        .collect();
    assert!(untold.is_empty(), "{untold:?}");
    // Every reference within the document leads somewhere.
    let mut references = Vec::new();
    collect_references(&document, &mut references);
    assert!(references.len() > 20);
    for reference in references {
        let pointer = reference.strip_prefix('#').expect("within the document");
        assert!(document.pointer(pointer).is_some(), "{reference}");
    }
}

fn collect_references<'a>(value: &'a Value, found: &mut Vec<&'a str>) {
    match value {
        Value::Array(items) => items
            .iter()
            .for_each(|item| collect_references(item, found)),
        Value::Object(fields) => {
            found.extend(fields.get("$ref").and_then(Value::as_str));
            fields
                .values()
                .for_each(|field| collect_references(field, found));
        }
        _ => {}
    }
}

/// Samples by name and labels, after a check of the format: each family has help and a type before
/// its samples, and each sample a number.
fn samples(text: &str) -> BTreeMap<String, f64> {
    let mut samples = BTreeMap::new();
    let mut families = BTreeMap::new();
    for line in text.lines() {
        if let Some(rest) = line.strip_prefix("# TYPE ") {
            let (name, kind) = rest.split_once(' ').expect("name and type");
            assert!(["counter", "gauge", "histogram"].contains(&kind), "{line}");
            families.insert(name.to_owned(), kind.to_owned());
        } else if !line.starts_with("# HELP ") {
            let (key, value) = line.rsplit_once(' ').expect("name and value");
            let name = key.split('{').next().expect("a name");
            let family = ["_bucket", "_sum", "_count"]
                .iter()
                .find_map(|end| {
                    name.strip_suffix(end)
                        .filter(|name| families.contains_key(*name))
                })
                .unwrap_or(name);
            assert!(families.contains_key(family), "{line}");
            let value = value.parse().expect("a number");
            assert!(
                samples.insert(key.to_owned(), value).is_none(),
                "twice: {line}"
            );
        }
    }
    samples
}

#[test]
fn metrics_move_with_what_happens() {
    let server = Server::start();
    server.deploy("echo", guest::ECHO);
    let definition = json!({"StartAt": "T", "States": {
        "T": {"Type": "Task", "Resource": "echo", "End": true}
    }});
    server.put_machine("m", &definition).expect(201);
    let before = samples(&server.get("/metrics").text());
    server.invoke("echo", &json!(1)).expect(200);
    let id = server.start_execution(&json!({"machine": "m"}));
    server.ended(&id);
    let after = samples(&server.get("/metrics").text());
    let moved = |name: &str| {
        let of = |samples: &BTreeMap<String, f64>| samples.get(name).copied().unwrap_or(0.0);
        of(&after) - of(&before)
    };
    for (name, by) in [
        ("steploom_executions_started_total", 1.0),
        ("steploom_executions_ended_total{status=\"succeeded\"}", 1.0),
        ("steploom_invocations_total{outcome=\"succeeded\"}", 2.0),
        ("steploom_invocation_seconds_count", 2.0),
    ] {
        assert!(
            (moved(name) - by).abs() < 0.5,
            "{name} moved by {}",
            moved(name)
        );
    }
    assert!(moved("steploom_facts_total") >= 2.0);
    assert!(moved("steploom_commits_total") >= 1.0);
    assert!((after["steploom_shards_owned"] - 16.0).abs() < 0.5);
    assert!(after["steploom_executions_open"].abs() < 0.5);
    let requests = "steploom_http_requests_total{method=\"POST\",route=\"/v1/functions/{name}/invoke\",status=\"200\"}";
    assert!((moved(requests) - 1.0).abs() < 0.5, "{after:?}");
}

#[test]
fn sigterm_ends_it_cleanly_and_what_was_open_goes_on() {
    let folder = tempfile::tempdir().expect("a folder");
    let data = folder.path().join("data");
    let server = Server::start_on(&data, &[]);
    server.deploy("nap", guest::NAP);
    let definition = json!({"StartAt": "W", "States": {
        "W": {"Type": "Wait", "Seconds": 2, "Next": "T"},
        "T": {"Type": "Task", "Resource": "nap", "End": true}
    }});
    server.put_machine("m", &definition).expect(201);
    let id = server.start_execution(&json!({"machine": "m", "input": {"kept": true}}));
    let mut events = server.stream(&format!("/v1/executions/{id}/events"), &[]);
    assert!(events.any(|line| line == "event: WaitStateEntered"));
    let (status, said) = server.terminate();
    assert_eq!(status.code(), Some(0), "{said}");
    assert!(!said.contains("ERROR"), "{said}");
    assert!(events.all(|line| line != "event: end"), "it had not ended");

    let server = Server::start_on(&data, &[]);
    let ended = server.ended(&id);
    assert_eq!(
        (&ended["status"], &ended["output"]),
        (&json!("SUCCEEDED"), &json!({"kept": true}))
    );
    // What it is told at the start counts what was there.
    until("the list shows the end", || {
        let listed = server.pages("/v1/executions?status=SUCCEEDED&limit=10");
        (listed.len() == 1).then_some(())
    });
}
