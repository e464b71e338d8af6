//! Step Functions as a service: nested executions, task tokens, polls for activities.

use serde_json::{Map, Value, json};
use steploom_asl::model::{Api, Pattern, Resource};
use steploom_machine::service::failure;
use steploom_machine::{ActionId, Fact, Failure, Invoke};
use steploom_types::{Json, Timestamp};

use super::{Answer, activity};
use crate::simulation::limits_of_child;
use crate::{Simulation, Start};

/// The id of every simulated request.
pub(crate) const REQUEST: &str = "00000000-0000-4000-8000-000000000001";

/// `states:startExecution`, and `aws-sdk:sfn:startExecution`.
pub(super) fn start_execution(
    simulation: &mut Simulation,
    of: usize,
    invoke: &Invoke,
    pattern: Pattern,
) -> Answer {
    let input = invoke.input.value();
    let arn = input["StateMachineArn"].as_str().unwrap_or_default();
    let name = arn
        .split_once(":stateMachine:")
        .map_or(arn, |(_, name)| name);
    let name = name.split(':').next().unwrap_or(name).to_owned();
    let refuse = |code: &str, message: &str| {
        Answer::Fail(failure(api_of(invoke), code, message, 400, REQUEST))
    };
    let Some(machine) = simulation.world.machines.get(&name).cloned() else {
        let message = format!("State Machine Does Not Exist: '{arn}'");
        return refuse("StateMachineDoesNotExist", &message);
    };
    if simulation.executions_but_ranges() >= simulation.bounds.executions_max {
        let message = "The simulation's limit of executions was reached";
        return refuse("ExecutionLimitExceeded", message);
    }
    let start = Start {
        machine: name,
        name: input["Name"].as_str().map(str::to_owned),
        input: child_input(&input["Input"]),
        context: None,
        is_express: false,
        limits: limits_of_child(),
    };
    let waits = matches!(pattern, Pattern::Sync | Pattern::Sync2);
    let awaited_by = waits.then_some((of, invoke.action));
    match simulation.start(machine, start, awaited_by) {
        Ok(child) => {
            let child = &simulation.executions[child];
            let answer = Json::from(json!({
                "executionArn": child.arn,
                "startDate": child.started_at.as_millis(),
            }));
            if waits {
                Answer::Submitted(answer)
            } else {
                Answer::Ok(answer)
            }
        }
        Err(error) => refuse("InvalidName", &error.to_string()),
    }
}

/// The API that an attempt calls.
fn api_of(invoke: &Invoke) -> &Api {
    match &invoke.resource {
        Resource::Service(integration) => &integration.api,
        Resource::Function(_) | Resource::Activity(_) => &Api::LambdaInvoke,
    }
}

/// A text is the input's text; nothing is an empty object.
fn child_input(input: &Value) -> Json {
    match input {
        Value::Null => Json::empty_object(),
        Value::String(text) => {
            Json::parse(text).unwrap_or_else(|_| Value::from(text.as_str()).into())
        }
        other => other.clone().into(),
    }
}

/// `aws-sdk:sfn:ACTION`.
pub(super) fn call(
    simulation: &mut Simulation,
    of: usize,
    invoke: &Invoke,
    action: &str,
) -> Answer {
    let input = invoke.input.value();
    let text = |field: &str| input[field].as_str().unwrap_or_default();
    let token = text("TaskToken");
    let asked = (of, invoke.action);
    if action.starts_with("sendTask") && !simulation.tokens.contains_key(token) {
        return invalid_token(invoke);
    }
    match action {
        "startExecution" => {
            match start_execution(simulation, of, invoke, Pattern::RequestResponse) {
                Answer::Ok(answer) => Answer::Ok(named_as_sdk(answer.value())),
                other => other,
            }
        }
        "getActivityTask" => {
            let worker = input["WorkerName"].as_str();
            activity::poll(simulation, asked, text("ActivityArn"), worker)
        }
        // The token is looked at before what comes with it.
        "sendTaskSuccess" | "sendTaskFailure" if !simulation.tokens.contains_key(token) => {
            invalid_token(invoke)
        }
        "sendTaskSuccess" => match Json::parse(&as_text(&input["Output"])) {
            Ok(output) => told(simulation, invoke, token, |at, action| {
                Fact::TaskSucceeded {
                    at,
                    action,
                    output,
                    version: None,
                }
            }),
            Err(_) => refused(invoke, "InvalidOutput", "Invalid Output: 'Invalid output'"),
        },
        "sendTaskFailure" => {
            let failure = Failure {
                error: text("Error").to_owned(),
                cause: input["Cause"].as_str().map(str::to_owned),
            };
            told(simulation, invoke, token, |at, action| Fact::TaskFailed {
                at,
                action,
                failure,
                version: None,
            })
        }
        "sendTaskHeartbeat" => match simulation.tokens.get(token).copied() {
            Some((waits, action)) => {
                let at = simulation.now;
                simulation.schedule(at, waits, Fact::TaskHeartbeat { at, action });
                Answer::Ok(Json::empty_object())
            }
            None => invalid_token(invoke),
        },
        other => Answer::Fail(Failure::new(
            "States.Runtime",
            format!(
                "The simulated world has no 'aws-sdk:sfn:{other}': script a mocked response for the state '{}'.",
                invoke.state
            ),
        )),
    }
}

/// Ends the task that has the token.
fn told(
    simulation: &mut Simulation,
    invoke: &Invoke,
    token: &str,
    fact: impl FnOnce(Timestamp, ActionId) -> Fact,
) -> Answer {
    let Some((waits, action)) = simulation.tokens.remove(token) else {
        return invalid_token(invoke);
    };
    let at = simulation.now;
    simulation.schedule(at, waits, fact(at, action));
    Answer::Ok(Value::Object(Map::new()).into())
}

fn invalid_token(invoke: &Invoke) -> Answer {
    refused(invoke, "InvalidToken", "Invalid Token: 'Invalid token'")
}

fn refused(invoke: &Invoke, code: &str, message: &str) -> Answer {
    Answer::Fail(failure(api_of(invoke), code, message, 400, REQUEST))
}

/// The answer with the fields as AWS's SDK names them.
fn named_as_sdk(answer: &Value) -> Json {
    let at = answer["startDate"].as_i64().unwrap_or_default();
    json!({
        "ExecutionArn": answer["executionArn"],
        "StartDate": Timestamp::from_millis(at).to_string(),
    })
    .into()
}

/// An SDK call's text parameter given as JSON is its text.
fn as_text(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}
