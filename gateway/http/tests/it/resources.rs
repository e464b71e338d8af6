//! Tasks, activities, buckets, values and connections.

use serde_json::json;

use crate::call::Front;

#[tokio::test]
async fn a_task_is_ended_by_its_token() {
    let front = Front::new();
    let output = r#"{"output": [1]}"#;
    let good = front.json("POST /v1/tasks/good/success", output).await;
    assert_eq!(good.status, 204, "{}", good.text());
    let failed = front
        .json("POST /v1/tasks/good/failure", r#"{"error": "E"}"#)
        .await;
    assert_eq!(failed.status, 204);
    let alive = front.send("POST /v1/tasks/good/heartbeat", &[], "").await;
    assert_eq!(alive.status, 204);
    assert_eq!(
        front.world.state().told,
        ["success [1]", "failure E", "heartbeat"]
    );
    for line in ["success", "failure", "heartbeat"] {
        let bad = front
            .send(&format!("POST /v1/tasks/bad/{line}"), &[], "")
            .await;
        assert_eq!(bad.status, 400);
        assert_eq!(bad.problem().code, "InvalidToken");
    }
    let long = format!("POST /v1/tasks/{}/heartbeat", "a".repeat(2_000));
    assert_eq!(
        front.send(&long, &[], "").await.problem().code,
        "InvalidToken"
    );
}

#[tokio::test]
async fn activities_are_made_listed_polled_and_deleted() {
    let front = Front::new();
    let put = "PUT /v1/activities/approve";
    assert_eq!(front.send(put, &[], "").await.status, 201);
    assert_eq!(front.send(put, &[], "").await.status, 200);
    let one = front.get("/v1/activities/approve").await.value();
    assert_eq!(one["name"], "approve");
    let list = front.get("/v1/activities").await.value();
    assert_eq!(list["items"][0], one);
    let poll = "POST /v1/activities/approve/poll";
    let task = front
        .json(poll, r#"{"worker": "w", "waitSeconds": 1}"#)
        .await;
    assert_eq!(task.value()["taskToken"], "good");
    assert_eq!(task.value()["input"]["worker"], "w");
    let none = front.json(poll, r#"{"waitSeconds": 0}"#).await;
    assert_eq!(none.status, 204);
    let long = front.json(poll, r#"{"waitSeconds": 61}"#).await;
    assert_eq!(long.problem().code, "InvalidWait");
    let delete = "DELETE /v1/activities/approve";
    assert_eq!(front.send(delete, &[], "").await.status, 204);
    let gone = front.send(delete, &[], "").await;
    assert_eq!(gone.problem().code, "ActivityNotFound");
}

#[tokio::test]
async fn objects_come_back_as_they_were_put() {
    let front = Front::new();
    assert_eq!(front.send("PUT /v1/buckets/b", &[], "").await.status, 201);
    let kind = [("content-type", "text/csv")];
    let key = "/v1/buckets/b/objects/in%2F1%20%C3%BC.csv";
    let put = front.send(&format!("PUT {key}"), &kind, "a,b\n").await;
    assert_eq!(put.status, 200, "{}", put.text());
    assert_eq!(put.value()["key"], "in/1 ü.csv");
    let got = front.get(key).await;
    assert_eq!(got.text(), "a,b\n");
    assert_eq!(got.header("content-type"), Some("text/csv"));
    assert_eq!(got.header("x-content-type-options"), Some("nosniff"));
    let list = front.get("/v1/buckets/b/objects?prefix=in/").await.value();
    assert_eq!(list["items"][0]["key"], "in/1 ü.csv");
    assert_eq!(
        front.send(&format!("DELETE {key}"), &[], "").await.status,
        204
    );
    assert_eq!(front.get(key).await.problem().code, "ObjectNotFound");
    let none = front.get("/v1/buckets/other/objects").await;
    assert_eq!(none.problem().code, "BucketNotFound");
}

#[tokio::test]
async fn a_connection_never_shows_its_secrets() {
    let front = Front::new();
    let put = "PUT /v1/connections/billing";
    let body = r#"{"auth": {"type": "apiKey", "name": "x-key", "value": "s3cret"}}"#;
    let made = front.json(put, body).await;
    assert_eq!(made.status, 201, "{}", made.text());
    assert!(!made.text().contains("s3cret"));
    let wrong = front.json(put, r#"{"auth": {"type": "oauth"}}"#).await;
    assert_eq!(wrong.problem().code, "InvalidBody");
    let list = front.get("/v1/connections").await;
    assert_eq!(list.value()["items"][0]["name"], "billing");
    let gone = front.send("DELETE /v1/connections/billing", &[], "").await;
    assert_eq!(gone.status, 204);
}

#[tokio::test]
async fn values_come_back_as_they_were_set() {
    let front = Front::new();
    let value = "/v1/stores/s/values/in%2F1%20%C3%BC";
    let kind = [("content-type", "text/html")];
    let put = front.send(&format!("PUT {value}"), &kind, "<b>\n").await;
    assert_eq!(put.status, 204, "{}", put.text());
    let got = front.get(value).await;
    assert_eq!(got.text(), "<b>\n");
    let octets = Some("application/octet-stream");
    assert_eq!(got.header("content-type"), octets);
    assert_eq!(got.header("x-content-type-options"), Some("nosniff"));
    for key in ["a", "b", "in%2F2"] {
        let put = format!("PUT /v1/stores/s/values/{key}");
        assert_eq!(front.send(&put, &[], "").await.status, 204);
    }
    let all = front.get("/v1/stores/s/keys").await.value();
    assert_eq!(all["keys"], json!(["a", "b", "in/1 ü", "in/2"]));
    assert!(all.get("next").is_none(), "{all}");
    let page = front.get("/v1/stores/s/keys?prefix=in/&limit=1");
    let page = page.await.value();
    assert_eq!(page, json!({"keys": ["in/1 ü"], "next": "in/1 ü"}));
    let rest = front.get("/v1/stores/s/keys?prefix=in/&after=in/1%20%C3%BC");
    assert_eq!(rest.await.value(), json!({"keys": ["in/2"]}));
    let other = front.get("/v1/stores/other/keys").await.value();
    assert_eq!(other, json!({"keys": []}));
    let delete = format!("DELETE {value}");
    assert_eq!(front.send(&delete, &[], "").await.status, 204);
    assert_eq!(front.send(&delete, &[], "").await.status, 204);
    let gone = front.get(value).await;
    assert_eq!(gone.status, 404);
    assert_eq!(gone.problem().code, "KeyNotFound");
}

#[tokio::test]
async fn a_number_is_added_to() {
    let front = Front::new();
    let add = "POST /v1/stores/s/values/n/increment";
    assert_eq!(front.send(add, &[], "").await.value(), json!({"value": 1}));
    let more = front.json(add, r#"{"by": -4}"#).await;
    assert_eq!(more.value(), json!({"value": -3}));
    assert_eq!(front.get("/v1/stores/s/values/n").await.text(), "-3");
    for wrong in [r#"{"by": "1"}"#, r#"{"by": 1.5}"#, r#"{"add": 1}"#] {
        let refused = front.json(add, wrong).await;
        assert_eq!(refused.problem().code, "InvalidBody", "{wrong}");
    }
    front.send("PUT /v1/stores/s/values/n", &[], "many").await;
    let refused = front.send(add, &[], "").await;
    assert_eq!(refused.status, 409);
    assert_eq!(refused.problem().code, "NotANumber");
}

#[tokio::test]
async fn a_key_or_a_value_that_is_none_is_refused() {
    let front = Front::new();
    let long = "k".repeat(1_024);
    let put = |key: &str| format!("PUT /v1/stores/s/values/{key}");
    assert_eq!(front.send(&put(&long), &[], "").await.status, 204);
    let longer = front.send(&put(&format!("{long}k")), &[], "").await;
    assert_eq!(longer.status, 400);
    let problem = longer.problem();
    assert_eq!(problem.code, "InvalidKey");
    assert!(problem.title.contains("1025"), "{}", problem.title);
    let no_text = front.send(&put("%FF"), &[], "").await;
    assert_eq!(no_text.problem().code, "InvalidPath");
    let no_name = front.get("/v1/stores/a%20b/keys").await;
    assert_eq!(no_name.problem().code, "InvalidName");
    let limit = front.get("/v1/stores/s/keys?limit=1001").await;
    assert_eq!(limit.problem().code, "InvalidLimit");
    let large = "v".repeat(1024 * 1024);
    assert_eq!(front.send(&put("k"), &[], large.clone()).await.status, 204);
    let larger = front.send(&put("k"), &[], format!("{large}v")).await;
    assert_eq!(larger.status, 413);
    assert_eq!(larger.problem().code, "BodyTooLarge");
}
