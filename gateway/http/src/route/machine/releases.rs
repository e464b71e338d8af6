//! `GET /v1/machines/{name}/releases`

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

/// A machine's releases, newest first.
#[utoipa::path(get, path = "/v1/machines/{name}/releases", tag = "machines",
    params(("name" = String, Path, description = "The machine's name", example = "word-count")),
    responses(
        (status = 200, description = "The releases", body = wire::Releases),
        (status = 404, description = "There is no such machine", body = wire::Problem, content_type = "application/problem+json"),
    ))]
pub(crate) async fn list_releases(
    State(app): State<Arc<App>>,
    Account(account): Account,
    At(name): At<Name>,
    _: NoQuery,
) -> Answer {
    let releases = app.ports.releases.releases(account, &name).await?;
    Ok(answer_json(StatusCode::OK, &releases))
}
