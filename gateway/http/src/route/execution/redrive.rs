//! `POST /v1/executions/{id}/redrive`

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::StatusCode;
use steploom_api::wire;
use steploom_types::ExecutionId;

use crate::app::App;
use crate::body::{self, answer_json};
use crate::edge::Account;
use crate::extract::{At, NoQuery};
use crate::failure::Answer;

/// Lets an execution that failed, timed out or was stopped go on from where it ended. What ended well is not run
/// again; states that failed or were under way are, with their retries to come. The state that failed can be given
/// another `input`, or be passed over by giving its output (`skip`), and the execution can follow another `version`
/// of its machine from then on. What cannot be is a 409, which says why. The body may be empty.
#[utoipa::path(post, path = "/v1/executions/{id}/redrive", tag = "executions",
    params(("id" = String, Path, description = "The execution's id", example = "0a1b0199-2c3d-4e5f-8a9b-0c1d2e3f4a5b")),
    request_body(content = wire::RedriveExecution, content_type = "application/json", example = json!({"input": {"retry": true}})),
    responses((status = 200, description = "The execution, as it goes on", body = wire::Execution)))]
pub(crate) async fn redrive_execution(
    State(app): State<Arc<App>>,
    Account(account): Account,
    At(id): At<ExecutionId>,
    _: NoQuery,
    request: Request,
) -> Answer {
    body::ensure_json(request.headers())?;
    let bound = body::bound_of_data(&request, "how to go on");
    let (bytes, _held) = body::read_json(&app, request, bound).await?;
    let redrive = body::parse(&bytes)?;
    let execution = app.ports.executions.redrive(account, id, redrive).await?;
    Ok(answer_json(StatusCode::OK, &execution))
}
