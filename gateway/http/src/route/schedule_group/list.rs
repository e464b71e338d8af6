//! `GET /v1/schedule-groups`

use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use steploom_api::wire;

use crate::app::App;
use crate::body::answer_json;
use crate::edge::Account;
use crate::extract::{Query, page_size};
use crate::failure::Answer;

/// Groups of schedules by name, a page at a time.
#[utoipa::path(get, path = "/v1/schedule-groups", tag = "schedules", params(wire::Page),
    responses((status = 200, description = "A page", body = wire::ScheduleGroupPage)))]
pub(crate) async fn list_schedule_groups(
    State(app): State<Arc<App>>,
    Account(account): Account,
    Query(page): Query<wire::Page>,
) -> Answer {
    let limit = page_size(page.limit)?;
    let schedules = &app.ports.schedules;
    let page = schedules.list_groups(account, limit, page.next).await?;
    Ok(answer_json(StatusCode::OK, &page))
}
