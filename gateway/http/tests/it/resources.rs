//! Tasks, activities, buckets and connections.

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
