//! `GET /v1/executions/{id}/map-runs`

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

/// The map runs of an execution, with how far each is.
#[utoipa::path(get, path = "/v1/executions/{id}/map-runs", tag = "executions",
    params(("id" = String, Path, description = "The execution's id", example = "0a1b0199-2c3d-4e5f-8a9b-0c1d2e3f4a5b")),
    responses((status = 200, description = "Those that run, and the last that ended", body = wire::MapRuns)))]
pub(crate) async fn list_map_runs(
    State(app): State<Arc<App>>,
    Account(account): Account,
    At(id): At<ExecutionId>,
    _: NoQuery,
) -> Answer {
    let runs = app.ports.map_runs.list(account, id).await?;
    Ok(answer_json(StatusCode::OK, &runs))
}
