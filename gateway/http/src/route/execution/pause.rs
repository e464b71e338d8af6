//! `POST /v1/executions/{id}/pause`

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

/// Lets an execution begin nothing new: no attempt, no state, and no timer has an effect. What runs goes on, and
/// what comes of it counts once it is resumed; a stop ends it all the same. One that is paused already is left as
/// it is; one that has ended is refused.
#[utoipa::path(post, path = "/v1/executions/{id}/pause", tag = "executions",
    params(("id" = String, Path, description = "The execution's id", example = "0a1b0199-2c3d-4e5f-8a9b-0c1d2e3f4a5b")),
    responses((status = 200, description = "The execution, paused", body = wire::Execution)))]
pub(crate) async fn pause_execution(
    State(app): State<Arc<App>>,
    Account(account): Account,
    At(id): At<ExecutionId>,
    _: NoQuery,
) -> Answer {
    let execution = app.ports.executions.pause(account, id).await?;
    Ok(answer_json(StatusCode::OK, &execution))
}
