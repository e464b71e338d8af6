//! `POST /v1/schedules/{name}/pause`

use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use steploom_api::wire;
use steploom_types::Name;

use super::group;
use crate::app::App;
use crate::body::answer_json;
use crate::edge::Account;
use crate::extract::{At, Query};
use crate::failure::Answer;

/// Lets a schedule fire no more. What is due until it is resumed is not made up for; what it started goes on.
#[utoipa::path(post, path = "/v1/schedules/{name}/pause", tag = "schedules",
    params(("name" = String, Path, description = "The schedule's name", example = "nightly"), wire::InGroup),
    responses((status = 200, description = "The schedule as it is now", body = wire::Schedule)))]
pub(crate) async fn pause_schedule(
    State(app): State<Arc<App>>,
    Account(account): Account,
    At(name): At<Name>,
    Query(query): Query<wire::InGroup>,
) -> Answer {
    let id = (&group(query), &name);
    let state = wire::ScheduleState::Disabled;
    let schedule = app.ports.schedules.set_state(account, id, state).await?;
    Ok(answer_json(StatusCode::OK, &schedule))
}
