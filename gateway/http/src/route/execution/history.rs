//! `GET /v1/executions/{id}/history`

use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use steploom_api::wire;
use steploom_types::ExecutionId;

use crate::app::App;
use crate::body::answer_json;
use crate::edge::Account;
use crate::extract::{At, Query, page_size};
use crate::failure::Answer;

/// A page of an execution's history.
#[utoipa::path(get, path = "/v1/executions/{id}/history", tag = "executions",
    params(
        ("id" = String, Path, description = "The execution's id", example = "0a1b0199-2c3d-4e5f-8a9b-0c1d2e3f4a5b"),
        wire::PageHistory
    ),
    responses((status = 200, description = "A page", body = wire::History)))]
pub(crate) async fn get_history(
    State(app): State<Arc<App>>,
    Account(account): Account,
    At(id): At<ExecutionId>,
    Query(mut page): Query<wire::PageHistory>,
) -> Answer {
    page.limit = Some(page_size(page.limit)?);
    let history = app.ports.executions.history(account, id, page).await?;
    Ok(answer_json(StatusCode::OK, &history))
}
