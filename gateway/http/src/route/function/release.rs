//! `GET /v1/functions/{name}/releases/{number}`

use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use steploom_api::wire;
use steploom_types::Name;

use super::no_release;
use crate::app::App;
use crate::body::answer_json;
use crate::edge::Account;
use crate::extract::{At2, NoQuery};
use crate::failure::Answer;

/// One release of a function.
#[utoipa::path(get, path = "/v1/functions/{name}/releases/{number}", tag = "functions",
    params(
        ("name" = String, Path, description = "The function's name", example = "count"),
        ("number" = u32, Path, description = "The release's number", example = 3)
    ),
    responses(
        (status = 200, description = "The release", body = wire::FunctionRelease),
        (status = 404, description = "There is no such function or release", body = wire::Problem, content_type = "application/problem+json"),
    ))]
pub(crate) async fn get_function_release(
    State(app): State<Arc<App>>,
    Account(account): Account,
    At2(name, number): At2<Name, wire::ReleaseNumber>,
    _: NoQuery,
) -> Answer {
    let profile = app.ports.function_profiles.profile(account, &name).await?;
    let mut releases = profile.releases.into_iter();
    let release = releases.find(|release| release.number == number);
    let release = release.ok_or_else(|| no_release(&name, number))?;
    Ok(answer_json(StatusCode::OK, &release))
}
