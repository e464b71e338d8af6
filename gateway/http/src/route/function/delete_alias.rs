//! `DELETE /v1/functions/{name}/aliases/{alias}`

use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use steploom_api::wire;
use steploom_types::Name;

use super::no_alias;
use crate::app::App;
use crate::edge::Account;
use crate::extract::{At2, NoQuery};
use crate::failure::Answer;

/// Deletes an alias.
#[utoipa::path(delete, path = "/v1/functions/{name}/aliases/{alias}", tag = "functions",
    params(
        ("name" = String, Path, description = "The function's name", example = "count"),
        ("alias" = String, Path, description = "The alias; not a number", example = "prod")
    ),
    responses(
        (status = 204, description = "It is gone"),
        (status = 404, description = "There is no such function or alias", body = wire::Problem, content_type = "application/problem+json"),
    ))]
pub(crate) async fn delete_function_alias(
    State(app): State<Arc<App>>,
    Account(account): Account,
    At2(name, alias): At2<Name, Name>,
    _: NoQuery,
) -> Answer<StatusCode> {
    let profiles = &app.ports.function_profiles;
    if profiles.delete_alias(account, &name, &alias).await? {
        return Ok(StatusCode::NO_CONTENT);
    }
    Err(no_alias(&name, &alias).into())
}
