//! `POST /v1/schedules/{name}/backfill`

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::StatusCode;
use steploom_api::wire;
use steploom_types::Name;

use super::group;
use crate::app::App;
use crate::body::{self, Bound, answer_json};
use crate::edge::Account;
use crate::extract::{At, Query};
use crate::failure::Answer;

/// Two instants.
const BACKFILL: Bound = Bound {
    bytes_max: 4 * 1024,
    what: "a backfill",
};

/// Fires the due times of a range in the past that were not accepted before, also of a schedule that
/// is paused. The answer comes before they are fired: `progress.backfills` has the range until then.
#[utoipa::path(post, path = "/v1/schedules/{name}/backfill", tag = "schedules",
    params(("name" = String, Path, description = "The schedule's name", example = "nightly"), wire::InGroup),
    request_body(content = wire::Backfill, content_type = "application/json",
        example = json!({"from": "2026-03-01T00:00:00Z", "to": "2026-03-02T00:00:00Z", "overlap": "BUFFER_ALL"})),
    responses((status = 202, description = "It is accepted", body = wire::Schedule)))]
pub(crate) async fn backfill_schedule(
    State(app): State<Arc<App>>,
    Account(account): Account,
    At(name): At<Name>,
    Query(query): Query<wire::InGroup>,
    request: Request,
) -> Answer {
    body::ensure_json(request.headers())?;
    let (bytes, _held) = body::read_json(&app, request, BACKFILL).await?;
    let backfill = body::parse(&bytes)?;
    let id = (&group(query), &name);
    let schedule = app.ports.schedules.backfill(account, id, backfill).await?;
    Ok(answer_json(StatusCode::ACCEPTED, &schedule))
}
