//! Settings, tags, releases and aliases of machines; tags of activities.

use serde_json::json;

use crate::call::Front;

const DEFINITION: &str = r#"{"StartAt": "A", "States": {"A": {"Type": "Succeed"}}}"#;
const OTHER: &str = r#"{"StartAt": "B", "States": {"B": {"Type": "Succeed"}}}"#;

async fn with_machine() -> Front {
    let front = Front::new();
    let put = front.json("PUT /v1/machines/m", DEFINITION).await;
    assert_eq!(put.status, 201);
    front
}

#[tokio::test]
async fn a_machine_is_published_and_its_releases_are_looked_at() {
    let front = with_machine().await;
    let publish = "POST /v1/machines/m/releases";
    let body = r#"{"description": "the first"}"#;
    let first = front.json(publish, body).await;
    assert_eq!(first.status, 201, "{}", first.text());
    assert_eq!(first.value()["number"], 1);
    assert_eq!(first.value()["description"], "the first");
    let again = front.send(publish, &[], "").await;
    assert_eq!(again.status, 200, "nothing changed");
    assert_eq!(again.value(), first.value());

    front.json("PUT /v1/machines/m", OTHER).await;
    let second = front.send(publish, &[], "").await;
    assert_eq!(second.status, 201);
    let list = front.get("/v1/machines/m/releases").await.value();
    assert_eq!(list["items"], json!([second.value(), first.value()]));
    let one = front.get("/v1/machines/m/releases/1").await.value();
    assert_eq!(one, first.value());

    let delete = "DELETE /v1/machines/m/releases/1";
    assert_eq!(front.send(delete, &[], "").await.status, 204);
    let gone = front.send(delete, &[], "").await;
    assert_eq!(gone.status, 404);
    assert_eq!(gone.problem().code, "ReleaseNotFound");
    let none = front.get("/v1/machines/other/releases").await;
    assert_eq!(none.problem().code, "MachineNotFound");
    for number in ["one", "-1", "1.5", "99999999999"] {
        let path = format!("/v1/machines/m/releases/{number}");
        let bad = front.get(&path).await;
        assert_eq!(bad.problem().code, "InvalidRelease", "{number}");
    }
    let unknown = front.json(publish, r#"{"descripton": ""}"#).await;
    assert_eq!(unknown.problem().code, "InvalidBody");
}

#[tokio::test]
async fn an_alias_is_made_changed_and_deleted() {
    let front = with_machine().await;
    front.send("POST /v1/machines/m/releases", &[], "").await;
    let put = "PUT /v1/machines/m/aliases/prod";
    let one = r#"{"routes": [{"release": 1, "weight": 100}]}"#;
    let made = front.json(put, one).await;
    assert_eq!(made.status, 201, "{}", made.text());
    assert_eq!(made.value()["name"], "prod");
    assert_eq!(made.value()["routes"][0]["release"], 1);
    let changed = front.json(put, one).await;
    assert_eq!(changed.status, 200);

    let create_only = [("if-none-match", "*")];
    let there = front.send(put, &create_only, one).await;
    assert_eq!(there.status, 409);
    assert_eq!(there.problem().code, "AliasExists");
    let some = front.send(put, &[("if-none-match", "\"1\"")], one).await;
    assert_eq!(some.problem().code, "InvalidHeader");
    let absent = r#"{"routes": [{"release": 2, "weight": 100}]}"#;
    let absent = front.json(put, absent).await;
    assert_eq!(absent.problem().code, "ReleaseNotFound");
    for weight in ["-1", "256", "\"1\"", "0.5"] {
        let body = format!(r#"{{"routes": [{{"release": 1, "weight": {weight}}}]}}"#);
        let bad = front.json(put, &body).await;
        assert_eq!(bad.problem().code, "InvalidBody", "{weight}");
    }

    let shown = front.get("/v1/machines/m/aliases/prod").await.value();
    let list = front.get("/v1/machines/m/aliases").await.value();
    assert_eq!(list["items"], json!([shown]));
    let delete = "DELETE /v1/machines/m/aliases/prod";
    assert_eq!(front.send(delete, &[], "").await.status, 204);
    let gone = front.get("/v1/machines/m/aliases/prod").await;
    assert_eq!(gone.status, 404);
    assert_eq!(gone.problem().code, "AliasNotFound");
}

#[tokio::test]
async fn settings_are_replaced_and_a_version_shows_its_definition() {
    let front = with_machine().await;
    let body = r#"{"role": "arn:aws:iam::1:role/r", "logging": {"level": "ERROR", "includeExecutionData": true}}"#;
    let put = front.json("PUT /v1/machines/m/settings", body).await;
    assert_eq!(put.status, 200, "{}", put.text());
    let shown = front.get("/v1/machines/m/settings").await.value();
    assert_eq!(shown["settings"], put.value()["settings"]);
    assert_eq!(shown["settings"]["type"], "STANDARD");
    assert_eq!(shown["settings"]["logging"]["level"], "ERROR");
    for bad in [r#"{"level": "ALL"}"#, r#"{"logging": {"level": "LOUD"}}"#] {
        let answer = front.json("PUT /v1/machines/m/settings", bad).await;
        assert_eq!(answer.problem().code, "InvalidBody", "{bad}");
    }

    front.json("PUT /v1/machines/m", OTHER).await;
    let first = front.get("/v1/machines/m/versions/1").await.value();
    assert_eq!(first["version"], 1);
    assert_eq!(first["definition"]["StartAt"], "A");
    let second = front.get("/v1/machines/m/versions/2").await.value();
    assert_eq!(second["definition"]["StartAt"], "B");
    assert_eq!(front.get("/v1/machines/m/versions/3").await.status, 404);
    let bad = front.get("/v1/machines/m/versions/last").await;
    assert_eq!(bad.problem().code, "InvalidVersion");
    assert_eq!(bad.problem().problems[0].path, "path");
}

#[tokio::test]
async fn tags_are_set_and_removed() {
    let front = with_machine().await;
    front.send("PUT /v1/activities/m", &[], "").await;
    for kind in ["machines", "activities"] {
        let path = format!("/v1/{kind}/m/tags");
        let change = format!("POST {path}");
        let none = front.get(&path).await;
        assert_eq!(none.value(), json!({"tags": {}}), "{kind}");
        let body = r#"{"set": {"team": "red", "draft": "yes"}}"#;
        let set = front.json(&change, body).await;
        assert_eq!(set.status, 200, "{kind}: {}", set.text());
        let body = r#"{"set": {"team": "blue"}, "remove": ["draft", "absent"]}"#;
        let changed = front.json(&change, body).await;
        assert_eq!(changed.value(), json!({"tags": {"team": "blue"}}), "{kind}");
        assert_eq!(front.get(&path).await.value(), changed.value());
        let bad = front.json(&change, r#"{"set": ["team"]}"#).await;
        assert_eq!(bad.problem().code, "InvalidBody", "{kind}");
        let other = front.get(&format!("/v1/{kind}/other/tags")).await;
        assert_eq!(other.status, 404, "{kind}");
    }
}

#[tokio::test]
async fn a_machine_is_of_one_type() {
    let front = Front::new();
    let put = "PUT /v1/machines/quick";
    let made = front.json(&format!("{put}?type=EXPRESS"), DEFINITION).await;
    assert_eq!(made.status, 201, "{}", made.text());
    assert_eq!(made.value()["type"], "EXPRESS");
    let kept = front.json(put, OTHER).await;
    assert_eq!(kept.value()["type"], "EXPRESS");
    let other = format!("{put}?type=STANDARD");
    let other = front.json(&other, DEFINITION).await;
    assert_eq!(other.status, 409);
    assert_eq!(other.problem().code, "MachineTypeFixed");
    let list = front.get("/v1/machines").await.value();
    assert_eq!(list["items"][0]["latest"]["version"], 2);
    assert_eq!(list["items"][0]["type"], "EXPRESS");
    let bad = front.json(&format!("{put}?type=express"), DEFINITION).await;
    assert_eq!(bad.status, 400);
    assert_eq!(bad.problem().problems[0].path, "query/type");
}
