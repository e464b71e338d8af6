//! `POST /v1/executions/{id}/stop`

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::StatusCode;
use steploom_api::wire;
use steploom_types::ExecutionId;

use crate::app::App;
use crate::body::{self, Bound, answer_json};
use crate::edge::Account;
use crate::extract::{At, NoQuery};
use crate::failure::Answer;

/// An error's name (AWS: 256 characters) and its cause (AWS: 32,768), with room for escapes.
const STOP: Bound = Bound {
    bytes_max: 64 * 1024,
    what: "the reason to stop",
};

/// Asks an execution to end; it has ended when the answer is there. One that had ended already is
/// left as it is. The body may be empty.
#[utoipa::path(post, path = "/v1/executions/{id}/stop", tag = "executions",
    params(("id" = String, Path, description = "The execution's id", example = "0a1b0199-2c3d-4e5f-8a9b-0c1d2e3f4a5b")),
    request_body(content = wire::StopExecution, content_type = "application/json", example = json!({"error": "Cancelled", "cause": "no longer needed"})),
    responses((status = 200, description = "The execution, ended", body = wire::Execution)))]
pub(crate) async fn stop_execution(
    State(app): State<Arc<App>>,
    Account(account): Account,
    At(id): At<ExecutionId>,
    _: NoQuery,
    request: Request,
) -> Answer {
    body::ensure_json(request.headers())?;
    let (bytes, _held) = body::read_json(&app, request, STOP).await?;
    let stop = body::parse(&bytes)?;
    let execution = app.ports.executions.stop(account, id, stop).await?;
    Ok(answer_json(StatusCode::OK, &execution))
}
