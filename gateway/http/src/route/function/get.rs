//! `GET /v1/functions/{name}`

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

/// One function with its newest version.
#[utoipa::path(get, path = "/v1/functions/{name}", tag = "functions",
    params(("name" = String, Path, description = "The function's name", example = "count")),
    responses((status = 200, description = "The function", body = wire::Function)))]
pub(crate) async fn get_function(
    State(app): State<Arc<App>>,
    Account(account): Account,
    At(name): At<Name>,
    _: NoQuery,
) -> Answer {
    let function = app.ports.functions.get(account, &name).await?;
    Ok(answer_json(StatusCode::OK, &function))
}
