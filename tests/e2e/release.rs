//! Releases and aliases, as they are typed and as they are asked for over HTTP, from the first to the last.

use serde_json::{Value, json};

use crate::command::write;
use crate::server;
use crate::support::guest;
use crate::support::wait::until;

/// A definition whose output is a number.
fn answers(n: u32) -> String {
    json!({"StartAt": "A", "States": {"A": {"Type": "Pass", "Result": n, "End": true}}}).to_string()
}

#[test]
#[expect(clippy::too_many_lines, reason = "one machine goes through all of it")]
fn a_machine_is_published_named_and_started_by_name() {
    let server = server();
    let folder = tempfile::tempdir().expect("a folder");
    let file = write(folder.path(), "rel.asl.json", answers(1));
    server.run(&["deploy", &file]).ok();
    server
        .run(&["machine", "releases", "rel"])
        .code(0)
        .notes("steploom machine publish rel");

    let said = server.run(&["machine", "publish", "rel", "--description", "the first"]);
    said.notes("published version 1")
        .notes("steploom start rel:1");
    assert_eq!(said.ok().trim(), "1");
    let again = server.run(&["machine", "publish", "rel"]);
    assert_eq!(again.ok().trim(), "1");
    again.notes("nothing changed since release 1");

    write(folder.path(), "rel.asl.json", answers(2));
    server.run(&["deploy", &file]).ok();
    let body = json!({"revision": "INITIAL"});
    let stale = server.post("/v1/machines/rel/releases", &body);
    stale.problem(409, "RevisionChanged");
    let second = server
        .post("/v1/machines/rel/releases", &json!({}))
        .expect(201);
    assert_eq!(
        (&second["number"], &second["version"]),
        (&json!(2), &json!(2))
    );
    let listed = server.run(&["machine", "releases", "rel"]);
    listed.code(0).says("the first");
    let listed = server.run(&["machine", "releases", "rel", "--json"]).json();
    assert_eq!(listed["items"][0], second);
    let first = server.run(&["machine", "definition", "rel", "--version", "1"]);
    let first: Value = serde_json::from_str(first.ok()).expect("JSON");
    assert_eq!(first["States"]["A"]["Result"], 1);

    let set = |routes: &[&str]| {
        let mut all = vec!["machine", "alias", "set", "rel", "prod"];
        all.extend(routes);
        server.run(&all)
    };
    set(&["1"]).code(0).says("rel:prod stands for release 1");
    set(&["1", "2=10"])
        .code(0)
        .says("release 1 (90%), release 2 (10%)");
    set(&["1=90", "2=20"]).code(4).notes("add up to 100");
    set(&["1", "2"]).code(2).notes("1=90 2=10");
    set(&["3"]).code(3).notes("steploom machine releases rel");
    set(&["2"]).ok();
    let alias = server.get("/v1/machines/rel/aliases/prod").expect(200);
    assert_eq!(alias["routes"], json!([{"release": 2, "weight": 100}]));
    let shown = server.run(&["machine", "alias", "show", "rel", "prod", "--json"]);
    assert_eq!(shown.json(), alias);
    server
        .run(&["machine", "alias", "list", "rel"])
        .code(0)
        .says("prod");

    // The machine goes on to other things; prod does not.
    write(folder.path(), "rel.asl.json", answers(3));
    server.run(&["deploy", &file]).ok();
    let run = |machine: &[&str]| {
        let mut all = vec!["start", "--json", "--wait"];
        all.extend(machine);
        server.run(&all).json()
    };
    let by_alias = run(&["rel:prod", "--name", "by-alias"]);
    assert_eq!(by_alias["output"], 2);
    assert_eq!(
        (&by_alias["release"], &by_alias["alias"]),
        (&json!(2), &json!("prod"))
    );
    let by_number = run(&["rel", "--qualifier", "1"]);
    assert_eq!(
        (&by_number["output"], &by_number["release"]),
        (&json!(1), &json!(1))
    );
    let newest = run(&["rel"]);
    assert_eq!(
        (&newest["output"], &newest["release"]),
        (&json!(3), &Value::Null)
    );
    server
        .run(&["start", "rel:dev"])
        .code(3)
        .notes("steploom machine alias list rel");
    let both = ["start", "rel:prod", "--qualifier", "1"];
    server.run(&both).code(2).notes("says already");
    server
        .run(&["status", "rel/by-alias"])
        .code(0)
        .says("2 (prod)");
    let listed = ["list", "--machine", "rel", "--qualifier", "prod"];
    until("it is listed by its alias", || {
        let said = server.run(&listed);
        said.ok().contains("2 (prod)").then_some(())
    });
    let found = server.pages("/v1/executions?machine=rel&qualifier=prod");
    assert_eq!(found.len(), 1);
    assert_eq!(found[0]["id"], by_alias["id"]);
    let alone = server.get("/v1/executions?qualifier=prod");
    alone.problem(400, "InvalidQualifier");

    let delete = ["machine", "release", "delete", "rel", "2"];
    server.run(&delete).notes("prod").notes("[ReleaseInUse]");
    server
        .run(&["machine", "alias", "delete", "rel", "prod"])
        .ok();
    server.run(&delete).code(0).says("deleted release 2 of rel");
    let gone = server.get("/v1/machines/rel/releases/2");
    gone.problem(404, "ReleaseNotFound");
    let status = server.run(&["status", "rel/by-alias", "--json"]).json();
    assert_eq!(status["alias"], "prod", "what was is not forgotten");
}

