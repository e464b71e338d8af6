//! What AWS answered when machines were made, changed and validated.

use serde_json::Value;
use steploom_asl::Severity;

use super::super::{cases, check, text};

/// All that ran on AWS is accepted, and all that AWS refused is refused in its words.
#[test]
fn executions() {
    let mut wrong = Vec::new();
    for case in cases("cases.jsonl") {
        let Some(text) = text(&case) else { continue };
        let expect = &case["expect"];
        let is_refused =
            expect["status"] == "CREATE_REJECTED" && expect["error"] == "InvalidDefinition";
        let found = check(&text, case["type"] == "EXPRESS")
            .err()
            .map(|rejected| rejected.to_string());
        let expected = is_refused.then(|| expect["cause"].as_str().unwrap_or_default());
        if found.as_deref() != expected {
            wrong.push(format!(
                "{}\n  expected {expected:?}\n  found    {found:?}",
                case["id"]
            ));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Each step of an exchange that is about a definition.
#[test]
fn exchanges() {
    let mut wrong = Vec::new();
    for case in cases("api_cases.jsonl") {
        for step in case["steps"].as_array().into_iter().flatten() {
            let Some(text) = step["params"]["definition"].as_str() else {
                continue;
            };
            let is_express = step["params"]["type"] == "EXPRESS";
            let problem = match step["op"].as_str() {
                Some("CreateStateMachine" | "UpdateStateMachine") => made(step, text, is_express),
                Some("ValidateStateMachineDefinition") => validated(step, text, is_express),
                _ => None,
            };
            wrong.extend(problem.map(|problem| format!("{}: {problem}", case["id"])));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

fn made(step: &Value, text: &str, is_express: bool) -> Option<String> {
    let expect = &step["expect"];
    let expected = match expect["code"].as_str() {
        Some("InvalidDefinition") => expect["message"].as_str(),
        // Something else is wrong with the call.
        Some(_) => return None,
        None => None,
    };
    let found = check(text, is_express)
        .err()
        .map(|rejected| rejected.to_string());
    (found.as_deref() != expected).then(|| format!("expected {expected:?}, found {found:?}"))
}

fn validated(step: &Value, text: &str, is_express: bool) -> Option<String> {
    let response = &step["expect"]["response"];
    let expected: Vec<Vec<&str>> = response["diagnostics"]
        .as_array()?
        .iter()
        .map(|told| {
            let field = |name: &str| told[name].as_str().unwrap_or_default();
            vec![field("code"), field("location"), field("message")]
        })
        .collect();
    let diagnostics = check(text, is_express)
        .err()
        .map_or_else(Vec::new, |rejected| rejected.diagnostics);
    let found: Vec<Vec<&str>> = diagnostics
        .iter()
        .filter(|told| told.severity == Severity::Error)
        .map(|told| vec![told.code, &told.path, &told.message])
        .collect();
    (found != expected).then(|| format!("expected {expected:?}, found {found:?}"))
}

/// What AWS says about the variables that each state reads.
#[test]
fn variable_references() {
    let mut wrong = Vec::new();
    for case in cases("api_cases.jsonl") {
        for step in case["steps"].as_array().into_iter().flatten() {
            let response = &step["expect"]["response"];
            let Some(text) = text(response) else { continue };
            // In the recording a text that looks like a time is left out.
            let text = text.replace("${timestamp}", "$startAt");
            let Ok(parsed) = steploom_asl::parse(&text) else {
                continue;
            };
            let found = serde_json::json!(parsed.machine.variable_references());
            let expected = match &response["variableReferences"] {
                Value::Null => serde_json::json!({}),
                expected => expected.clone(),
            };
            if found != expected {
                wrong.push(format!("{}: {expected}, found {found}", case["id"]));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// The states that were tested singly, each as the only one of a machine.
#[test]
fn single_states() {
    let mut wrong = Vec::new();
    for case in cases("teststate_cases.jsonl") {
        let Some(text) = text(&case["params"]) else {
            continue;
        };
        let Ok(definition) = serde_json::from_str::<Value>(&text) else {
            continue;
        };
        let machine = if definition.get("States").is_some() {
            definition
        } else {
            alone(definition)
        };
        let found = check(&machine.to_string(), false)
            .err()
            .map(|rejected| rejected.to_string());
        let message = case["expect"]["message"].as_str();
        let expected = message.filter(|message| message.starts_with("Invalid State Machine"));
        if found.as_deref() != expected {
            wrong.push(format!(
                "{}\n  expected {expected:?}\n  found    {found:?}",
                case["id"]
            ));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// A machine of one state, and of those that it goes to.
fn alone(state: Value) -> Value {
    let mut states = serde_json::Map::new();
    for target in targets(&state) {
        states.insert(target, serde_json::json!({"Type": "Succeed"}));
    }
    states.insert("state".to_owned(), state);
    serde_json::json!({"StartAt": "state", "States": states})
}

fn targets(state: &Value) -> Vec<String> {
    let rules = ["Choices", "Catch"];
    let rules = rules.iter().filter_map(|name| state[*name].as_array());
    let nexts = rules.flatten().map(|rule| &rule["Next"]);
    let own = [&state["Next"], &state["Default"]];
    own.into_iter()
        .chain(nexts)
        .filter_map(|next| next.as_str().map(str::to_owned))
        .collect()
}
