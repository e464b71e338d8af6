//! `PUT /v1/functions/{name}/events`

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::StatusCode;
use steploom_api::wire;
use steploom_types::Name;

use super::{DESCRIBED, qualifier};
use crate::app::App;
use crate::body::{self, answer_json};
use crate::edge::Account;
use crate::extract::{At, Query};
use crate::failure::Answer;

/// Says how the events of a function are handled, or of a release or an alias of it: invocations that nobody waits
/// for. What is left out is as if nothing had been said.
#[utoipa::path(put, path = "/v1/functions/{name}/events", tag = "functions",
    params(
        ("name" = String, Path, description = "The function's name", example = "count"),
        wire::OfQualifier
    ),
    request_body(content = wire::SetEvents, content_type = "application/json", example = json!({"maxRetries": 1, "onFailure": "arn:aws:lambda:us-east-1:000000000000:function:alert"})),
    responses(
        (status = 200, description = "As they are handled now", body = wire::EventSettings),
        (status = 400, description = "A destination is none", body = wire::Problem, content_type = "application/problem+json"),
        (status = 404, description = "There is no such function, release or alias", body = wire::Problem, content_type = "application/problem+json"),
    ))]
pub(crate) async fn put_function_events(
    State(app): State<Arc<App>>,
    Account(account): Account,
    At(name): At<Name>,
    Query(of): Query<wire::OfQualifier>,
    request: Request,
) -> Answer {
    body::ensure_json(request.headers())?;
    let (bytes, _held) = body::read_json(&app, request, DESCRIBED).await?;
    let set: wire::SetEvents = body::parse(&bytes)?;
    let put = wire::PutEventSettings {
        is_change: false,
        max_retries: set.max_retries,
        max_age_seconds: set.max_age_seconds,
        destinations: Some(wire::Destinations {
            on_success: set.on_success,
            on_failure: set.on_failure,
        }),
    };
    let profiles = &app.ports.function_profiles;
    let put = profiles.put_events(account, &name, qualifier(&of), put);
    Ok(answer_json(StatusCode::OK, &put.await?))
}
