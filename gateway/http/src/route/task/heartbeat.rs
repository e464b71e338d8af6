//! `POST /v1/tasks/{token}/heartbeat`

use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;

use super::Token;
use crate::app::App;
use crate::edge::Account;
use crate::extract::{At, NoQuery};
use crate::failure::Answer;

/// Says that a task is still being worked on: its `HeartbeatSeconds` begin anew.
#[utoipa::path(post, path = "/v1/tasks/{token}/heartbeat", tag = "tasks",
    params(("token" = String, Path, description = "The task's token")),
    responses((status = 204, description = "The task is still waited for")))]
pub(crate) async fn heartbeat_task(
    State(app): State<Arc<App>>,
    Account(account): Account,
    At(token): At<Token>,
    _: NoQuery,
) -> Answer<StatusCode> {
    app.ports.tasks.heartbeat(account, &token.0).await?;
    Ok(StatusCode::NO_CONTENT)
}
