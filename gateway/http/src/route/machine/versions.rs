//! `GET /v1/machines/{name}/versions`

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

/// A machine's versions, newest first.
#[utoipa::path(get, path = "/v1/machines/{name}/versions", tag = "machines",
    params(("name" = String, Path, description = "The machine's name", example = "word-count")),
    responses((status = 200, description = "The versions", body = wire::MachineVersions)))]
pub(crate) async fn list_machine_versions(
    State(app): State<Arc<App>>,
    Account(account): Account,
    At(name): At<Name>,
    _: NoQuery,
) -> Answer {
    let versions = app.ports.machines.versions(account, &name).await?;
    Ok(answer_json(StatusCode::OK, &versions))
}