#[test]
fn settings_and_tags_are_shown_and_set() {
    let server = server();
    let folder = tempfile::tempdir().expect("a folder");
    let file = write(folder.path(), "rel-set.asl.json", answers(1));
    let deploy = |kind: &str| server.run(&["deploy", &file, "--type", kind]);
    deploy("EXPRESS").ok();
    deploy("standard").notes("[MachineTypeFixed]");
    let listed = server.run(&["list", "machines", "--limit", "1000"]);
    let line = listed
        .ok()
        .lines()
        .find(|line| line.starts_with("rel-set "));
    assert!(line.expect("it is listed").contains("EXPRESS"));

    let settings = |more: &[&str]| {
        let mut all = vec!["machine", "settings", "rel-set"];
        all.extend(more);
        server.run(&all)
    };
    settings(&[])
        .code(0)
        .says("EXPRESS")
        .says("OFF")
        .says("INITIAL");
    let role = "arn:aws:iam::000000000000:role/r";
    let set = settings(&["--role", role, "--log-level", "error", "--log-data"]);
    set.code(0)
        .says("ERROR, with inputs and outputs")
        .says(role);
    // What is not said stays.
    let set = settings(&["--log-data=false", "--json"]).json();
    assert_eq!(set["settings"]["logging"]["level"], "ERROR");
    assert_eq!(set["settings"]["logging"]["includeExecutionData"], false);
    assert_eq!(set["settings"]["role"], role);
    let shown = server.get("/v1/machines/rel-set/settings").expect(200);
    assert_eq!(shown, set);
    let reset = settings(&["--reset", "--json"]).json();
    assert_eq!(reset["settings"]["type"], "EXPRESS");
    assert_eq!(reset["settings"]["role"], Value::Null);

    server.run(&["activity", "create", "rel-set"]).ok();
    for kind in ["machine", "activity"] {
        let tag = |more: &[&str]| {
            let mut all = vec![kind, "tag", "rel-set"];
            all.extend(more);
            server.run(&all)
        };
        tag(&[]).code(0).notes("no tags");
        tag(&["team=red", "draft=yes"]).code(0).says("red");
        let tags = tag(&["team=blue", "--remove", "draft", "--json"]).json();
        assert_eq!(tags, json!({"tags": {"team": "blue"}}));
        assert_eq!(tag(&["--json"]).json(), tags);
        tag(&["team"]).code(2).notes("KEY=VALUE");
        tag(&["steploom:release=1"]).notes("[InvalidTags]");
    }
}

/// A function in a named release, which is told of by addresses and settings of its own.
#[test]
fn a_function_is_published_named_and_called_by_name() {
    let server = server();
    let folder = tempfile::tempdir().expect("a folder");
    let file = write(folder.path(), "fun.wasm", guest::wasm(guest::ECHO));
    server.run(&["deploy", &file]).ok();
    let said = server.run(&["function", "publish", "fun"]);
    said.notes("published version 1");
    assert_eq!(said.ok().trim(), "1");
    let again = server.run(&["function", "publish", "fun"]);
    again.notes("version 1 is release 1 already");
    server.run(&["deploy", &file]).ok();
    let alias = |more: &[&str]| {
        let words = ["function", "alias", "set", "fun", "prod"];
        server.run(&[&words, more].concat())
    };
    assert_eq!(alias(&["1"]).ok().trim(), "fun:prod stands for release 1");
    alias(&["1", "9=5"]).code(3).notes("ReleaseNotFound");
    alias(&["1=50", "2=50"]).code(2).notes("3 4=10");
    let by_alias = ["invoke", "fun", "{\"n\":1}", "--qualifier", "prod"];
    server.run(&by_alias).says("\"n\": 1");

    let events = |more: &[&str]| {
        let words = ["function", "events"];
        server.run(&[&words, more].concat())
    };
    events(&["set", "fun", "--retries", "3"])
        .code(4)
        .notes("InvalidEventSettings");
    events(&["set", "fun", "--retries", "0", "--qualifier", "prod"]).ok();
    events(&["show", "fun"]).says("prod");
    events(&["clear", "fun", "--qualifier", "prod"]).ok();

    let url = ["function", "url", "set", "fun", "--auth", "none"];
    let said = server.run(&url);
    let path = said
        .ok()
        .trim()
        .strip_prefix(&server.url())
        .expect("of this server");
    let answer = server.post(path, &json!({"n": 2})).expect(200);
    assert_eq!(answer["body"], "{\"n\":2}");
    server.run(&["function", "url", "delete", "fun"]).ok();
    server
        .run(&["function", "release", "delete", "fun", "1"])
        .code(4)
        .notes("ReleaseInUse");
}
