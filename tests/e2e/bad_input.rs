//! Requests that are wrong in every way: each is refused with a problem that says where, and
//! afterwards nothing has changed.

use std::sync::OnceLock;

use serde_json::{Value, json};

use crate::support::guest;
use crate::support::http::Answer;
use crate::support::server::Server;

/// A server that holds a little of everything and that nothing may change.
pub(crate) fn unchanging() -> &'static Server {
    static SERVER: OnceLock<Server> = OnceLock::new();
    SERVER.get_or_init(|| {
        let server = Server::start_for_all();
        server.deploy("here", guest::ECHO);
        let definition = json!({"StartAt": "S", "States": {
            "S": {"Type": "Wait", "Seconds": 3600, "End": true}
        }});
        server.put_machine("here", &definition).expect(201);
        server.start_execution(&json!({"machine": "here", "name": "here"}));
        server
    })
}

/// Everything there is, as lists show it.
fn everything(server: &Server) -> [Vec<Value>; 5] {
    [
        "/v1/functions?limit=1000",
        "/v1/machines?limit=1000",
        "/v1/executions?limit=1000",
    ]
    .map(|path| server.pages(path))
    .into_iter()
    .chain(["functions", "machines"].map(|kind| {
        let path = format!("/v1/{kind}/here/versions");
        let versions = server.get(&path).expect(200)["items"].clone();
        versions.as_array().expect("items").clone()
    }))
    .collect::<Vec<_>>()
    .try_into()
    .expect("five lists")
}

