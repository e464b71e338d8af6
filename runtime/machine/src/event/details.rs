//! What an event tells, in the fields of AWS's event details.

use serde_json::{Map, Value, json};
use steploom_asl::model::Resource;
use steploom_types::Json;

use super::{Detail, Event};
use crate::context::REGION;
use crate::retry::TIMEOUT;

impl Event<'_> {
    /// The fields of the event's details, named as in AWS's API. `input`, `output`,
    /// `parameters` and each of `assignedVariables` are JSON texts within strings, as there. Empty
    /// for events without details.
    #[expect(clippy::too_many_lines, reason = "an arm an event")]
    pub fn details(&self) -> Map<String, Value> {
        let mut fields = Map::new();
        match self.detail {
            Detail::ExecutionStarted { input } => put_json(&mut fields, "input", input),
            Detail::ExecutionSucceeded { output } => put_json(&mut fields, "output", output),
            Detail::ExecutionFailed { error, cause }
            | Detail::ExecutionAborted { error, cause }
            | Detail::MapRunFailed { error, cause } => put_failure(&mut fields, error, cause),
            Detail::ExecutionTimedOut => put_failure(&mut fields, Some(TIMEOUT), None),
            Detail::ExecutionRedriven { count } => put(&mut fields, "redriveCount", count),
            Detail::StateEntered { state, input } => {
                put(&mut fields, "name", &*state.name);
                put_json(&mut fields, "input", input);
            }
            Detail::StateExited {
                state,
                output,
                assigned,
            } => {
                put(&mut fields, "name", &*state.name);
                put_json(&mut fields, "output", output);
                if let Some(assigned) = assigned {
                    let texts =
                        |(name, value): (&str, &Json)| (name.to_owned(), value.text().into());
                    let all: Map<String, Value> = assigned.iter().map(texts).collect();
                    put(&mut fields, "assignedVariables", all);
                }
            }
            Detail::EvaluationFailed {
                state,
                error,
                cause,
                location,
            } => {
                put(&mut fields, "state", &*state.name);
                if let Some(location) = location {
                    put(&mut fields, "location", location);
                }
                put_failure(&mut fields, Some(error), cause);
            }
            Detail::TaskScheduled {
                resource,
                input,
                timeout_seconds,
                heartbeat_seconds,
                role,
            } => {
                put_scheduled(&mut fields, resource, input);
                put_some(&mut fields, "timeoutInSeconds", timeout_seconds);
                put_some(&mut fields, "heartbeatInSeconds", heartbeat_seconds);
                if let Some(role) = role {
                    put(&mut fields, "taskCredentials", json!({ "roleArn": role }));
                }
            }
            Detail::TaskStarted { resource } => put_service(&mut fields, resource),
            Detail::ActivityStarted { worker } => put_some(&mut fields, "workerName", worker),
            Detail::TaskSubmitted { resource, output }
            | Detail::TaskSucceeded { resource, output } => {
                put_service(&mut fields, resource);
                put_json(&mut fields, "output", output);
            }
            Detail::TaskFailed {
                resource,
                error,
                cause,
            } => {
                put_service(&mut fields, resource);
                put_failure(&mut fields, error, cause);
            }
            Detail::TaskTimedOut {
                resource,
                error,
                cause,
            } => {
                put_service(&mut fields, resource);
                put_failure(&mut fields, Some(error), cause);
            }
            Detail::MapRunStarted { arn } => put(&mut fields, "mapRunArn", arn),
            Detail::MapRunRedriven { arn, count } => {
                put(&mut fields, "mapRunArn", arn);
                put(&mut fields, "redriveCount", count);
            }
            Detail::MapStarted { length } | Detail::GraphStarted { length } => {
                put(&mut fields, "length", length);
            }
            Detail::ExecutionExpired
            | Detail::IterationStarted { .. }
            | Detail::IterationSucceeded { .. }
            | Detail::IterationFailed { .. }
            | Detail::IterationAborted { .. }
            | Detail::IterationSkipped { .. }
            | Detail::NodeStarted { .. }
            | Detail::NodeSucceeded { .. }
            | Detail::NodeAborted { .. }
            | Detail::NodeSkipped { .. }
            | Detail::NodeFailed { .. } => put_child(&mut fields, &self.detail),
            Detail::ExecutionPaused
            | Detail::ExecutionResumed
            | Detail::StateAborted { .. }
            | Detail::ParallelStarted
            | Detail::ParallelSucceeded
            | Detail::ParallelFailed
            | Detail::MapSucceeded
            | Detail::MapRunSucceeded
            | Detail::MapFailed
            | Detail::GraphSucceeded
            | Detail::GraphFailed => {}
        }
        fields
    }
}

/// Which iteration or which node the event is of.
fn put_child(fields: &mut Map<String, Value>, detail: &Detail<'_>) {
    match *detail {
        Detail::IterationStarted { name, index }
        | Detail::IterationSucceeded { name, index }
        | Detail::IterationFailed { name, index }
        | Detail::IterationAborted { name, index }
        | Detail::IterationSkipped { name, index } => {
            put(fields, "name", name);
            put(fields, "index", index);
        }
        Detail::NodeStarted { name, node }
        | Detail::NodeSucceeded { name, node }
        | Detail::NodeAborted { name, node }
        | Detail::NodeSkipped { name, node } => {
            put(fields, "name", name);
            put(fields, "node", node);
        }
        Detail::NodeFailed {
            name,
            node,
            error,
            cause,
        } => {
            put(fields, "name", name);
            put(fields, "node", node);
            put_failure(fields, error, cause);
        }
        _ => {}
    }
}

fn put(fields: &mut Map<String, Value>, name: &str, value: impl Into<Value>) {
    fields.insert(name.to_owned(), value.into());
}

fn put_some(fields: &mut Map<String, Value>, name: &str, value: Option<impl Into<Value>>) {
    if let Some(value) = value {
        put(fields, name, value);
    }
}

fn put_json(fields: &mut Map<String, Value>, name: &str, value: &Json) {
    put(fields, name, value.text());
}

fn put_failure(fields: &mut Map<String, Value>, error: Option<&str>, cause: Option<&str>) {
    if let Some(error) = error {
        put(fields, "error", error);
    }
    if let Some(cause) = cause {
        put(fields, "cause", cause);
    }
}

/// Events of the optimised integration name the service; those of a plain function do not.
fn put_service(fields: &mut Map<String, Value>, resource: &Resource) {
    if let Resource::Service(integration) = resource {
        put(fields, "resourceType", integration.api.service());
        put(fields, "resource", integration.to_string());
    }
}

fn put_scheduled(fields: &mut Map<String, Value>, resource: &Resource, input: &Json) {
    put_service(fields, resource);
    match resource {
        Resource::Service(_) => {
            put(fields, "region", REGION);
            put_json(fields, "parameters", input);
        }
        Resource::Activity(activity) => {
            put(fields, "resource", &*activity.text);
            put_json(fields, "input", input);
        }
        Resource::Function(function) => {
            put(fields, "resource", &*function.text);
            put_json(fields, "input", input);
        }
    }
}
