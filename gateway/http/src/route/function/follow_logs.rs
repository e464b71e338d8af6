//! `GET /v1/functions/{name}/logs/stream`

use std::sync::Arc;

use axum::extract::State;
use steploom_api::wire;
use steploom_types::Name;

use crate::app::App;
use crate::edge::{Account, RequestId};
use crate::extract::{At, NoQuery};
use crate::failure::Answer;
use crate::sse;

impl sse::Item for wire::LogLine {
    fn id(&self) -> Option<u64> {
        None
    }

    fn kind(&self) -> &'static str {
        "log"
    }
}

/// Log lines of a function's invocations from now on, as server-sent events called `log`.
#[utoipa::path(get, path = "/v1/functions/{name}/logs/stream", tag = "logs",
    params(("name" = String, Path, description = "The function's name", example = "count")),
    responses((status = 200, description = "Events; the data of each is a LogLine", body = String, content_type = "text/event-stream",
        example = "event: log\ndata: {\"timestamp\":\"2026-03-14T01:59:00.000Z\",\"requestId\":\"4f0c\",\"version\":1,\"source\":\"function\",\"message\":\"hello\"}\n\n")))]
pub(crate) async fn follow_logs(
    State(app): State<Arc<App>>,
    Account(account): Account,
    request_id: RequestId,
    At(name): At<Name>,
    _: NoQuery,
) -> Answer {
    let lines = app.ports.logs.follow(account, &name).await?;
    Ok(sse::answer(&app, request_id.text(), lines, 0))
}
