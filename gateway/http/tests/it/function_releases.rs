//! Functions' tags, releases, aliases, events and addresses.

use serde_json::json;

use crate::call::Front;

async fn with_function() -> Front {
    let front = Front::new();
    let wasm = [("content-type", "application/wasm")];
    let put = front
        .send("PUT /v1/functions/echo", &wasm, "\0asm\x01\0\0\0")
        .await;
    assert_eq!(put.status, 201, "{}", put.text());
    front
}

#[tokio::test]
async fn a_function_is_published_and_named() {
    let front = with_function().await;
    let publish = "POST /v1/functions/echo/releases";
    let body = r#"{"description": "the first"}"#;
    let first = front.json(publish, body).await;
    assert_eq!(first.status, 201, "{}", first.text());
    assert_eq!(first.value()["number"], 1);
    assert_eq!(first.value()["description"], "the first");
    let second = front.send(publish, &[], "").await;
    let list = front.get("/v1/functions/echo/releases").await.value();
    assert_eq!(list["items"], json!([second.value(), first.value()]));
    let one = front.get("/v1/functions/echo/releases/1").await;
    assert_eq!(one.value(), first.value());
    let none = front.get("/v1/functions/echo/releases/9").await;
    assert_eq!(none.problem().code, "ReleaseNotFound");
    let bad = front.get("/v1/functions/echo/releases/one").await;
    assert_eq!(bad.problem().code, "InvalidRelease");

    let put = "PUT /v1/functions/echo/aliases/prod";
    let body = r#"{"release": 1, "other": {"release": 2, "weight": 0.1}}"#;
    let made = front.json(put, body).await;
    assert_eq!(made.status, 201, "{}", made.text());
    assert_eq!(made.value()["other"]["weight"], 0.1);
    let changed = front.json(put, r#"{"release": 2}"#).await;
    assert_eq!(changed.status, 200);
    assert_eq!(changed.value().get("other"), None, "it is replaced");
    let there = front.send(put, &[("if-none-match", "*")], "{}").await;
    assert_eq!(there.problem().code, "AliasExists");
    let unknown = front.json(put, r#"{"relase": 2}"#).await;
    assert_eq!(unknown.problem().code, "InvalidBody");
    let list = front.get("/v1/functions/echo/aliases").await.value();
    assert_eq!(list["items"], json!([changed.value()]));
    let delete = "DELETE /v1/functions/echo/aliases/prod";
    assert_eq!(front.send(delete, &[], "").await.status, 204);
    let gone = front.send(delete, &[], "").await;
    assert_eq!(gone.problem().code, "AliasNotFound");
    let gone = front.get("/v1/functions/echo/aliases/prod").await;
    assert_eq!(gone.problem().code, "AliasNotFound");
    let delete = "DELETE /v1/functions/echo/releases/1";
    assert_eq!(front.send(delete, &[], "").await.status, 204);
}

#[tokio::test]
async fn tags_of_a_function_are_set_and_removed() {
    let front = with_function().await;
    let change = r#"{"set": {"team": "blue", "draft": "yes"}}"#;
    let changed = front.json("POST /v1/functions/echo/tags", change).await;
    assert_eq!(changed.status, 200, "{}", changed.text());
    let change = r#"{"remove": ["draft"]}"#;
    front.json("POST /v1/functions/echo/tags", change).await;
    let shown = front.get("/v1/functions/echo/tags").await.value();
    assert_eq!(shown["tags"], json!({"team": "blue"}));
    let none = front.get("/v1/functions/absent/tags").await;
    assert_eq!(none.problem().code, "FunctionNotFound");
}

#[tokio::test]
async fn it_is_said_how_events_are_handled_and_taken_back() {
    let front = with_function().await;
    let put = "PUT /v1/functions/echo/events";
    let body =
        r#"{"maxRetries": 1, "onFailure": "arn:aws:lambda:us-east-1:000000000000:function:f"}"#;
    let said = front.json(put, body).await;
    assert_eq!(said.status, 200, "{}", said.text());
    assert_eq!(said.value()["maxRetries"], 1);
    let of_alias = format!("{put}?qualifier=prod");
    front.json(&of_alias, r#"{"maxAgeSeconds": 60}"#).await;
    let all = front.get("/v1/functions/echo/events").await.value();
    assert_eq!(all["items"]["$LATEST"], said.value());
    assert_eq!(all["items"]["prod"]["maxAgeSeconds"], 60);
    let unknown = front.json(put, r#"{"retries": 1}"#).await;
    assert_eq!(unknown.problem().code, "InvalidBody");
    let delete = "DELETE /v1/functions/echo/events";
    assert_eq!(front.send(delete, &[], "").await.status, 204);
    let gone = front.send(delete, &[], "").await;
    assert_eq!(gone.problem().code, "EventSettingsNotFound");
}

#[tokio::test]
async fn a_function_gets_an_address_and_loses_it() {
    let front = with_function().await;
    let put = "PUT /v1/functions/echo/urls";
    let made = front.json(put, "{}").await;
    assert_eq!(made.status, 201, "{}", made.text());
    assert_eq!(
        made.value()["auth"],
        "key",
        "not everybody unless it is said"
    );
    let url = made.value()["url"].as_str().unwrap().to_owned();
    assert!(url.starts_with("http://") && url.contains("/url/"), "{url}");
    let open = front.json(put, r#"{"auth": "none"}"#).await;
    assert_eq!(open.status, 200);
    assert_eq!(open.value()["auth"], "none");
    let wrong = front.json(put, r#"{"auth": "everybody"}"#).await;
    assert_eq!(wrong.problem().code, "InvalidBody");
    let cors = front.json(put, r#"{"cors": {"AllowOrigins": []}}"#).await;
    assert_eq!(cors.problem().code, "InvalidBody");
    front.json(&format!("{put}?alias=prod"), "{}").await;
    let all = front.get("/v1/functions/echo/urls").await.value();
    assert_eq!(all["items"][""]["auth"], "none");
    assert_eq!(all["items"]["prod"]["auth"], "key");
    let delete = "DELETE /v1/functions/echo/urls";
    assert_eq!(front.send(delete, &[], "").await.status, 204);
    let gone = front.send(delete, &[], "").await;
    assert_eq!(gone.problem().code, "UrlNotFound");
}
