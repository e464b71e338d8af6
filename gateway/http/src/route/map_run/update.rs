//! `PATCH /v1/executions/{id}/map-runs/{number}`

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::StatusCode;
use steploom_api::wire;
use steploom_types::ExecutionId;

use crate::app::App;
use crate::body::{self, Bound, answer_json};
use crate::edge::Account;
use crate::extract::{At2, NoQuery};
use crate::failure::Answer;

/// Three numbers.
const UPDATE: Bound = Bound {
    bytes_max: 4 * 1024,
    what: "the change of a map run",
};

/// Changes how many iterations may be in flight, and what may fail, while a map run goes on.
#[utoipa::path(patch, path = "/v1/executions/{id}/map-runs/{number}", tag = "executions",
    params(
        ("id" = String, Path, description = "The execution's id", example = "0a1b0199-2c3d-4e5f-8a9b-0c1d2e3f4a5b"),
        ("number" = u64, Path, description = "The map run's number", example = 1)),
    request_body(content = wire::UpdateMapRun, content_type = "application/json", example = json!({"maxConcurrency": 200})),
    responses((status = 200, description = "The map run", body = wire::MapRun)))]
pub(crate) async fn update_map_run(
    State(app): State<Arc<App>>,
    Account(account): Account,
    At2(id, number): At2<ExecutionId, wire::MapRunNumber>,
    _: NoQuery,
    request: Request,
) -> Answer {
    body::ensure_json(request.headers())?;
    let (bytes, _held) = body::read_json(&app, request, UPDATE).await?;
    let update = body::parse(&bytes)?;
    let run = app
        .ports
        .map_runs
        .update(account, id, number, update)
        .await?;
    Ok(answer_json(StatusCode::OK, &run))
}
