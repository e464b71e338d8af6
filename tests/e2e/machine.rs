//! Machines over HTTP: check, keep, change, delete.

use serde_json::{Value, json};

use crate::server;
use crate::support::guest;

fn pass(result: &Value) -> Value {
    json!({"StartAt": "A", "States": {"A": {"Type": "Pass", "Result": result, "End": true}}})
}

#[test]
fn a_machine_is_kept_changed_and_deleted() {
    let server = server();
    let answer = server.put_machine("machine-life", &pass(&json!(1)));
    let created = answer.expect(201);
    assert_eq!(created["latest"]["version"], 1);
    assert_eq!(created["definition"], pass(&json!(1)));
    assert_eq!(server.get("/v1/machines/machine-life").expect(200), created);

    let same = server.put_machine("machine-life", &pass(&json!(1)));
    assert_eq!(same.json(), created, "nothing changed");
    let other = server.put_machine("machine-life", &pass(&json!(2)));
    assert_eq!(other.expect(200)["latest"]["version"], 2);
    let versions = server.get("/v1/machines/machine-life/versions").expect(200);
    let versions = versions["items"].as_array().expect("items");
    assert_eq!(versions.len(), 2);
    assert_ne!(
        versions[0]["definitionDigest"],
        versions[1]["definitionDigest"]
    );
    let listed = server.pages("/v1/machines?limit=1");
    let named = |machine: &&Value| machine["name"] == "machine-life";
    assert_eq!(
        listed.iter().find(named).expect("listed")["latest"]["version"],
        2
    );

    let outputs = [json!({"version": 1}), json!({"version": 2}), json!({})].map(|more| {
        let mut start = json!({"machine": "machine-life"});
        start
            .as_object_mut()
            .expect("an object")
            .extend(more.as_object().expect("one").clone());
        server.ended(&server.start_execution(&start))["output"].clone()
    });
    assert_eq!(outputs, [json!(1), json!(2), json!(2)]);

    assert_eq!(server.delete("/v1/machines/machine-life").status, 204);
    let gone = server.get("/v1/machines/machine-life");
    gone.problem(404, "MachineNotFound");
    let start = server.post("/v1/executions", &json!({"machine": "machine-life"}));
    start.problem(404, "MachineNotFound");
}

#[test]
fn executions_go_on_when_their_machine_is_deleted() {
    let server = server();
    server.deploy("machine-nap", guest::NAP);
    let definition = json!({"StartAt": "Nap", "States": {
        "Nap": {"Type": "Task", "Resource": "machine-nap", "Next": "Wait"},
        "Wait": {"Type": "Wait", "Seconds": 1, "Next": "Again"},
        "Again": {"Type": "Task", "Resource": "machine-nap", "End": true}
    }});
    server.put_machine("machine-gone", &definition).expect(201);
    let id = server.start_execution(&json!({"machine": "machine-gone", "input": {"a": 1}}));
    assert_eq!(server.delete("/v1/machines/machine-gone").status, 204);
    let ended = server.ended(&id);
    assert_eq!(
        (&ended["status"], &ended["output"]),
        (&json!("SUCCEEDED"), &json!({"a": 1}))
    );
}

#[test]
fn a_definition_is_checked_and_every_place_told() {
    let server = server();
    let validate = |definition: &Value| {
        server
            .post("/v1/definitions/validate", definition)
            .expect(200)
    };
    let fine = validate(&pass(&json!(1)));
    assert_eq!(
        (&fine["valid"], &fine["diagnostics"]),
        (&json!(true), &json!([]))
    );
    let wrong = validate(&json!({"StartAt": "A", "States": {
        "A": {"Type": "Pass", "Next": "Nowhere"},
        "B": {"Type": "Wait", "Seconds": "soon", "End": true}
    }}));
    assert_eq!(wrong["valid"], false);
    let found = wrong["diagnostics"].as_array().expect("diagnostics");
    let places: Vec<_> = found
        .iter()
        .map(|one| one["path"].as_str().expect("a place"))
        .collect();
    for place in ["/States/A/Next", "/States/B/Seconds"] {
        assert!(places.contains(&place), "{place} in {wrong}");
    }
}

#[test]
fn create_only_is_a_conflict_when_there_is_one() {
    let server = server();
    let headers = [("content-type", "application/json"), ("if-none-match", "*")];
    let put = |definition: &Value| {
        let body = definition.to_string();
        server.send(
            "PUT",
            "/v1/machines/machine-only",
            &headers,
            body.as_bytes(),
        )
    };
    let created = put(&pass(&json!(1))).expect(201);
    put(&pass(&json!(2))).problem(409, "MachineExists");
    // A repeat of what made it, such as a client's that lost the answer, is no conflict.
    assert_eq!(put(&pass(&json!(1))).json(), created);
}
