//! `GET /v1/machines/{name}/tags`

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

/// A machine's tags.
#[utoipa::path(get, path = "/v1/machines/{name}/tags", tag = "machines",
    params(("name" = String, Path, description = "The machine's name", example = "word-count")),
    responses(
        (status = 200, description = "The tags", body = wire::Tags),
        (status = 404, description = "There is no such machine", body = wire::Problem, content_type = "application/problem+json"),
    ))]
pub(crate) async fn get_tags(
    State(app): State<Arc<App>>,
    Account(account): Account,
    At(name): At<Name>,
    _: NoQuery,
) -> Answer {
    let profile = app.ports.releases.profile(account, &name).await?;
    let tags = profile.tags;
    Ok(answer_json(StatusCode::OK, &wire::Tags { tags }))
}
