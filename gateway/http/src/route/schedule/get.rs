//! `GET /v1/schedules/{name}`

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

/// One schedule, and how far it has come.
#[utoipa::path(get, path = "/v1/schedules/{name}", tag = "schedules",
    params(("name" = String, Path, description = "The schedule's name", example = "nightly"), wire::InGroup),
    responses((status = 200, description = "The schedule", body = wire::Schedule)))]
pub(crate) async fn get_schedule(
    State(app): State<Arc<App>>,
    Account(account): Account,
    At(name): At<Name>,
    Query(query): Query<wire::InGroup>,
) -> Answer {
    let id = (&group(query), &name);
    let schedule = app.ports.schedules.get(account, id).await?;
    Ok(answer_json(StatusCode::OK, &schedule))
}
