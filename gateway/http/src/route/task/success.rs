//! `POST /v1/tasks/{token}/success`

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::StatusCode;
use steploom_api::wire;

use super::Token;
use crate::app::App;
use crate::body;
use crate::edge::Account;
use crate::extract::{At, NoQuery};
use crate::failure::Answer;

/// Ends a task with its result: one that waits for its token, or an activity's. When the answer is
/// there, it survives a crash.
#[utoipa::path(post, path = "/v1/tasks/{token}/success", tag = "tasks",
    params(("token" = String, Path, description = "The task's token")),
    request_body(content = wire::SucceedTask, content_type = "application/json", example = json!({"output": {"approved": true}})),
    responses((status = 204, description = "The task has ended")))]
pub(crate) async fn succeed_task(
    State(app): State<Arc<App>>,
    Account(account): Account,
    At(token): At<Token>,
    _: NoQuery,
    request: Request,
) -> Answer<StatusCode> {
    body::ensure_json(request.headers())?;
    let bound = body::bound_of_data(&request, "a task's success");
    let (bytes, _held) = body::read_json(&app, request, bound).await?;
    let success: wire::SucceedTask = body::parse(&bytes)?;
    let tasks = &app.ports.tasks;
    tasks.succeed(account, &token.0, success.output).await?;
    Ok(StatusCode::NO_CONTENT)
}
