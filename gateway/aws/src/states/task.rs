//! Tasks that somebody outside ends, by their tokens.

use serde::Deserialize;
use serde_json::json;
use steploom_api::wire;
use steploom_types::{Error, Json};

use super::Call;
use crate::{Answer, Failure};

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct OfTask {
    task_token: String,
    output: Option<String>,
    error: Option<String>,
    cause: Option<String>,
}

/// `SendTaskSuccess`
pub(super) async fn succeed(call: &Call<'_>) -> Answer {
    let input: OfTask = call.read()?;
    let text = input.output.unwrap_or_default();
    let output = Json::parse(&text).map_err(|error| {
        let why = steploom_types::json::complaint(&text, "(String)");
        let why = why.map_or(error.message, |why| why.message);
        Failure::new("InvalidOutput", format!("Invalid Output: '{why}'"))
    })?;
    let tasks = &call.ports.tasks;
    let told = tasks.succeed(call.account, &input.task_token, output).await;
    told.map_err(refused)?;
    Ok(json!({}))
}

/// `SendTaskFailure`
pub(super) async fn fail(call: &Call<'_>) -> Answer {
    let input: OfTask = call.read()?;
    let failure = wire::FailTask {
        error: input.error,
        cause: input.cause,
    };
    let tasks = &call.ports.tasks;
    let told = tasks.fail(call.account, &input.task_token, failure).await;
    told.map_err(refused)?;
    Ok(json!({}))
}

/// `SendTaskHeartbeat`
pub(super) async fn heartbeat(call: &Call<'_>) -> Answer {
    let input: OfTask = call.read()?;
    let tasks = &call.ports.tasks;
    let told = tasks.heartbeat(call.account, &input.task_token).await;
    told.map_err(refused)?;
    Ok(json!({}))
}

fn refused(error: Error) -> Failure {
    let (code, message) = match error.code {
        "InvalidToken" => ("InvalidToken", "Invalid Token: 'Invalid token'".to_owned()),
        "TaskTimedOut" => (
            "TaskTimedOut",
            "Task Timed Out: 'Provided task does not exist anymore'".to_owned(),
        ),
        "InvalidOutput" => (
            "InvalidOutput",
            format!("Invalid Output: '{}'", error.message),
        ),
        _ => return error.into(),
    };
    Failure {
        error: Some(Box::new(error)),
        ..Failure::new(code, message)
    }
}
