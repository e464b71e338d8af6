//! `GET /v1/machines/{name}`

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

/// One machine with its newest definition.
#[utoipa::path(get, path = "/v1/machines/{name}", tag = "machines",
    params(("name" = String, Path, description = "The machine's name", example = "word-count")),
    responses((status = 200, description = "The machine", body = wire::Machine)))]
pub(crate) async fn get_machine(
    State(app): State<Arc<App>>,
    Account(account): Account,
    At(name): At<Name>,
    _: NoQuery,
) -> Answer {
    let machine = app.ports.machines.get(account, &name).await?;
    Ok(answer_json(StatusCode::OK, &machine))
}
