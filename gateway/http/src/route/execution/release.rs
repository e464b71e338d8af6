//! `POST /v1/executions/{id}/release`

use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use steploom_api::wire;
use steploom_types::ExecutionId;

use crate::app::App;
use crate::body::answer_json;
use crate::edge::Account;
use crate::extract::{At, NoQuery};
use crate::failure::Answer;

/// Lets an execution that was set aside (`QUARANTINED`; `error` and `cause` say why) go on, once what
/// was wrong is mended: a damaged file restored, a newer release installed. If it still cannot go
/// on, that is a 409, which says why. One that was not set aside is left as it is.
#[utoipa::path(post, path = "/v1/executions/{id}/release", tag = "executions",
    params(("id" = String, Path, description = "The execution's id", example = "0a1b0199-2c3d-4e5f-8a9b-0c1d2e3f4a5b")),
    responses((status = 200, description = "The execution, as it goes on", body = wire::Execution)))]
pub(crate) async fn release_execution(
    State(app): State<Arc<App>>,
    Account(account): Account,
    At(id): At<ExecutionId>,
    _: NoQuery,
) -> Answer {
    let execution = app.ports.executions.release(account, id).await?;
    Ok(answer_json(StatusCode::OK, &execution))
}
