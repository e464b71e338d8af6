//! `GET /v1/machines/{name}/logs`

use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use steploom_api::port::ReadLogs;
use steploom_api::wire;
use steploom_types::Name;

use crate::app::App;
use crate::body::answer_json;
use crate::edge::Account;
use crate::extract::{At, Query, page_size};
use crate::failure::Answer;

/// What happened in those executions of a machine that are logged, oldest first.
///
/// `requestId` is an execution's id; each line's message is an event as a JSON object, in the fields in which
/// AWS logs it.
#[utoipa::path(get, path = "/v1/machines/{name}/logs", tag = "logs",
    params(
        ("name" = String, Path, description = "The machine's name", example = "word-count"),
        wire::QueryLogs
    ),
    responses((status = 200, description = "A page", body = wire::LogPage)))]
pub(crate) async fn read_machine_logs(
    State(app): State<Arc<App>>,
    Account(account): Account,
    At(name): At<Name>,
    Query(query): Query<wire::QueryLogs>,
) -> Answer {
    let read = ReadLogs {
        limit: page_size(query.limit)?,
        request_id: query.request_id,
        since: query.since,
        next: query.next,
    };
    let page = app.ports.logs.read_machine(account, &name, read).await?;
    Ok(answer_json(StatusCode::OK, &page))
}
