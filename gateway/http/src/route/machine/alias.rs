//! `GET /v1/machines/{name}/aliases/{alias}`

use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use steploom_api::wire;
use steploom_types::Name;

use crate::app::App;
use crate::body::answer_json;
use crate::edge::Account;
use crate::extract::{At2, NoQuery};
use crate::failure::Answer;

/// One alias of a machine.
#[utoipa::path(get, path = "/v1/machines/{name}/aliases/{alias}", tag = "machines",
    params(
        ("name" = String, Path, description = "The machine's name", example = "word-count"),
        ("alias" = String, Path, description = "The alias", example = "prod")
    ),
    responses(
        (status = 200, description = "The alias", body = wire::Alias),
        (status = 404, description = "There is no such machine or alias", body = wire::Problem, content_type = "application/problem+json"),
    ))]
pub(crate) async fn get_alias(
    State(app): State<Arc<App>>,
    Account(account): Account,
    At2(name, alias): At2<Name, Name>,
    _: NoQuery,
) -> Answer {
    let alias = app.ports.releases.alias(account, &name, &alias).await?;
    Ok(answer_json(StatusCode::OK, &alias))
}
