//! `GET /v1/functions/{name}/versions`

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

/// A function's versions, newest first.
#[utoipa::path(get, path = "/v1/functions/{name}/versions", tag = "functions",
    params(("name" = String, Path, description = "The function's name", example = "count")),
    responses((status = 200, description = "The versions", body = wire::FunctionVersions)))]
pub(crate) async fn list_function_versions(
    State(app): State<Arc<App>>,
    Account(account): Account,
    At(name): At<Name>,
    _: NoQuery,
) -> Answer {
    let versions = app.ports.functions.versions(account, &name).await?;
    Ok(answer_json(StatusCode::OK, &versions))
}
