//! `GET /v1/machines/{name}/versions/{version}`

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

/// The definition of one version of a machine.
#[utoipa::path(get, path = "/v1/machines/{name}/versions/{version}", tag = "machines",
    params(
        ("name" = String, Path, description = "The machine's name", example = "word-count"),
        ("version" = u32, Path, description = "The version's number", example = 3)
    ),
    responses(
        (status = 200, description = "The definition", body = wire::Definition),
        (status = 404, description = "There is no such machine or version", body = wire::Problem, content_type = "application/problem+json"),
    ))]
pub(crate) async fn get_definition(
    State(app): State<Arc<App>>,
    Account(account): Account,
    At2(name, version): At2<Name, wire::VersionNumber>,
    _: NoQuery,
) -> Answer {
    let machines = &app.ports.machines;
    let definition = machines.definition(account, &name, version.0).await?;
    Ok(answer_json(StatusCode::OK, &definition))
}
