//! `GET /v1/executions/counts`

use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use steploom_api::wire;

use crate::app::App;
use crate::body::answer_json;
use crate::edge::Account;
use crate::extract::Query;
use crate::failure::Answer;

/// How many executions there are, by machine and status: kept up with every execution, so it costs
/// the same however many there are. May lag by under a second.
#[utoipa::path(get, path = "/v1/executions/counts", tag = "executions", params(wire::CountExecutions),
    responses((status = 200, description = "The counts", body = wire::ExecutionCounts)))]
pub(crate) async fn count_executions(
    State(app): State<Arc<App>>,
    Account(account): Account,
    Query(count): Query<wire::CountExecutions>,
) -> Answer {
    let counts = app.ports.executions.counts(account, count).await?;
    Ok(answer_json(StatusCode::OK, &counts))
}
