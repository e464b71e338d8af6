//! `GET /v1/executions`

use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use steploom_api::wire;

use crate::app::App;
use crate::body::answer_json;
use crate::edge::Account;
use crate::extract::{Query, page_size};
use crate::failure::Answer;

/// Executions, newest first. May lag by under a second.
#[utoipa::path(get, path = "/v1/executions", tag = "executions", params(wire::ListExecutions),
    responses((status = 200, description = "A page", body = wire::ExecutionPage)))]
pub(crate) async fn list_executions(
    State(app): State<Arc<App>>,
    Account(account): Account,
    Query(mut list): Query<wire::ListExecutions>,
) -> Answer {
    list.limit = Some(page_size(list.limit)?);
    let page = app.ports.executions.list(account, list).await?;
    Ok(answer_json(StatusCode::OK, &page))
}
