//! What a run of the state's own machine says of the state.

use serde_json::{Map, Value};
use steploom_types::Json;

use super::rewrite::{BEFORE, Stage};
use crate::Report;

/// Where the state went.
pub(super) struct Went {
    /// The next state; none if it was the last.
    pub(super) state: Option<String>,
    pub(super) output: Json,
    /// Whether by a catcher.
    pub(super) is_caught: bool,
}

impl Stage<'_> {
    /// Where the state went; none if the execution failed.
    pub(super) fn went_to(&self, report: &Report) -> Option<Went> {
        let output = report.output.clone()?;
        let name = &self.subject().name;
        let named = |event: &Value| {
            let details = Report::details(event)?;
            Some(details.get("name")?.as_str()?.to_owned())
        };
        let mut entered = report.events.iter().filter(|event| {
            let kind = event["type"].as_str().unwrap_or_default();
            kind.ends_with("StateEntered")
        });
        let next = entered
            .by_ref()
            .filter_map(named)
            .find(|entered| entered != name && entered != BEFORE);
        Some(Went {
            is_caught: next
                .as_ref()
                .is_some_and(|next| self.is_caught(report, next)),
            state: next,
            output,
        })
    }

    /// Whether a catcher took over: something failed, and the state was left all the same.
    fn is_caught(&self, report: &Report, next: &str) -> bool {
        let catchers = self.subject().state["Catch"]
            .as_array()
            .into_iter()
            .flatten();
        let leads = catchers.into_iter().any(|catcher| catcher["Next"] == next);
        leads && failure(report).is_some()
    }

    /// Variables as the state leaves them.
    pub(super) fn variables_after(&self, report: Option<&Report>) -> Map<String, Value> {
        let mut variables = self.variables.clone();
        let exits = report.into_iter().flat_map(|report| &report.events);
        for event in exits {
            let Some(details) = Report::details(event) else {
                continue;
            };
            let of_state =
                details.get("name").and_then(Value::as_str) == Some(&self.subject().name);
            let assigned = details.get("assignedVariables").and_then(Value::as_object);
            for (name, text) in assigned.into_iter().flatten().filter(|_| of_state) {
                let value = text
                    .as_str()
                    .and_then(|text| serde_json::from_str(text).ok());
                variables.insert(name.clone(), value.unwrap_or_default());
            }
        }
        variables
    }
}

/// The failure that the history tells of, before the execution's own.
pub(super) fn failure(report: &Report) -> Option<(Option<String>, Option<String>)> {
    let ends = ["Failed", "TimedOut"];
    let failed = report.events.iter().find(|event| {
        let kind = event["type"].as_str().unwrap_or_default();
        ends.iter().any(|end| kind.ends_with(end)) && !kind.starts_with("Execution")
    })?;
    let details = Report::details(failed)?;
    let text = |name: &str| details.get(name)?.as_str().map(str::to_owned);
    Some((text("error"), text("cause")))
}

/// What a task's call answered.
pub(super) fn result(report: &Report) -> Option<Value> {
    let succeeded = [
        "TaskSucceeded",
        "LambdaFunctionSucceeded",
        "ActivitySucceeded",
    ];
    let event = report.events.iter().find(|event| {
        let kind = event["type"].as_str().unwrap_or_default();
        succeeded.contains(&kind)
    })?;
    let text = Report::details(event)?.get("output")?.as_str()?;
    serde_json::from_str(text).ok()
}
