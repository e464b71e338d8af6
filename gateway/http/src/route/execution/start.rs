//! `POST /v1/executions`

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::StatusCode;
use steploom_api::wire;
use steploom_types::{Error, limits};

use super::accepted;
use crate::app::App;
use crate::body::{self, Bound};
use crate::edge::Account;
use crate::extract::{NoQuery, created};
use crate::failure::{Answer, Failure};

/// The input, and what stands around it.
const START: Bound = Bound {
    bytes_max: limits::PAYLOAD_BYTES_MAX + 4 * 1024,
    what: "the start of an execution",
};

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
    _: NoQuery,
    request: Request,
) -> Answer {
    body::ensure_json(request.headers())?;
    let (bytes, _held) = body::read(&app, request, START).await?;
    let start: wire::StartExecution = body::parse(&bytes)?;
    // A body within the limit holds an input within it; only the others need counting.
    if bytes.len() > limits::PAYLOAD_BYTES_MAX {
        ensure_input_fits(start.input.size())?;
    }
    let (execution, is_new) = app.ports.executions.start(account, start).await?;
    Ok(accepted(created(is_new), &execution))
}

/// An input larger than a state may have is refused with its size.
pub(super) fn ensure_input_fits(bytes: usize) -> Answer<()> {
    if bytes <= limits::PAYLOAD_BYTES_MAX {
        return Ok(());
    }
    let message = format!(
        "the input has {bytes} bytes; it may have {} at the most",
        limits::PAYLOAD_BYTES_MAX
    );
    let error = Error::invalid("InputTooLarge", message);
    let mut failure = Failure::invalid_at("body/input", error);
    failure.status = StatusCode::PAYLOAD_TOO_LARGE;
    Err(failure)
}
