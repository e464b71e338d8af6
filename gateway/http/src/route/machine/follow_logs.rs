//! `GET /v1/machines/{name}/logs/stream`

use std::sync::Arc;

use axum::extract::State;
use steploom_types::Name;

use crate::app::App;
use crate::edge::{Account, RequestId};
use crate::extract::{At, NoQuery};
use crate::failure::Answer;
use crate::sse;

/// What happens in those executions of a machine that are logged, from now on, as server-sent events called
/// `log`.
#[utoipa::path(get, path = "/v1/machines/{name}/logs/stream", tag = "logs",
    params(("name" = String, Path, description = "The machine's name", example = "word-count")),
    responses((status = 200, description = "Events; the data of each is a LogLine", body = String, content_type = "text/event-stream",
        example = "event: log\ndata: {\"timestamp\":\"2026-03-14T01:59:00.000Z\",\"requestId\":\"4f0c\",\"version\":1,\"source\":\"platform\",\"message\":\"{}\"}\n\n")))]
pub(crate) async fn follow_machine_logs(
    State(app): State<Arc<App>>,
    Account(account): Account,
    request_id: RequestId,
    At(name): At<Name>,
    _: NoQuery,
) -> Answer {
    let lines = app.ports.logs.follow_machine(account, &name).await?;
    Ok(sse::answer(&app, request_id.text(), lines, 0))
}
