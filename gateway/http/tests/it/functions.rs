//! Functions: uploads, lists, invocations, logs.

use serde_json::json;
use steploom_api::wire;
use steploom_types::Timestamp;

use crate::call::Front;

const MODULE: &[u8] = b"\0asm\x01\0\0\0";
const WASM: (&str, &str) = ("content-type", "application/wasm");
const FORM: (&str, &str) = ("content-type", "multipart/form-data; boundary=XX");

fn part(name: &str, content: &[u8]) -> Vec<u8> {
    let mut part =
        format!("--XX\r\ncontent-disposition: form-data; name=\"{name}\"\r\n\r\n").into_bytes();
    part.extend_from_slice(content);
    part.extend_from_slice(b"\r\n");
    part
}

fn form(parts: &[(&str, &[u8])]) -> Vec<u8> {
    let mut form: Vec<u8> = parts.iter().flat_map(|(n, c)| part(n, c)).collect();
    form.extend_from_slice(b"--XX--\r\n");
    form
}

#[tokio::test]
async fn a_module_alone_gets_the_default_settings() {
    let front = Front::new();
    let first = front.send("PUT /v1/functions/count", &[WASM], MODULE).await;
    assert_eq!(first.status, 201, "{}", first.text());
    let function: wire::Function = serde_json::from_slice(&first.body).unwrap();
    assert_eq!(function.latest.version, 1);
    assert_eq!(function.latest.settings, wire::FunctionSettings::default());
    assert_eq!(front.world.state().puts[0].code, MODULE);

    let second = front.send("PUT /v1/functions/count", &[WASM], MODULE).await;
    assert_eq!(second.status, 200);
    assert_eq!(second.value()["latest"]["version"], 2);
}

#[tokio::test]
async fn a_form_brings_settings() {
    let front = Front::new();
    let settings = br#"{"timeoutMs": 500, "environment": {"A": "b"}}"#;
    let body = form(&[("settings", settings), ("module", MODULE)]);
    let answer = front.send("PUT /v1/functions/count", &[FORM], body).await;
    assert_eq!(answer.status, 201, "{}", answer.text());
    let put = front.world.state().puts.remove(0);
    assert_eq!(put.code, MODULE);
    assert_eq!(put.settings.timeout_ms, 500);
    assert_eq!(put.settings.environment["A"], "b");
}

#[tokio::test]
async fn wrong_forms_say_which_part() {
    let front = Front::new();
    for (parts, code, place) in [
        (vec![("settings", &b"{}"[..])], "NoModule", "body/module"),
        (vec![("module", b"")], "NoModule", "body/module"),
        (
            vec![("module", MODULE), ("module", MODULE)],
            "InvalidForm",
            "body/module",
        ),
        (
            vec![("module", MODULE), ("extra", b"x")],
            "InvalidForm",
            "body/extra",
        ),
        (
            vec![("module", MODULE), ("settings", b"{\"timeout\": 1}")],
            "InvalidBody",
            "body/settings",
        ),
        (
            vec![("module", MODULE), ("settings", b"nope")],
            "InvalidBody",
            "body/settings",
        ),
    ] {
        let body = form(&parts);
        let answer = front.send("PUT /v1/functions/count", &[FORM], body).await;
        let problem = answer.problem();
        assert_eq!(answer.status, 400);
        assert_eq!(problem.code, code, "{}", problem.title);
        assert_eq!(problem.problems[0].path, place);
    }
    let cut = &form(&[("module", MODULE)])[..60];
    let answer = front
        .send("PUT /v1/functions/count", &[FORM], cut.to_vec())
        .await;
    assert_eq!(answer.problem().code, "InvalidForm");
    let no_boundary = [("content-type", "multipart/form-data")];
    let answer = front
        .send("PUT /v1/functions/count", &no_boundary, "x")
        .await;
    assert_eq!(answer.problem().code, "InvalidForm");
    assert!(front.world.state().puts.is_empty());
}

#[tokio::test]
async fn create_only_fails_when_it_is_there() {
    let front = Front::new();
    let headers = [WASM, ("if-none-match", "*")];
    let first = front
        .send("PUT /v1/functions/count", &headers, MODULE)
        .await;
    assert_eq!(first.status, 201);
    let second = front
        .send("PUT /v1/functions/count", &headers, MODULE)
        .await;
    assert_eq!(second.status, 409);
    assert_eq!(second.problem().code, "FunctionExists");
    let etag = [WASM, ("if-none-match", "\"abc\"")];
    let third = front.send("PUT /v1/functions/count", &etag, MODULE).await;
    assert_eq!(third.problem().code, "InvalidHeader");
}

#[tokio::test]
async fn what_is_wrong_with_a_module_is_listed() {
    let front = Front::new();
    let answer = front.send("PUT /v1/functions/count", &[WASM], "MZ").await;
    assert_eq!(answer.status, 400);
    let problem = answer.problem();
    assert_eq!(problem.code, "InvalidModule");
    assert_eq!(problem.problems[0].code, "BAD_MAGIC");
    assert_eq!(problem.problems[0].path, "module/0");
}