/// Does what must change nothing.
#[track_caller]
pub(crate) fn changing_nothing(attempt: impl FnOnce(&'static Server)) {
    let server = unchanging();
    // The list of executions may lag by under a second.
    let before = crate::support::wait::until("the execution is listed", || {
        let all = everything(server);
        (!all[2].is_empty()).then_some(all)
    });
    attempt(server);
    assert_eq!(everything(server), before, "something has changed");
    assert_eq!(
        server.invoke("here", &json!("still")).expect(200),
        json!("still")
    );
}

/// Checks a refusal; gives the place of its first problem.
#[track_caller]
fn place(answer: &Answer, status: u16, code: &str) -> String {
    let problem = answer.problem(status, code);
    let title = problem["title"].as_str().expect("a title");
    assert!(!title.chars().any(char::is_control), "{title:?}");
    problem["problems"][0]["path"]
        .as_str()
        .unwrap_or_default()
        .to_owned()
}

#[test]
fn names_that_lead_elsewhere() {
    let long = "a".repeat(81);
    changing_nothing(|server| {
        let module = guest::wasm(guest::ECHO);
        for name in [
            "..",
            "%2e%2e",
            "a..b",
            "..%2f..%2fetc%2fpasswd",
            "%2fetc%2fpasswd",
            ".hidden",
            "-flag",
            "a%00b",
            "a%0ab",
            "a%0d%0aX-Header:%201",
            "a%1b%5b31m",
            "a%7fb",
            "a%20b",
            "%c3%a9",
            "%e2%80%ae",
            "%ff",
            "a%5cb",
            "a:b",
            &long,
        ] {
            let answers = [
                server.put_module(name, &module),
                server.get(&format!("/v1/functions/{name}")),
                server.delete(&format!("/v1/functions/{name}")),
                server.invoke(name, &json!(1)),
                server.get(&format!("/v1/functions/{name}/logs")),
                server.put_machine(
                    name,
                    &json!({"StartAt": "A", "States": {"A": {"Type": "Succeed"}}}),
                ),
                server.delete(&format!("/v1/machines/{name}")),
                server.get(&format!("/v1/machines/here/executions/{name}")),
            ];
            for answer in answers {
                assert_eq!(answer.status, 400, "{name}: {}", answer.text());
                let code = answer.json()["code"].as_str().expect("a code").to_owned();
                assert!(
                    ["InvalidName", "InvalidPath"].contains(&&*code),
                    "{name}: {code}"
                );
                assert_eq!(place(&answer, 400, &code), "path", "{name}");
            }
            let start = json!({"machine": "here", "name": name});
            let answer = server.post("/v1/executions", &start);
            // A path is decoded, a body is not: what is left of the escapes is no name either.
            assert_eq!(place(&answer, 400, "InvalidBody"), "body", "{name}");
        }
    });
}

#[test]
fn bodies_that_are_no_json_or_of_the_wrong_shape() {
    let deep = format!("{}{}", "[".repeat(200), "]".repeat(200));
    let deep_start = format!(r#"{{"machine": "here", "input": {deep}}}"#);
    changing_nothing(|server| {
        let start = "/v1/executions";
        for (path, body, code) in [
            (start, "{", "InvalidJson"),
            (start, "", "InvalidBody"),
            (start, "[]", "InvalidBody"),
            (start, r#"{"machine": 7}"#, "InvalidBody"),
            (start, r#"{"machine": "here", "inputs": 1}"#, "InvalidBody"),
            (
                start,
                r#"{"machine": "here", "version": -1}"#,
                "InvalidBody",
            ),
            (start, r#"{"machine": "here"} {}"#, "InvalidJson"),
            (start, &deep_start, "JsonTooDeep"),
            ("/v1/functions/here/invoke", "{'a': 1}", "InvalidJson"),
            ("/v1/functions/here/invoke", "NaN", "InvalidJson"),
            ("/v1/functions/here/invoke", &deep, "JsonTooDeep"),
            ("/v1/functions/here/invoke-async", "[1,]", "InvalidJson"),
            ("/v1/functions/here/invoke-async", &deep, "JsonTooDeep"),
        ] {
            assert_eq!(
                place(&server.post_text(path, body), 400, code),
                "body",
                "{path} {body}"
            );
        }
        let json = [("content-type", "application/json")];
        let not_text = [b'"', 0xff, 0xfe, b'"'];
        let answer = server.send("POST", "/v1/functions/here/invoke", &json, &not_text);
        assert_eq!(answer.status, 400, "{}", answer.text());
        let form = [("content-type", "application/x-www-form-urlencoded")];
        let answer = server.send("POST", start, &form, b"machine=here");
        answer.problem(415, "UnsupportedContentType");
    });
}

#[test]
fn bodies_that_are_too_large() {
    let text = |bytes: usize| format!("\"{}\"", "x".repeat(bytes - 2));
    changing_nothing(|server| {
        let event = text(6 * 1024 * 1024 + 1);
        let answer = server.post_text("/v1/functions/here/invoke", &event);
        answer.problem(413, "BodyTooLarge");
        let event = text(256 * 1024 + 1);
        let answer = server.post_text("/v1/functions/here/invoke-async", &event);
        answer.problem(413, "BodyTooLarge");
        let start = format!(r#"{{"machine":"here","input":{event}}}"#);
        let answer = server.post_text("/v1/executions", &start);
        assert_eq!(place(&answer, 413, "InputTooLarge"), "body/input");
        let comment = "x".repeat(1024 * 1024);
        let definition =
            json!({"Comment": comment, "StartAt": "A", "States": {"A": {"Type": "Succeed"}}});
        let answer = server.put_machine("large", &definition);
        answer.problem(413, "BodyTooLarge");
        let answer = server.put_module("large", &vec![0; 64 * 1024 * 1024 + 1]);
        answer.problem(413, "BodyTooLarge");
        let header = "x".repeat(70 * 1024);
        let answer = server.send("GET", "/v1/functions", &[("x-large", &header)], b"");
        assert_eq!(answer.status, 431);
    });
}

#[test]
fn requests_that_another_page_could_have_sent() {
    changing_nothing(|server| {
        let module = guest::wasm(guest::ECHO);
        let wasm = ("content-type", "application/wasm");
        let port = server.address().port();
        for host in [
            "evil.example",
            "evil.example:80",
            "192.168.1.1",
            "127.0.0.1.evil.example",
            "user@localhost",
            "",
        ] {
            let headers = [wasm, ("host", host)];
            let answer = server.send("PUT", "/v1/functions/elsewhere", &headers, &module);
            answer.problem(403, "HostNotAllowed");
        }
        let other_port = format!("http://127.0.0.1:{}", port ^ 1);
        for origin in ["http://evil.example", "null", "file://", &other_port] {
            let headers = [wasm, ("origin", origin)];
            let answer = server.send("PUT", "/v1/functions/elsewhere", &headers, &module);
            answer.problem(403, "OriginNotAllowed");
        }
        let own = format!("http://127.0.0.1:{port}");
        let answer = server.send("GET", "/v1/functions", &[("origin", &own)], b"");
        assert_eq!(answer.status, 200);
    });
}

#[test]
fn queries_that_no_route_knows() {
    changing_nothing(|server| {
        for (path, at) in [
            ("/v1/functions?limit=0", "query/limit"),
            ("/v1/functions?limit=1001", "query/limit"),
            ("/v1/machines?limit=many", "query/limit"),
            ("/v1/executions?status=DONE", "query/status"),
            ("/v1/executions?machine=a..b", "query/machine"),
            ("/v1/functions/here/logs?since=yesterday", "query/since"),
            ("/v1/functions?limmit=1", "query"),
        ] {
            let answer = server.get(path);
            assert_eq!(answer.status, 400, "{path}: {}", answer.text());
            let problem = answer.json();
            let found = problem["problems"][0]["path"].as_str().expect("a place");
            assert!(found.starts_with(at), "{path}: {problem}");
        }
        for path in [
            "/v1/functions?next=a..b",
            "/v1/machines?next=..",
            "/v1/executions?next=%00",
        ] {
            let answer = server.get(path);
            assert_eq!(answer.status, 400, "{path}: {}", answer.text());
        }
        for id in ["x", "..%2f..", "00070000-018b-cfe5-6800-00000000000g"] {
            let answer = server.get(&format!("/v1/executions/{id}"));
            assert_eq!(place(&answer, 400, "InvalidExecutionId"), "path", "{id}");
        }
    });
}
