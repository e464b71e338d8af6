//! `GET /v1/schedules/{name}/firings`

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

/// Firings that are asked for if nobody says how many.
const LIMIT_DEFAULT: u32 = 10;

/// The next times at which a schedule fires, as things stand: none of one that is paused, unless
/// `after` asks what would be.
#[utoipa::path(get, path = "/v1/schedules/{name}/firings", tag = "schedules",
    params(("name" = String, Path, description = "The schedule's name", example = "nightly"), wire::QueryFirings),
    responses((status = 200, description = "The next firings", body = wire::Firings)))]
pub(crate) async fn list_firings(
    State(app): State<Arc<App>>,
    Account(account): Account,
    At(name): At<Name>,
    Query(query): Query<wire::QueryFirings>,
) -> Answer {
    let (limit, after) = (query.limit.unwrap_or(LIMIT_DEFAULT), query.after);
    let group = group(wire::InGroup { group: query.group });
    let schedules = &app.ports.schedules;
    let firings = schedules
        .firings(account, (&group, &name), limit, after)
        .await?;
    Ok(answer_json(StatusCode::OK, &firings))
}
