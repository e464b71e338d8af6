//! `DELETE /v1/functions/{name}/releases/{number}`

use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use steploom_api::wire;
use steploom_types::Name;

use crate::app::App;
use crate::edge::Account;
use crate::extract::{At2, NoQuery};
use crate::failure::Answer;

/// Deletes a release. Its number is not used again.
#[utoipa::path(delete, path = "/v1/functions/{name}/releases/{number}", tag = "functions",
    params(
        ("name" = String, Path, description = "The function's name", example = "count"),
        ("number" = u32, Path, description = "The release's number", example = 3)
    ),
    responses(
        (status = 204, description = "It is gone"),
        (status = 404, description = "There is no such function or release", body = wire::Problem, content_type = "application/problem+json"),
        (status = 409, description = "An alias stands for it", body = wire::Problem, content_type = "application/problem+json"),
    ))]
pub(crate) async fn delete_function_release(
    State(app): State<Arc<App>>,
    Account(account): Account,
    At2(name, number): At2<Name, wire::ReleaseNumber>,
    _: NoQuery,
) -> Answer<StatusCode> {
    let profiles = &app.ports.function_profiles;
    profiles.delete_release(account, &name, number).await?;
    Ok(StatusCode::NO_CONTENT)
}
