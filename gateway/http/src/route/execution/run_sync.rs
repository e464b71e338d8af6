//! `POST /v1/executions/sync`

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::StatusCode;
use steploom_api::wire;

use super::START;
use super::start::at_input;
use crate::app::App;
use crate::body::{self, answer_json};
use crate::edge::{Account, Who};
use crate::extract::Query;
use crate::failure::Answer;

/// Runs an execution to its end, in memory, and answers how it ended. Nothing is journaled.
///
/// It takes five minutes at the most, and ends when its caller goes away. The machine may have only what
/// EXPRESS machines may have on AWS. An execution that fails is an answer like another: its status says so.
#[utoipa::path(post, path = "/v1/executions/sync", tag = "executions",
    params(wire::Logging),
    request_body(content = wire::StartExecution, content_type = "application/json",
        example = json!({"machine": "word-count", "input": {"text": "to be or not to be"}})),
    responses((status = 200, description = "It has ended", body = wire::SyncExecution)))]
pub(crate) async fn run_execution(
    State(app): State<Arc<App>>,
    Account(account): Account,
    who: Who,
    Query(logging): Query<wire::Logging>,
    request: Request,
) -> Answer {
    body::ensure_json(request.headers())?;
    let bound = body::bound_of_data(&request, "the start of an execution");
    let (bytes, _held) = body::read_json(&app, request, bound).await?;
    let start: wire::StartExecution = body::parse(&bytes)?;
    who.require(START, start.machine.as_str())?;
    drop(bytes);
    let executions = &app.ports.executions;
    let ended = executions.run_sync(account, start, Some(logging)).await;
    Ok(answer_json(StatusCode::OK, &ended.map_err(at_input)?))
}
