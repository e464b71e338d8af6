//! `GET /v1/functions/{name}/tags`

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

/// A function's tags.
#[utoipa::path(get, path = "/v1/functions/{name}/tags", tag = "functions",
    params(("name" = String, Path, description = "The function's name", example = "count")),
    responses(
        (status = 200, description = "The tags", body = wire::Tags),
        (status = 404, description = "There is no such function", body = wire::Problem, content_type = "application/problem+json"),
    ))]
pub(crate) async fn get_function_tags(
    State(app): State<Arc<App>>,
    Account(account): Account,
    At(name): At<Name>,
    _: NoQuery,
) -> Answer {
    let profile = app.ports.function_profiles.profile(account, &name).await?;
    let tags = profile.tags;
    Ok(answer_json(StatusCode::OK, &wire::Tags { tags }))
}
