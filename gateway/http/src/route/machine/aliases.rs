//! `GET /v1/machines/{name}/aliases`

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

/// A machine's aliases, by name.
#[utoipa::path(get, path = "/v1/machines/{name}/aliases", tag = "machines",
    params(("name" = String, Path, description = "The machine's name", example = "word-count")),
    responses(
        (status = 200, description = "The aliases", body = wire::Aliases),
        (status = 404, description = "There is no such machine", body = wire::Problem, content_type = "application/problem+json"),
    ))]
pub(crate) async fn list_aliases(
    State(app): State<Arc<App>>,
    Account(account): Account,
    At(name): At<Name>,
    _: NoQuery,
) -> Answer {
    let aliases = app.ports.releases.aliases(account, &name).await?;
    Ok(answer_json(StatusCode::OK, &aliases))
}
