//! `GET /v1/schedules`

use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use steploom_api::wire;

use crate::app::App;
use crate::body::answer_json;
use crate::edge::Account;
use crate::extract::{Query, page_size};
use crate::failure::Answer;

/// Schedules by group and name, a page at a time. With `state`, a page may have fewer than its limit
/// and be followed by another.
#[utoipa::path(get, path = "/v1/schedules", tag = "schedules", params(wire::ListSchedules),
    responses((status = 200, description = "A page", body = wire::SchedulePage)))]
pub(crate) async fn list_schedules(
    State(app): State<Arc<App>>,
    Account(account): Account,
    Query(list): Query<wire::ListSchedules>,
) -> Answer {
    page_size(list.limit)?;
    let page = app.ports.schedules.list(account, list).await?;
    Ok(answer_json(StatusCode::OK, &page))
}
