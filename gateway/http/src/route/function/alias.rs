//! `GET /v1/functions/{name}/aliases/{alias}`

use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use steploom_api::wire;
use steploom_types::Name;

use super::no_alias;
use crate::app::App;
use crate::body::answer_json;
use crate::edge::Account;
use crate::extract::{At2, NoQuery};
use crate::failure::Answer;

/// One alias of a function.
#[utoipa::path(get, path = "/v1/functions/{name}/aliases/{alias}", tag = "functions",
    params(
        ("name" = String, Path, description = "The function's name", example = "count"),
        ("alias" = String, Path, description = "The alias; not a number", example = "prod")
    ),
    responses(
        (status = 200, description = "The alias", body = wire::FunctionAlias),
        (status = 404, description = "There is no such function or alias", body = wire::Problem, content_type = "application/problem+json"),
    ))]
pub(crate) async fn get_function_alias(
    State(app): State<Arc<App>>,
    Account(account): Account,
    At2(name, alias): At2<Name, Name>,
    _: NoQuery,
) -> Answer {
    let profiles = &app.ports.function_profiles;
    let mut profile = profiles.profile(account, &name).await?;
    let found = profile.aliases.remove(&alias);
    let found = found.ok_or_else(|| no_alias(&name, &alias))?;
    Ok(answer_json(StatusCode::OK, &found))
}
