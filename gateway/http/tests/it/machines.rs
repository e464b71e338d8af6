//! Machines.

use crate::call::Front;

const DEFINITION: &str = r#"{"StartAt": "A", "States": {"A": {"Type": "Succeed"}}}"#;
const OTHER: &str = r#"{"StartAt": "B", "States": {"B": {"Type": "Succeed"}}}"#;

#[tokio::test]
async fn a_machine_is_put_once_per_definition() {
    let front = Front::new();
    let put = "PUT /v1/machines/word-count";
    let first = front.json(put, DEFINITION).await;
    assert_eq!(first.status, 201, "{}", first.text());
    assert_eq!(first.value()["definition"]["StartAt"], "A");
    let second = front.json(put, OTHER).await;
    assert_eq!(second.status, 200);
    assert_eq!(second.value()["latest"]["version"], 2);
    let same = front.json(put, OTHER).await;
    assert_eq!(same.value()["latest"]["version"], 2);

    let json = ("content-type", "application/json");
    let create_only = [json, ("if-none-match", "*")];
    let conflict = front.send(put, &create_only, DEFINITION).await;
    assert_eq!(conflict.status, 409);
    assert_eq!(conflict.problem().code, "MachineExists");

    let shown = front.get("/v1/machines/word-count").await.value();
    assert_eq!(shown["definition"]["StartAt"], "B");
    let versions = front.get("/v1/machines/word-count/versions").await.value();
    assert_eq!(versions["items"][0]["version"], 2);
    assert_eq!(versions["items"][1]["version"], 1);
    let list = front.get("/v1/machines").await.value();
    assert_eq!(list["items"][0]["name"], "word-count");
    assert!(list["items"][0].get("definition").is_none());

    let gone = front.send("DELETE /v1/machines/word-count", &[], "").await;
    assert_eq!(gone.status, 204);
    let absent = front.get("/v1/machines/word-count").await;
    assert_eq!(absent.problem().code, "MachineNotFound");
}

#[tokio::test]
async fn every_place_that_is_wrong_is_listed() {
    let front = Front::new();
    let answer = front.json("PUT /v1/machines/m", "{}").await;
    assert_eq!(answer.status, 400);
    let problem = answer.problem();
    assert_eq!(problem.code, "InvalidDefinition");
    assert_eq!(problem.problems[0].code, "MISSING_START_AT");
    assert_eq!(problem.problems[0].path, "/StartAt");
}

#[tokio::test]
async fn validating_keeps_nothing_and_is_always_200() {
    let front = Front::new();
    let validate = "POST /v1/definitions/validate";
    for (definition, valid) in [(DEFINITION, true), ("{}", false), ("nope", false)] {
        let answer = front.json(validate, definition).await;
        assert_eq!(answer.status, 200);
        assert_eq!(answer.value()["valid"], valid, "{definition}");
    }
    assert!(front.world.state().machines.is_empty());
}
