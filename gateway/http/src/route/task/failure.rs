//! `POST /v1/tasks/{token}/failure`

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::StatusCode;
use steploom_api::wire;

use super::Token;
use crate::app::App;
use crate::body::{self, Bound};
use crate::edge::Account;
use crate::extract::{At, NoQuery};
use crate::failure::Answer;

/// An error's name (AWS: 256 characters) and its cause (AWS: 32,768), with room for escapes.
const FAILURE: Bound = Bound {
    bytes_max: 64 * 1024,
    what: "a task's failure",
};

/// Ends a task with a failure. The body may be empty.
#[utoipa::path(post, path = "/v1/tasks/{token}/failure", tag = "tasks",
    params(("token" = String, Path, description = "The task's token")),
    request_body(content = wire::FailTask, content_type = "application/json", example = json!({"error": "Refused", "cause": "too expensive"})),
    responses((status = 204, description = "The task has ended")))]
pub(crate) async fn fail_task(
    State(app): State<Arc<App>>,
    Account(account): Account,
    At(token): At<Token>,
    _: NoQuery,
    request: Request,
) -> Answer<StatusCode> {
    body::ensure_json(request.headers())?;
    let (bytes, _held) = body::read_json(&app, request, FAILURE).await?;
    let failure: wire::FailTask = body::parse(&bytes)?;
    app.ports.tasks.fail(account, &token.0, failure).await?;
    Ok(StatusCode::NO_CONTENT)
}
