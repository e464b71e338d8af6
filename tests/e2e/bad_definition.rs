//! Definitions that are refused: each with every place that is wrong, and nothing is kept.

use serde_json::{Value, json};

use crate::bad_input::changing_nothing;
use crate::support::server::Server;

/// Stores what is refused; checks that this place is among those that are wrong.
#[track_caller]
fn check(server: &Server, definition: &Value, place: &str) {
    // Both a new machine and a new version of the one that is there.
    for name in ["refused", "here"] {
        let answer = server.put_machine(name, definition);
        let problem = answer.problem(400, "InvalidDefinition");
        let problems = problem["problems"].as_array().expect("problems");
        let is_there = problems.iter().any(|one| one["path"] == place);
        assert!(is_there, "{place}: {problem:#}");
    }
    let validation = server
        .post("/v1/definitions/validate", definition)
        .expect(200);
    assert_eq!(validation["valid"], false, "{validation}");
}

#[test]
fn states_that_lead_nowhere() {
    changing_nothing(|server| {
        let dangling = json!({"StartAt": "A", "States": {"A": {"Type": "Pass", "Next": "B"}}});
        check(server, &dangling, "/States/A/Next");
        let start = json!({"StartAt": "B", "States": {"A": {"Type": "Pass", "End": true}}});
        check(server, &start, "/StartAt");
        let catch = json!({"StartAt": "A", "States": {"A": {"Type": "Task", "Resource": "f", "End": true,
            "Catch": [{"ErrorEquals": ["States.ALL"], "Next": "B"}]}}});
        check(server, &catch, "/States/A/Catch[0]/Next");
        let choice = json!({"StartAt": "A", "States": {"A": {"Type": "Choice",
            "Choices": [{"Variable": "$.x", "IsNull": true, "Next": "B"}], "Default": "C"}}});
        check(server, &choice, "/States/A/Choices[0]/Next");
        check(server, &choice, "/States/A/Default");
        let end = json!({"StartAt": "A", "States": {"A": {"Type": "Pass"}}});
        check(server, &end, "/States/A");
        // From within a branch nothing leads out.
        let out = json!({"StartAt": "P", "States": {
            "P": {"Type": "Parallel", "Next": "Z", "Branches": [
                {"StartAt": "A", "States": {"A": {"Type": "Pass", "Next": "Z"}}}]},
            "Z": {"Type": "Succeed"}}});
        check(server, &out, "/States/P/Branches[0]/States/A/Next");
    });
}

#[test]
fn states_that_nothing_leads_to() {
    changing_nothing(|server| {
        let unreachable = json!({"StartAt": "A", "States": {
            "A": {"Type": "Succeed"}, "B": {"Type": "Pass", "End": true}}});
        check(server, &unreachable, "/States/B");
        let island = json!({"StartAt": "A", "States": {
            "A": {"Type": "Succeed"},
            "B": {"Type": "Pass", "Next": "C"}, "C": {"Type": "Pass", "Next": "B"}}});
        check(server, &island, "/States/B");
        check(server, &island, "/States/C");
    });
}

#[test]
fn fields_of_the_wrong_kind() {
    changing_nothing(|server| {
        let one = |state: Value| json!({"StartAt": "A", "States": {"A": state}});
        for (state, place) in [
            (json!({"Type": "Dance", "End": true}), "/States/A/Type"),
            (json!({"End": true}), "/States/A"),
            (
                json!({"Type": "Wait", "Seconds": "soon", "End": true}),
                "/States/A/Seconds",
            ),
            (
                json!({"Type": "Wait", "Seconds": -1, "End": true}),
                "/States/A/Seconds",
            ),
            (json!({"Type": "Wait", "End": true}), "/States/A"),
            (json!({"Type": "Task", "End": true}), "/States/A"),
            (
                json!({"Type": "Task", "Resource": 7, "End": true}),
                "/States/A/Resource",
            ),
            (
                json!({"Type": "Task", "Resource": "f", "TimeoutSeconds": 0, "End": true}),
                "/States/A/TimeoutSeconds",
            ),
            (
                json!({"Type": "Pass", "InputPath": "not a path", "End": true}),
                "/States/A/InputPath",
            ),
            (
                json!({"Type": "Pass", "ResultPath": "$.a[", "End": true}),
                "/States/A/ResultPath",
            ),
            (json!({"Type": "Pass", "End": "yes"}), "/States/A/End"),
            (
                json!({"Type": "Choice", "Choices": []}),
                "/States/A/Choices",
            ),
            (json!({"Type": "Map", "End": true}), "/States/A"),
            (
                json!({"Type": "Parallel", "Branches": {}, "End": true}),
                "/States/A/Branches",
            ),
        ] {
            check(server, &one(state), place);
        }
        check(server, &json!({"StartAt": "A"}), "/");
        check(server, &json!({"StartAt": "A", "States": {}}), "/States");
        check(server, &json!([]), "");
    });
}

#[test]
fn text_that_is_no_json_or_nested_too_deep() {
    changing_nothing(|server| {
        let json = [("content-type", "application/json")];
        for body in ["{\"StartAt\": ", "StartAt: [A", "{\"a\": 1, \"a\": 2} x"] {
            let answer = server.send("PUT", "/v1/machines/refused", &json, body.as_bytes());
            assert_eq!(answer.status, 400, "{body}: {}", answer.text());
            answer.problem(400, "InvalidDefinition");
            let text = answer.text();
            assert!(
                text.contains("line: ") && text.contains(", column: "),
                "{text}"
            );
        }
        let deep = format!("{}{}", "[".repeat(5000), "]".repeat(5000));
        let definition = format!(
            r#"{{"StartAt":"A","States":{{"A":{{"Type":"Pass","Result":{deep},"End":true}}}}}}"#
        );
        let answer = server.send("PUT", "/v1/machines/refused", &json, definition.as_bytes());
        assert_eq!(answer.status, 400, "{}", answer.text());
    });
}

#[test]
fn more_states_than_there_may_be() {
    changing_nothing(|server| {
        let mut states = serde_json::Map::new();
        for at in 0..10_001 {
            let next = format!("s{}", at + 1);
            let state = match at {
                10_000 => json!({"Type": "Succeed"}),
                _ => json!({"Type": "Pass", "Next": next}),
            };
            states.insert(format!("s{at}"), state);
        }
        let definition = json!({"StartAt": "s0", "States": states});
        let answer = server.put_machine("refused", &definition);
        let problem = answer.problem(400, "InvalidDefinition");
        assert!(problem.to_string().contains("10000"), "{problem}");
    });
}
