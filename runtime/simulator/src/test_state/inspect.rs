//! A state's data on its way, found by states that do a part of its work.

use serde_json::{Map, Value, json};

use super::request::Level;
use super::rewrite::{Stage, Subject};
use super::{Request, outcome, rewrite};
use crate::Report;
use crate::mock::Response;

/// The data, by AWS's names; none at the level `INFO`.
pub(super) fn data(
    request: &Request,
    subject: &Subject,
    stage: &Stage<'_>,
    report: Option<&Report>,
    errors: Option<Value>,
) -> Option<Map<String, Value>> {
    if request.level == Level::Info {
        return None;
    }
    let mut found = Found::default();
    found.put("input", stage.given.value());
    if subject.is_jsonata() {
        of_jsonata(subject, stage, report, &mut found);
    } else {
        of_jsonpath(subject, stage, report, &mut found);
    }
    if subject.kind() == "Map" {
        let most = number(subject, stage, "MaxConcurrency");
        found.put_as_is("maxConcurrency", most.unwrap_or(json!(0)));
        if let Some(count) = number(subject, stage, "ToleratedFailureCount") {
            found.put_as_is("toleratedFailureCount", count);
        }
        if let Some(share) = number(subject, stage, "ToleratedFailurePercentage") {
            found.put_as_is("toleratedFailurePercentage", share);
        }
    }
    let variables = stage.variables_after(report);
    if !variables.is_empty() {
        found.put("variables", &variables.into());
    }
    if let Some(errors) = errors {
        found.put_as_is("errorDetails", errors);
    }
    Some(found.0)
}

#[derive(Default)]
struct Found(Map<String, Value>);

impl Found {
    /// Data is given as its text.
    fn put(&mut self, name: &str, data: &Value) {
        self.0.insert(name.to_owned(), data.to_string().into());
    }

    fn put_if(&mut self, name: &str, data: Option<&Value>) {
        if let Some(data) = data {
            self.put(name, data);
        }
    }

    fn put_as_is(&mut self, name: &str, value: Value) {
        self.0.insert(name.to_owned(), value);
    }
}

fn of_jsonata(subject: &Subject, stage: &Stage<'_>, report: Option<&Report>, found: &mut Found) {
    if subject.kind() != "Task" {
        return;
    }
    let arguments = match subject.state.get("Arguments") {
        Some(arguments) => stage.probe(query(arguments), None),
        None => Some(stage.given.value().clone()),
    };
    found.put_if("afterArguments", arguments.as_ref());
    let result = report.and_then(outcome::result);
    found.put_if("result", result.as_ref());
}

fn of_jsonpath(subject: &Subject, stage: &Stage<'_>, report: Option<&Report>, found: &mut Found) {
    let state = &subject.state;
    let kind = subject.kind();
    let fixed = state.get("Result").filter(|_| kind == "Pass");
    let shows_input = kind != "Parallel" && fixed.is_none();
    let selected = stage.probe(part(state, &["InputPath"], &json!({})), None);
    if shows_input {
        found.put_if("afterInputPath", selected.as_ref());
    }
    let parameters = stage.probe(part(state, &["InputPath", "Parameters"], &json!({})), None);
    let has_parameters = kind == "Task" || kind == "Pass" && fixed.is_none();
    if has_parameters {
        found.put_if("afterParameters", parameters.as_ref());
    }
    if kind == "Map" {
        found.put_if("afterItemsPath", items(stage).as_ref());
        if state.get("ItemSelector").is_some() {
            found.put_if("afterItemSelector", selected_items(state, stage).as_ref());
        }
    }
    let result = match kind {
        "Pass" => fixed.cloned().or(parameters),
        "Task" | "Map" | "Parallel" => report.and_then(outcome::result),
        _ => None,
    };
    let Some(result) = result else {
        return;
    };
    if kind == "Task" || fixed.is_some() {
        found.put("result", &result);
    }
    let response = Response::Return(result);
    let through = |fields: &[&str]| {
        let state = part(state, fields, &mocked());
        stage.probe(state, Some(&response))
    };
    found.put_if("afterResultSelector", through(&["ResultSelector"]).as_ref());
    let combined = through(&["InputPath", "ResultSelector", "ResultPath"]);
    found.put_if("afterResultPath", combined.as_ref());
}

/// The items of the `Map` under test.
pub(super) fn items(stage: &Stage<'_>) -> Option<Value> {
    let subject = stage.subject();
    if subject.is_jsonata() {
        return stage.probe(query(subject.state.get("Items")?), None);
    }
    let path = subject.state["ItemsPath"].as_str().unwrap_or("$");
    let state = part(
        &subject.state,
        &["InputPath"],
        &json!({"Parameters": {"found.$": path}, "OutputPath": "$.found"}),
    );
    stage.probe(state, None)
}

/// What the iterations of the `Map` under test get.
fn selected_items(state: &Value, stage: &Stage<'_>) -> Option<Value> {
    let same = json!({"Type": "Pass", "End": true});
    let state = part(
        state,
        &["InputPath", "ItemsPath", "ItemSelector"],
        &json!({"Type": "Map", "ItemProcessor": {"StartAt": "steploom:item", "States": {"steploom:item": same}}}),
    );
    stage.probe(state, None)
}

/// A number of the state's, given as such, by a path or by a query.
pub(super) fn number(subject: &Subject, stage: &Stage<'_>, field: &str) -> Option<Value> {
    let state = &subject.state;
    let found = match (&state[field], &state[format!("{field}Path")]) {
        (Value::Null, Value::String(path)) => {
            let fields = json!({"Parameters": {"found.$": path}, "OutputPath": "$.found"});
            stage.probe(part(state, &["InputPath"], &fields), None)?
        }
        (Value::Null, _) => return None,
        (text @ Value::String(_), _) => stage.probe(query(text), None)?,
        (number, _) => number.clone(),
    };
    match found {
        Value::String(text) => serde_json::from_str(&text).ok(),
        other => other.is_number().then_some(other),
    }
}

/// A `Pass` that evaluates a template of JSONata.
fn query(template: &Value) -> Value {
    json!({"Type": "Pass", "QueryLanguage": "JSONata", "Output": template, "End": true})
}

/// A task that is mocked.
fn mocked() -> Value {
    json!({"Type": "Task", "Resource": rewrite::MOCKED})
}

/// A state that ends, with some of the fields of another, and some of its own.
fn part(of: &Value, fields: &[&str], own: &Value) -> Value {
    let mut state = json!({"Type": "Pass", "End": true});
    for field in fields {
        if let Some(value) = of.get(field) {
            state[*field] = value.clone();
        }
    }
    for (name, value) in own.as_object().into_iter().flatten() {
        state[name] = value.clone();
    }
    state
}
