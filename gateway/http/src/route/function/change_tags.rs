//! `POST /v1/functions/{name}/tags`

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::StatusCode;
use steploom_api::wire;
use steploom_types::Name;

use crate::app::App;
use crate::body::{self, answer_json};
use crate::edge::Account;
use crate::extract::{At, NoQuery};
use crate::failure::Answer;
use crate::route::TAGS;

/// Sets some of a function's tags and removes others.
#[utoipa::path(post, path = "/v1/functions/{name}/tags", tag = "functions",
    params(("name" = String, Path, description = "The function's name", example = "count")),
    request_body(content = wire::ChangeTags, content_type = "application/json", example = json!({"set": {"team": "billing"}, "remove": ["draft"]})),
    responses(
        (status = 200, description = "As they are now", body = wire::Tags),
        (status = 404, description = "There is no such function", body = wire::Problem, content_type = "application/problem+json"),
    ))]
pub(crate) async fn change_function_tags(
    State(app): State<Arc<App>>,
    Account(account): Account,
    At(name): At<Name>,
    _: NoQuery,
    request: Request,
) -> Answer {
    body::ensure_json(request.headers())?;
    let (bytes, _held) = body::read_json(&app, request, TAGS).await?;
    let change = body::parse(&bytes)?;
    let profiles = &app.ports.function_profiles;
    let tags = profiles.change_tags(account, &name, change).await?;
    Ok(answer_json(StatusCode::OK, &tags))
}
