//! `GET /v1/machines/{name}/share`

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

/// What part of the permits a machine's tasks have.
#[utoipa::path(get, path = "/v1/machines/{name}/share", tag = "machines",
    params(("name" = String, Path, description = "The machine's name", example = "word-count")),
    responses(
        (status = 200, description = "As it was set", body = wire::Share),
        (status = 404, description = "There is no such machine", body = wire::Problem, content_type = "application/problem+json"),
    ))]
pub(crate) async fn get_share(
    State(app): State<Arc<App>>,
    Account(account): Account,
    At(name): At<Name>,
    _: NoQuery,
) -> Answer {
    let share = app.ports.machines.share(account, &name).await?;
    Ok(answer_json(StatusCode::OK, &share))
}
