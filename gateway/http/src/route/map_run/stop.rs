//! `POST /v1/executions/{id}/map-runs/{number}/stop`

use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use steploom_api::wire;
use steploom_types::ExecutionId;

use crate::app::App;
use crate::body::answer_json;
use crate::edge::Account;
use crate::extract::{At2, NoQuery};
use crate::failure::Answer;

/// Ends a map run: its state fails with `States.MapRunStopped`, which `Retry` and `Catch` see. One
/// that has ended is left as it is.
#[utoipa::path(post, path = "/v1/executions/{id}/map-runs/{number}/stop", tag = "executions",
    params(
        ("id" = String, Path, description = "The execution's id", example = "0a1b0199-2c3d-4e5f-8a9b-0c1d2e3f4a5b"),
        ("number" = u64, Path, description = "The map run's number", example = 1)),
    responses((status = 200, description = "The map run, which ends", body = wire::MapRun)))]
pub(crate) async fn stop_map_run(
    State(app): State<Arc<App>>,
    Account(account): Account,
    At2(id, number): At2<ExecutionId, wire::MapRunNumber>,
    _: NoQuery,
) -> Answer {
    let run = app.ports.map_runs.stop(account, id, number).await?;
    Ok(answer_json(StatusCode::OK, &run))
}
