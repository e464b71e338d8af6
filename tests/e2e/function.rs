//! Functions over HTTP: upload, versions, calls now and later.

use serde_json::{Value, json};

use crate::server;
use crate::support::{api, guest};

#[test]
fn a_function_is_uploaded_called_and_deleted() {
    let server = server();
    let answer = server.put_module("fn-life", &guest::wasm(guest::ECHO));
    let created = answer.expect(201);
    assert_eq!(created["name"], "fn-life");
    assert_eq!(created["latest"]["version"], 1);
    assert_eq!(created["latest"]["kind"], "reactor");
    assert_eq!(created["latest"]["settings"]["timeoutMs"], 30_000);

    let answer = server.invoke("fn-life", &json!({"a": [1, "ü"]}));
    assert_eq!(answer.expect(200), json!({"a": [1, "ü"]}));
    assert_eq!(answer.header("x-steploom-version"), Some("1"));
    for number in ["x-steploom-duration-us", "x-steploom-fuel"] {
        let value = answer.header(number).expect("is there");
        assert!(value.parse::<u64>().expect("a number") > 0, "{number}");
    }

    let one = server.get("/v1/functions/fn-life").expect(200);
    assert_eq!(one, created);
    let all = server.pages("/v1/functions?limit=1");
    assert!(all.contains(&created), "{all:?}");

    assert_eq!(server.delete("/v1/functions/fn-life").status, 204);
    let gone = server.get("/v1/functions/fn-life");
    gone.problem(404, "FunctionNotFound");
    server
        .invoke("fn-life", &json!({}))
        .problem(404, "FunctionNotFound");
    server
        .delete("/v1/functions/fn-life")
        .problem(404, "FunctionNotFound");
}

#[test]
fn an_upload_of_what_is_there_makes_a_version() {
    let server = server();
    server.deploy("fn-versions", guest::ECHO);
    let settings = json!({"timeoutMs": 1000, "description": "the second"});
    let second = server.put_form("fn-versions", &guest::wasm(guest::ONCE), &settings);
    let second = second.expect(200);
    assert_eq!(second["latest"]["version"], 2);
    assert_eq!(second["latest"]["settings"]["description"], "the second");

    let versions = server.get("/v1/functions/fn-versions/versions").expect(200);
    let numbers: Vec<_> = versions["items"]
        .as_array()
        .expect("items")
        .iter()
        .map(|version| version["version"].as_u64().expect("a number"))
        .collect();
    assert_eq!(numbers, [2, 1]);

    let call = |qualifier: &str| {
        let path = format!("/v1/functions/fn-versions/invoke?qualifier={qualifier}");
        server.post(&path, &json!("here"))
    };
    assert_eq!(call("1").expect(200), json!("here"));
    assert_eq!(call("2").expect(200), json!([1, 1, 0]));
    assert_eq!(call("$LATEST").expect(200), json!([1, 1, 0]));
    call("3").problem(404, "FunctionNotFound");

    let wasm = guest::wasm(guest::ECHO);
    let create_only = [("content-type", "application/wasm"), ("if-none-match", "*")];
    let refused = server.send("PUT", "/v1/functions/fn-versions", &create_only, &wasm);
    refused.problem(409, "FunctionExists");
}

#[test]
fn every_kind_is_called() {
    let server = server();
    for (name, guest, kind) in [
        ("fn-command", guest::CAT, "command"),
        ("fn-reactor", guest::ECHO, "reactor"),
        ("fn-handler", guest::HANDLER, "handler"),
    ] {
        let function = server.deploy(name, guest);
        assert_eq!(function["latest"]["kind"], kind);
        let event = json!([1, 2.5, "drei"]);
        assert_eq!(server.invoke(name, &event).expect(200), event, "{kind}");
    }
}

#[test]
fn every_call_has_a_fresh_instance() {
    let server = server();
    server.deploy("fn-fresh", guest::ONCE);
    for _ in 0..3 {
        let answer = server.invoke("fn-fresh", &Value::Null);
        assert_eq!(answer.expect(200), json!([1, 1, 0]));
    }
}

#[test]
fn a_function_learns_its_context_and_environment() {
    let server = server();
    let settings = json!({"environment": {"GREETING": "hallo"}});
    server.deploy_with("fn-environ", guest::ENVIRON, &settings);
    let trace = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
    let headers = [("content-type", "application/json"), ("traceparent", trace)];
    let path = "/v1/functions/fn-environ/invoke";
    let answer = server.send("POST", path, &headers, b"{}");
    let id = answer.header("x-steploom-request-id").expect("an id");
    let logged = crate::log::of_invocation("fn-environ", id);
    for variable in [
        "GREETING=hallo",
        "STEPLOOM_FUNCTION=fn-environ",
        "STEPLOOM_VERSION=1",
        &format!("STEPLOOM_REQUEST_ID={id}"),
        &format!("TRACEPARENT={trace}"),
    ] {
        assert!(logged.contains(variable), "{variable} in {logged}");
    }
    assert!(
        !logged.contains("PATH="),
        "nothing of the server's: {logged}"
    );
}

#[test]
fn a_call_for_later_is_an_execution() {
    let server = server();
    server.deploy("fn-later", guest::ECHO);
    let path = "/v1/functions/fn-later/invoke-async?name=once";
    let answer = server.post(path, &json!({"n": 7}));
    let accepted = answer.expect(202);
    assert_eq!(accepted["machine"], "function:fn-later");
    let id = accepted["id"].as_str().expect("an id");
    let location = answer.header("location").expect("a place");
    assert_eq!(server.get(location).expect(200)["id"], id);

    let ended = server.ended(id);
    assert_eq!(ended["status"], "SUCCEEDED");
    assert_eq!(ended["output"], json!({"n": 7}));
    let by_name = server.get("/v1/machines/function:fn-later/executions/once");
    assert_eq!(by_name.expect(200), ended);
    let events = server.history(id);
    assert_eq!(api::types(&events).last(), Some(&"ExecutionSucceeded"));
}

#[test]
fn a_function_that_fails_says_how() {
    let server = server();
    server.deploy("fn-fails", guest::FAIL);
    let event = json!({"errorType": "NoStock", "errorMessage": "none left"});
    let problem = server
        .invoke("fn-fails", &event)
        .problem(502, "FunctionFailed");
    assert_eq!(problem["error"], "NoStock");
    assert_eq!(problem["cause"], "none left");

    let answer = server.invoke("fn-fails", &json!("just text"));
    assert_eq!(
        answer.problem(502, "FunctionFailed")["error"],
        "Function.Failed"
    );

    server.deploy("fn-later-fails", guest::FAIL);
    let path = "/v1/functions/fn-later-fails/invoke-async";
    let accepted = server.post(path, &event).expect(202);
    let ended = server.ended(accepted["id"].as_str().expect("an id"));
    assert_eq!(ended["status"], "FAILED");
    assert_eq!(ended["error"], "NoStock");
    assert_eq!(ended["cause"], "none left");
}
