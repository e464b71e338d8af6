//! `DELETE /v1/machines/{name}/releases/{number}`

use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use steploom_api::wire;
use steploom_types::Name;

use crate::app::App;
use crate::edge::Account;
use crate::extract::{At2, NoQuery};
use crate::failure::Answer;

/// Deletes a release. Executions of it go on, and its number is not used again.
#[utoipa::path(delete, path = "/v1/machines/{name}/releases/{number}", tag = "machines",
    params(
        ("name" = String, Path, description = "The machine's name", example = "word-count"),
        ("number" = u32, Path, description = "The release's number", example = 3)
    ),
    responses(
        (status = 204, description = "It is gone"),
        (status = 404, description = "There is no such machine or release", body = wire::Problem, content_type = "application/problem+json"),
        (status = 409, description = "An alias stands for it", body = wire::Problem, content_type = "application/problem+json"),
    ))]
pub(crate) async fn delete_release(
    State(app): State<Arc<App>>,
    Account(account): Account,
    At2(name, number): At2<Name, wire::ReleaseNumber>,
    _: NoQuery,
) -> Answer<StatusCode> {
    let releases = &app.ports.releases;
    releases.delete_release(account, &name, number).await?;
    Ok(StatusCode::NO_CONTENT)
}
