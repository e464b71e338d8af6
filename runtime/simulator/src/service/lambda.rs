//! Functions, called directly or through `lambda:invoke`.

use serde_json::{Value, json};
use steploom_asl::model::Api;
use steploom_machine::Failure;
use steploom_machine::service::failure;

use super::Answer;
use super::sfn::REQUEST;
use crate::Simulation;

/// `lambda:invoke`: the name and the payload are in the input.
pub(super) fn invoke(simulation: &Simulation, input: &Value) -> Answer {
    let named = input["FunctionName"].as_str().unwrap_or_default();
    function(simulation, named, &event(&input["Payload"]))
}

/// A text payload is the body itself, `null` is `{}`.
fn event(payload: &Value) -> Value {
    match payload {
        Value::Null => json!({}),
        Value::String(body) => serde_json::from_str(body).unwrap_or_else(|_| body.as_str().into()),
        other => other.clone(),
    }
}

/// Calls a function by its name or ARN, with or without a qualifier.
pub(super) fn function(simulation: &Simulation, named: &str, event: &Value) -> Answer {
    let world = &simulation.world;
    let name = name_of(named);
    let scripted = world.functions.get(name);
    if let Some(behaviour) = scripted.or(world.function_default.as_ref()) {
        return behaviour.answer(event);
    }
    let callee = world.callee.as_ref();
    match callee.and_then(|callee| (callee.0)(name, event)) {
        Some(Ok(output)) => Answer::Ok(output),
        Some(Err(failure)) => Answer::Fail(failure),
        None => Answer::Fail(absent(simulation, name)),
    }
}

/// The name within a name or an ARN.
fn name_of(named: &str) -> &str {
    let rest = match named.split_once("function:") {
        Some((_, rest)) => rest,
        None => named,
    };
    rest.split(':').next().unwrap_or(rest)
}

fn absent(simulation: &Simulation, name: &str) -> Failure {
    let account = simulation.world.account;
    let message =
        format!("Function not found: arn:aws:lambda:us-east-1:{account}:function:{name}:$LATEST");
    failure(
        &Api::LambdaInvoke,
        "ResourceNotFound",
        &message,
        404,
        REQUEST,
    )
}
