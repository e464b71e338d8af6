//! `DELETE /v1/functions/{name}/urls`

use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use steploom_api::wire;
use steploom_types::{Error, Name};

use crate::app::App;
use crate::edge::Account;
use crate::extract::{At, Query};
use crate::failure::Answer;

/// Takes an address away.
#[utoipa::path(delete, path = "/v1/functions/{name}/urls", tag = "functions",
    params(
        ("name" = String, Path, description = "The function's name", example = "count"),
        wire::OfAlias
    ),
    responses(
        (status = 204, description = "It is gone"),
        (status = 404, description = "There is no such function or address", body = wire::Problem, content_type = "application/problem+json"),
    ))]
pub(crate) async fn delete_function_url(
    State(app): State<Arc<App>>,
    Account(account): Account,
    At(name): At<Name>,
    Query(of): Query<wire::OfAlias>,
) -> Answer<StatusCode> {
    let profiles = &app.ports.function_profiles;
    if profiles
        .delete_url(account, &name, of.alias.as_ref())
        .await?
    {
        return Ok(StatusCode::NO_CONTENT);
    }
    let message = format!("function '{name}' has no such address");
    Err(Error::not_found("UrlNotFound", message).into())
}
