//! `POST /v1/executions/{id}/resume`

use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use steploom_api::wire;
use steploom_types::ExecutionId;

use crate::app::App;
use crate::body::answer_json;
use crate::edge::Account;
use crate::extract::{At, NoQuery};
use crate::failure::Answer;

/// Lets a paused execution go on: what came meanwhile counts now, in its order. One that is not paused is left as it
/// is; one that has ended is refused.
#[utoipa::path(post, path = "/v1/executions/{id}/resume", tag = "executions",
    params(("id" = String, Path, description = "The execution's id", example = "0a1b0199-2c3d-4e5f-8a9b-0c1d2e3f4a5b")),
    responses((status = 200, description = "The execution, as it goes on", body = wire::Execution)))]
pub(crate) async fn resume_execution(
    State(app): State<Arc<App>>,
    Account(account): Account,
    At(id): At<ExecutionId>,
    _: NoQuery,
) -> Answer {
    let execution = app.ports.executions.resume(account, id).await?;
    Ok(answer_json(StatusCode::OK, &execution))
}
