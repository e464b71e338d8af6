//! Schedules and their groups over HTTP.

use crate::call::Front;

const DEFINITION: &str = r#"{"expression": "@daily", "target": {"machine": "m"}}"#;

#[tokio::test]
async fn schedules_are_made_shown_listed_and_deleted() {
    let front = Front::new();
    let put = front.json("PUT /v1/schedules/tick", DEFINITION).await;
    assert_eq!(put.status, 201, "{}", put.text());
    let made = put.value();
    assert_eq!(made["group"], "default");
    assert_eq!(made["definition"]["state"], "ENABLED");
    assert_eq!(made["definition"]["target"]["input"], serde_json::json!({}));
    assert_eq!(
        front
            .json("PUT /v1/schedules/tick", DEFINITION)
            .await
            .status,
        200
    );
    let only = [("if-none-match", "*"), ("content-type", "application/json")];
    let again = front
        .send("PUT /v1/schedules/tick", &only, DEFINITION)
        .await;
    assert_eq!(again.problem().code, "ScheduleExists");
    let other = front
        .json("PUT /v1/schedules/tick?group=g", DEFINITION)
        .await;
    assert_eq!(other.value()["group"], "g");
    assert_eq!(
        front.get("/v1/schedules/tick?group=g").await.value(),
        other.value()
    );
    let list = front.get("/v1/schedules?group=g").await.value();
    assert_eq!(list["items"].as_array().unwrap().len(), 1);
    let delete = "DELETE /v1/schedules/tick?group=g";
    assert_eq!(front.send(delete, &[], "").await.status, 204);
    let gone = front.send(delete, &[], "").await;
    assert_eq!(gone.problem().code, "ScheduleNotFound");
    assert_eq!(front.get("/v1/schedules/tick").await.status, 200);
}

#[tokio::test]
async fn they_are_paused_resumed_filled_and_foretold() {
    let front = Front::new();
    front.json("PUT /v1/schedules/tick", DEFINITION).await;
    let paused = front.send("POST /v1/schedules/tick/pause", &[], "").await;
    assert_eq!(paused.value()["definition"]["state"], "DISABLED");
    let resumed = front.send("POST /v1/schedules/tick/resume", &[], "").await;
    assert_eq!(resumed.value()["definition"]["state"], "ENABLED");
    let range =
        r#"{"from": "2026-01-01T00:00:00Z", "to": "2026-01-02T00:00:00Z", "overlap": "SKIP"}"#;
    let filling = front.json("POST /v1/schedules/tick/backfill", range).await;
    assert_eq!(filling.status, 202, "{}", filling.text());
    assert_eq!(
        filling.value()["progress"]["backfills"][0]["overlap"],
        "SKIP"
    );
    let path = "/v1/schedules/tick/firings?limit=2&after=2026-01-01T00:00:00Z";
    let firings = front.get(path).await.value();
    assert_eq!(firings["items"][0]["dueAt"], "2026-01-01T00:00:00.001Z");
    assert_eq!(firings["items"].as_array().unwrap().len(), 2);
}

#[tokio::test]
async fn groups_come_and_go() {
    let front = Front::new();
    let put = "PUT /v1/schedule-groups/reports";
    let made = front.json(put, r#"{"tags": {"team": "billing"}}"#).await;
    assert_eq!(made.status, 201, "{}", made.text());
    assert_eq!(made.value()["tags"]["team"], "billing");
    assert_eq!(front.get("/v1/schedule-groups/reports").await.status, 200);
    let list = front.get("/v1/schedule-groups").await.value();
    assert_eq!(list["items"][0]["name"], "default");
    let delete = "DELETE /v1/schedule-groups/reports";
    assert_eq!(front.send(delete, &[], "").await.status, 204);
}

#[tokio::test]
async fn what_is_wrong_is_refused() {
    let front = Front::new();
    for body in [
        "{}",
        r#"{"expression": "@daily"}"#,
        r#"{"expression": "@daily", "target": {"machine": "m"}, "unknown": 1}"#,
        r#"{"expression": "@daily", "target": {"machine": "..m"}}"#,
        r#"{"expression": "@daily", "target": {"machine": "m"}, "overlap": "skip"}"#,
        r#"{"expression": "@daily", "target": {"machine": "m"}, "startAt": "tomorrow"}"#,
    ] {
        let refused = front.json("PUT /v1/schedules/tick", body).await;
        assert_eq!(refused.status, 400, "{body}: {}", refused.text());
    }
    let bad = front.get("/v1/schedules/tick?group=..").await;
    assert_eq!(bad.problem().code, "InvalidQuery");
    let bad = front
        .json("POST /v1/schedules/tick/backfill", r#"{"from": 1}"#)
        .await;
    assert_eq!(bad.status, 400);
}
