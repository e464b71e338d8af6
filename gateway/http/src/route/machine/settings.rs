//! `GET /v1/machines/{name}/settings`

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

/// A machine's settings, with its tags and its revision.
#[utoipa::path(get, path = "/v1/machines/{name}/settings", tag = "machines",
    params(("name" = String, Path, description = "The machine's name", example = "word-count")),
    responses(
        (status = 200, description = "As they are", body = wire::MachineProfile),
        (status = 404, description = "There is no such machine", body = wire::Problem, content_type = "application/problem+json"),
    ))]
pub(crate) async fn get_settings(
    State(app): State<Arc<App>>,
    Account(account): Account,
    At(name): At<Name>,
    _: NoQuery,
) -> Answer {
    let profile = app.ports.releases.profile(account, &name).await?;
    Ok(answer_json(StatusCode::OK, &profile))
}
