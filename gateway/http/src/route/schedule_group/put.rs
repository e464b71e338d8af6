//! `PUT /v1/schedule-groups/{name}`

use std::sync::Arc;

use axum::extract::{Request, State};
use steploom_api::wire;
use steploom_types::Name;

use crate::app::App;
use crate::body::{self, Bound, answer_json};
use crate::edge::Account;
use crate::extract::{At, NoQuery, created, is_create_only};
use crate::failure::Answer;

/// Labels.
const GROUP: Bound = Bound {
    bytes_max: 64 * 1024,
    what: "a group of schedules",
};

/// Makes a group of schedules, or replaces its tags.
#[utoipa::path(put, path = "/v1/schedule-groups/{name}", tag = "schedules",
    params(
        ("name" = String, Path, description = "The group's name", example = "reports"),
        ("If-None-Match" = Option<String>, Header, description = "`*`: fail with `ScheduleGroupExists` if there is one")
    ),
    request_body(content = wire::PutScheduleGroup, content_type = "application/json", example = json!({"tags": {"team": "billing"}})),
    responses(
        (status = 201, description = "It was made", body = wire::ScheduleGroup),
        (status = 200, description = "It was there", body = wire::ScheduleGroup),
    ))]
pub(crate) async fn put_schedule_group(
    State(app): State<Arc<App>>,
    Account(account): Account,
    At(name): At<Name>,
    _: NoQuery,
    request: Request,
) -> Answer {
    let create_only = is_create_only(request.headers())?;
    body::ensure_json(request.headers())?;
    let (bytes, _held) = body::read_json(&app, request, GROUP).await?;
    let put = body::parse(&bytes)?;
    let schedules = &app.ports.schedules;
    let (group, is_new) = schedules
        .put_group(account, &name, put, create_only)
        .await?;
    Ok(answer_json(created(is_new), &group))
}
