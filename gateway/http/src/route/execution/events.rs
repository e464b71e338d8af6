//! `GET /v1/executions/{id}/events`

use std::sync::Arc;

use axum::extract::State;
use axum::http::HeaderMap;
use steploom_api::wire;
use steploom_types::{Error, ExecutionId};

use crate::app::App;
use crate::edge::{Account, RequestId};
use crate::extract::{At, Query};
use crate::failure::{Answer, Failure};
use crate::sse;

impl sse::Item for wire::Event {
    fn id(&self) -> Option<u64> {
        Some(self.id)
    }

    fn kind(&self) -> &str {
        &self.kind
    }
}

/// An execution's events as they happen, as server-sent events: those that were, then those to
/// come, then one called `end`.
///
/// A reader whose line broke comes back with `Last-Event-ID` and misses nothing.
#[utoipa::path(get, path = "/v1/executions/{id}/events", tag = "executions",
    params(
        ("id" = String, Path, description = "The execution's id", example = "0a1b0199-2c3d-4e5f-8a9b-0c1d2e3f4a5b"),
        ("Last-Event-ID" = Option<u64>, Header, description = "Only events with a greater id"),
        wire::FollowEvents
    ),
    responses((status = 200, description = "Events: the id and type of each are the event's, its data is an Event", body = String, content_type = "text/event-stream",
        example = "id: 1\nevent: ExecutionStarted\ndata: {\"id\":1,\"previousEventId\":0,\"timestamp\":\"2026-03-14T01:59:00.000Z\",\"type\":\"ExecutionStarted\",\"details\":{}}\n\nevent: end\ndata: {\"lastEventId\":1}\n\n")))]
pub(crate) async fn follow_events(
    State(app): State<Arc<App>>,
    Account(account): Account,
    request_id: RequestId,
    At(id): At<ExecutionId>,
    Query(query): Query<wire::FollowEvents>,
    headers: HeaderMap,
) -> Answer {
    let after = last_event_id(&headers)?.or(query.after).unwrap_or(0);
    let events = app.ports.executions.events(account, id, after).await?;
    Ok(sse::answer(&app, request_id.text(), events, after))
}

fn last_event_id(headers: &HeaderMap) -> Answer<Option<u64>> {
    let Some(value) = headers.get("last-event-id") else {
        return Ok(None);
    };
    let id = value.to_str().ok().and_then(|text| text.parse().ok());
    id.map(Some).ok_or_else(|| {
        let error = Error::invalid("InvalidHeader", "Last-Event-ID must be an event's id");
        Failure::invalid_at("header/last-event-id", error)
    })
}
