//! `GET /v1/machines/{name}/executions/{execution}`

use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use steploom_api::wire;
use steploom_types::{MachineName, Name};

use crate::app::App;
use crate::body::answer_json;
use crate::edge::Account;
use crate::extract::{At2, NoQuery};
use crate::failure::Answer;

/// One execution by its machine and name.
#[utoipa::path(get, path = "/v1/machines/{name}/executions/{execution}", tag = "executions",
    params(
        ("name" = String, Path, description = "The machine's name, or `function:NAME` for an asynchronous invocation", example = "word-count"),
        ("execution" = String, Path, description = "The execution's name", example = "monday")
    ),
    responses((status = 200, description = "The execution", body = wire::Execution)))]
pub(crate) async fn get_execution_by_name(
    State(app): State<Arc<App>>,
    Account(account): Account,
    At2(machine, name): At2<MachineName, Name>,
    _: NoQuery,
) -> Answer {
    let execution = app
        .ports
        .executions
        .get_by_name(account, &machine, &name)
        .await?;
    Ok(answer_json(StatusCode::OK, &execution))
}
