//! `PUT /v1/schedules/{name}`

use std::sync::Arc;

use axum::extract::{Request, State};
use steploom_api::port::PutSchedule;
use steploom_api::wire;
use steploom_types::{Name, limits};

use super::group;
use crate::app::App;
use crate::body::{self, Bound, answer_json};
use crate::edge::{Account, Who};
use crate::extract::{At, Query, created, is_create_only};
use crate::failure::Answer;
use crate::need;

/// A definition with the largest input.
const DEFINITION: Bound = Bound {
    bytes_max: limits::PAYLOAD_BYTES_MAX + 64 * 1024,
    what: "a schedule",
};

/// Makes a schedule, or replaces its definition. If its expression, zone or start changes, it begins
/// anew; else what was fired stays fired.
#[utoipa::path(put, path = "/v1/schedules/{name}", tag = "schedules",
    params(
        ("name" = String, Path, description = "The schedule's name", example = "nightly"),
        wire::InGroup,
        ("If-None-Match" = Option<String>, Header, description = "`*`: fail with `ScheduleExists` if there is one")
    ),
    request_body(content = wire::ScheduleDefinition, content_type = "application/json",
        example = json!({"expression": "0 9 * * 1-5", "timeZone": "Europe/Berlin", "target": {"machine": "nightly-report", "input": {"at": "<aws.scheduler.scheduled-time>"}}})),
    responses(
        (status = 201, description = "It was made", body = wire::Schedule),
        (status = 200, description = "It was replaced", body = wire::Schedule),
        (status = 409, description = "There is one", body = wire::Problem, content_type = "application/problem+json"),
    ))]
pub(crate) async fn put_schedule(
    State(app): State<Arc<App>>,
    Account(account): Account,
    who: Who,
    At(name): At<Name>,
    Query(query): Query<wire::InGroup>,
    request: Request,
) -> Answer {
    let put = if is_create_only(request.headers())? {
        PutSchedule::Create
    } else {
        PutSchedule::Upsert
    };
    body::ensure_json(request.headers())?;
    let (bytes, _held) = body::read_json(&app, request, DEFINITION).await?;
    let definition = body::parse(&bytes)?;
    need::require_definition(who.caller(), &definition)?;
    let id = (&group(query), &name);
    let schedules = &app.ports.schedules;
    let (schedule, is_new) = schedules.put(account, id, definition, put).await?;
    Ok(answer_json(created(is_new), &schedule))
}
