//! `GET /v1/schedule-groups/{name}`

use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use steploom_api::wire;
use steploom_types::Name;

use crate::app::App;
use crate::body::answer_json;
use crate::edge::Account;
use crate::extract::{At, NoQuery};
use crate::failure::Answer;

/// One group of schedules.
#[utoipa::path(get, path = "/v1/schedule-groups/{name}", tag = "schedules",
    params(("name" = String, Path, description = "The group's name", example = "reports")),
    responses((status = 200, description = "The group", body = wire::ScheduleGroup)))]
pub(crate) async fn get_schedule_group(
    State(app): State<Arc<App>>,
    Account(account): Account,
    At(name): At<Name>,
    _: NoQuery,
) -> Answer {
    let group = app.ports.schedules.get_group(account, &name).await?;
    Ok(answer_json(StatusCode::OK, &group))
}