#[tokio::test]
async fn functions_are_listed_shown_and_deleted() {
    let front = Front::new();
    for name in ["a", "b", "c"] {
        let line = format!("PUT /v1/functions/{name}");
        front.send(&line, &[WASM], MODULE).await;
    }
    let first = front.get("/v1/functions?limit=2").await.value();
    assert_eq!(first["items"][1]["name"], "b");
    let next = first["next"].as_str().unwrap();
    let second = front
        .get(&format!("/v1/functions?limit=2&next={next}"))
        .await;
    assert_eq!(second.value()["items"][0]["name"], "c");
    assert!(second.value().get("next").is_none());

    assert_eq!(front.get("/v1/functions/a").await.value()["name"], "a");
    let versions = front.get("/v1/functions/a/versions").await.value();
    assert_eq!(versions["items"][0]["version"], 1);

    let gone = front.send("DELETE /v1/functions/a", &[], "").await;
    assert_eq!((gone.status.as_u16(), gone.body.len()), (204, 0));
    assert_eq!(front.get("/v1/functions/a").await.status, 404);
    let again = front.send("DELETE /v1/functions/a", &[], "").await;
    assert_eq!(again.problem().code, "FunctionNotFound");
}

#[tokio::test]
async fn an_invocation_answers_what_the_function_answered() {
    let front = Front::new();
    // Kept to the byte: neither key order nor number form nor spacing is ours to change.
    let event = "{\"b\": 1.0,  \"a\": [1e3]}";
    let answer = front.json("POST /v1/functions/echo/invoke", event).await;
    assert_eq!(answer.status, 200);
    assert_eq!(answer.text(), event);
    assert_eq!(answer.header("content-type"), Some("application/json"));
    assert_eq!(answer.header("x-steploom-request-id"), Some("invocation-1"));
    assert_eq!(answer.header("x-steploom-version"), Some("3"));
    assert_eq!(answer.header("x-steploom-duration-us"), Some("42"));
    assert_eq!(answer.header("x-steploom-fuel"), Some("99"));

    let empty = front.send("POST /v1/functions/echo/invoke", &[], "").await;
    assert_eq!(empty.text(), "{}");
    let alias = front
        .json("POST /v1/functions/qualified/invoke?qualifier=live", "1")
        .await;
    assert_eq!(alias.text(), "\"live\"");
}

#[tokio::test]
async fn a_trace_is_passed_on() {
    let front = Front::new();
    let trace = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
    for header in [trace, "nonsense"] {
        let headers = [("traceparent", header)];
        front
            .send("POST /v1/functions/echo/invoke", &headers, "1")
            .await;
    }
    let seen = front.world.state().traceparents.clone();
    assert_eq!(seen, [Some(trace.to_owned()), None]);
}

#[tokio::test]
async fn a_failing_function_is_a_bad_gateway() {
    let front = Front::new();
    for (name, status, error, cause) in [
        ("fail", 502, "Oops", "it went wrong"),
        (
            "late",
            504,
            "States.Timeout",
            "it took longer than 30000 ms",
        ),
    ] {
        let line = format!("POST /v1/functions/{name}/invoke");
        let answer = front.json(&line, "{}").await;
        assert_eq!(answer.status, status);
        assert_eq!(answer.header("x-steploom-request-id"), Some("invocation-1"));
        let problem = answer.problem();
        assert_eq!(problem.code, "FunctionFailed");
        assert_eq!(problem.error.as_deref(), Some(error));
        assert_eq!(problem.cause.as_deref(), Some(cause));
        assert!(problem.stack_trace.is_empty(), "it told none");
    }
    let answer = front.json("POST /v1/functions/told/invoke", "{}").await;
    assert_eq!(answer.problem().stack_trace, ["at a.js:1:2"]);
}

#[tokio::test]
async fn an_asynchronous_invocation_is_an_execution() {
    let front = Front::new();
    let line = "POST /v1/functions/echo/invoke-async?name=monday";
    let answer = front.json(line, "{\"a\": 1}").await;
    assert_eq!(answer.status, 202, "{}", answer.text());
    let execution = answer.value();
    assert_eq!(execution["machine"], "function:echo");
    assert_eq!(execution["name"], "monday");
    assert_eq!(execution["input"], json!({"a": 1}));
    let location = answer.header("location").unwrap();
    assert_eq!(front.get(location).await.value()["id"], execution["id"]);
    let by_name = "/v1/machines/function:echo/executions/monday";
    assert_eq!(front.get(by_name).await.value()["id"], execution["id"]);
    let conflict = front.json(line, "2").await;
    assert_eq!(conflict.problem().code, "ExecutionAlreadyExists");
}

#[tokio::test]
async fn logs_are_read_by_request_and_time() {
    let front = Front::new();
    for (at, request_id) in [(1_000, "r1"), (2_000, "r2"), (3_000, "r1")] {
        front.world.state().logs.push(wire::LogLine {
            timestamp: Timestamp::from_millis(at),
            request_id: request_id.into(),
            version: 1,
            source: wire::LogSource::Function,
            message: format!("line at {at}"),
        });
    }
    let logs = "/v1/functions/echo/logs";
    let all = front.get(logs).await.value();
    assert_eq!(all["items"].as_array().unwrap().len(), 3);
    let r1 = front
        .get(&format!("{logs}?requestId=r1&limit=1"))
        .await
        .value();
    assert_eq!(r1["items"][0]["message"], "line at 1000");
    assert_eq!(r1["next"], "1");
    let since = format!("{logs}?since=1970-01-01T00:00:02Z");
    assert_eq!(
        front.get(&since).await.value()["items"][0]["requestId"],
        "r2"
    );
    assert_eq!(front.get("/v1/functions/none/logs").await.status, 404);
    assert_eq!(
        front.get("/v1/functions/none/logs/stream").await.status,
        404
    );
}
