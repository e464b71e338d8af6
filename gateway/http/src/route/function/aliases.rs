//! `GET /v1/functions/{name}/aliases`

use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use steploom_api::wire;
use steploom_types::Name;

use crate::app::App;
use crate::body::answer_json;
use crate::edge::Account;
use crate::extract::{At, NoQuery};
use crate::failure::Answer;

/// A function's aliases, by name.
#[utoipa::path(get, path = "/v1/functions/{name}/aliases", tag = "functions",
    params(("name" = String, Path, description = "The function's name", example = "count")),
    responses(
        (status = 200, description = "The aliases", body = wire::FunctionAliases),
        (status = 404, description = "There is no such function", body = wire::Problem, content_type = "application/problem+json"),
    ))]
pub(crate) async fn list_function_aliases(
    State(app): State<Arc<App>>,
    Account(account): Account,
    At(name): At<Name>,
    _: NoQuery,
) -> Answer {
    let profile = app.ports.function_profiles.profile(account, &name).await?;
    let items = profile.aliases.into_values().collect();
    Ok(answer_json(
        StatusCode::OK,
        &wire::FunctionAliases { items },
    ))
}
