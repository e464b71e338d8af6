//! `POST /v1/executions`

use std::sync::Arc;

use axum::extract::{Request, State};
use steploom_api::wire;
use steploom_types::Error;

use super::{START, accepted};
use crate::app::App;
use crate::body;
use crate::edge::{Account, Who};
use crate::extract::{NoQuery, created};
use crate::failure::{Answer, Failure};

/// Starts an execution. When the answer is there, the execution survives a crash.
///
/// With a name it is idempotent: while the execution runs, the same name and input give the same
/// answer, and another input is a conflict.
#[utoipa::path(post, path = "/v1/executions", tag = "executions",
    request_body(content = wire::StartExecution, content_type = "application/json",
        example = json!({"machine": "word-count", "name": "monday", "input": {"text": "to be or not to be"}})),
    responses(
        (status = 201, description = "It was started", body = wire::Execution, headers(("Location" = String, description = "The execution"))),
        (status = 200, description = "It was there already, with the same input", body = wire::Execution),
        (status = 409, description = "The name is taken", body = wire::Problem, content_type = "application/problem+json",
            example = json!({"status": 409, "code": "ExecutionAlreadyExists", "title": "the name 'monday' is taken by another input"})),
    ))]
pub(crate) async fn start_execution(
    State(app): State<Arc<App>>,
    Account(account): Account,
    who: Who,
    _: NoQuery,
    request: Request,
) -> Answer {
    body::ensure_json(request.headers())?;
    let bound = body::bound_of_data(&request, "the start of an execution");
    let (bytes, _held) = body::read_json(&app, request, bound).await?;
    let start: wire::StartExecution = body::parse(&bytes)?;
    who.require(START, start.machine.as_str())?;
    drop(bytes);
    let started = app.ports.executions.start(account, start).await;
    let (execution, is_new) = started.map_err(at_input)?;
    Ok(accepted(created(is_new), &execution))
}

/// An input that is too large for the machine is shown where it is.
pub(super) fn at_input(error: Error) -> Failure {
    match error.code {
        "InputTooLarge" => Failure::invalid_at("body/input", error),
        _ => error.into(),
    }
}
