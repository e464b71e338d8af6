//! `GET /v1/machines/{name}/releases/{number}`

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

/// One release of a machine.
#[utoipa::path(get, path = "/v1/machines/{name}/releases/{number}", tag = "machines",
    params(
        ("name" = String, Path, description = "The machine's name", example = "word-count"),
        ("number" = u32, Path, description = "The release's number", example = 3)
    ),
    responses(
        (status = 200, description = "The release", body = wire::Release),
        (status = 404, description = "There is no such machine or release", body = wire::Problem, content_type = "application/problem+json"),
    ))]
pub(crate) async fn get_release(
    State(app): State<Arc<App>>,
    Account(account): Account,
    At2(name, number): At2<Name, wire::ReleaseNumber>,
    _: NoQuery,
) -> Answer {
    let release = app.ports.releases.release(account, &name, number).await?;
    Ok(answer_json(StatusCode::OK, &release))
}
