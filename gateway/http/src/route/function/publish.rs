//! `POST /v1/functions/{name}/releases`

use std::sync::Arc;

use axum::extract::{Request, State};
use steploom_api::wire;
use steploom_types::Name;

use super::DESCRIBED;
use crate::app::App;
use crate::body::{self, answer_json};
use crate::edge::Account;
use crate::extract::{At, NoQuery, created};
use crate::failure::Answer;

/// Publishes a function's newest version under the next number. If it is that of the newest release, that is the
/// answer. The body may be empty.
#[utoipa::path(post, path = "/v1/functions/{name}/releases", tag = "functions",
    params(("name" = String, Path, description = "The function's name", example = "count")),
    request_body(content = wire::PublishFunction, content_type = "application/json", example = json!({"description": "counts numbers as well"})),
    responses(
        (status = 201, description = "The new release", body = wire::FunctionRelease),
        (status = 200, description = "Nothing changed since this one", body = wire::FunctionRelease),
        (status = 404, description = "There is no such function", body = wire::Problem, content_type = "application/problem+json"),
    ))]
pub(crate) async fn publish_function(
    State(app): State<Arc<App>>,
    Account(account): Account,
    At(name): At<Name>,
    _: NoQuery,
    request: Request,
) -> Answer {
    body::ensure_json(request.headers())?;
    let (bytes, _held) = body::read_json(&app, request, DESCRIBED).await?;
    let publish: wire::PublishFunction = body::parse(&bytes)?;
    let profiles = &app.ports.function_profiles;
    let published = profiles.publish(account, &name, publish.description);
    let (release, is_new) = published.await?;
    Ok(answer_json(created(is_new), &release))
}
