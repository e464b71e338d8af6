//! `DELETE /v1/functions/{name}/events`

use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use steploom_api::wire;
use steploom_types::{Error, Name};

use super::qualifier;
use crate::app::App;
use crate::edge::Account;
use crate::extract::{At, Query};
use crate::failure::Answer;

/// Takes back what was said of a function's events.
#[utoipa::path(delete, path = "/v1/functions/{name}/events", tag = "functions",
    params(
        ("name" = String, Path, description = "The function's name", example = "count"),
        wire::OfQualifier
    ),
    responses(
        (status = 204, description = "It is gone"),
        (status = 404, description = "There is no such function, or nothing was said", body = wire::Problem, content_type = "application/problem+json"),
    ))]
pub(crate) async fn delete_function_events(
    State(app): State<Arc<App>>,
    Account(account): Account,
    At(name): At<Name>,
    Query(of): Query<wire::OfQualifier>,
) -> Answer<StatusCode> {
    let profiles = &app.ports.function_profiles;
    if profiles
        .delete_events(account, &name, qualifier(&of))
        .await?
    {
        return Ok(StatusCode::NO_CONTENT);
    }
    let message = format!("nothing was said of the events of function '{name}'");
    Err(Error::not_found("EventSettingsNotFound", message).into())
}
