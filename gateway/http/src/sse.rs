//! Server-sent events: a port's stream as `text/event-stream`.
//!
//! After the last item comes one event `end`, so that a reader can tell "it is over" from "the line
//! broke". An error on the way is one event `error` with a problem; the reader may come back with
//! the last id it saw. When the process is asked to stop, the stream just ends: come back.

use std::convert::Infallible;
use std::pin::Pin;

use axum::http::{HeaderName, HeaderValue};
use axum::response::sse::{Event, KeepAlive};
use axum::response::{IntoResponse, Response, Sse};
use futures::{Stream, StreamExt, stream};
use serde::Serialize;
use steploom_api::wire::StreamEnd;
use steploom_types::{Error, Result};
use tokio::sync::watch;

use crate::app::App;
use crate::failure::Failure;

/// What an item is called in the stream.
pub(crate) trait Item: Serialize + Send + 'static {
    /// Its id, if readers can come back to it.
    fn id(&self) -> Option<u64>;
    /// Its type.
    fn kind(&self) -> &str;
}

/// Items of a port.
type Items<T> = Pin<Box<dyn Stream<Item = Result<T>> + Send>>;

/// The stream as an answer. `last_id` is the id after which it begins.
pub(crate) fn answer<T: Item>(
    app: &App,
    request_id: &str,
    items: Items<T>,
    last_id: u64,
) -> Response {
    let open = Open {
        items,
        last_id,
        request_id: request_id.to_owned(),
    };
    let events = stream::unfold(Some(open), step)
        .take_until(ended(app.ending.clone()))
        .map(Ok::<_, Infallible>);
    let heartbeat = KeepAlive::new().interval(app.config.limits.heartbeat);
    let mut response = Sse::new(events).keep_alive(heartbeat).into_response();
    // A proxy that buffers would hold events back.
    response.headers_mut().insert(
        HeaderName::from_static("x-accel-buffering"),
        HeaderValue::from_static("no"),
    );
    response
}

struct Open<T> {
    items: Items<T>,
    last_id: u64,
    request_id: String,
}

async fn step<T: Item>(open: Option<Open<T>>) -> Option<(Event, Option<Open<T>>)> {
    let mut open = open?;
    match open.items.next().await {
        Some(Ok(item)) => {
            open.last_id = item.id().unwrap_or(open.last_id);
            match event_of(&item) {
                Ok(event) => Some((event, Some(open))),
                Err(error) => Some((failed(&Failure::from(error), &open.request_id), None)),
            }
        }
        Some(Err(error)) => Some((failed(&Failure::from(error), &open.request_id), None)),
        None => {
            let end = StreamEnd {
                last_event_id: open.last_id,
            };
            Some((with_data(Event::default().event("end"), &end), None))
        }
    }
}

fn event_of<T: Item>(item: &T) -> Result<Event> {
    let event = Event::default().event(item.kind());
    let event = match item.id() {
        Some(id) => event.id(id.to_string()),
        None => event,
    };
    event.json_data(item).map_err(Error::internal)
}

fn failed(failure: &Failure, request_id: &str) -> Event {
    failure.log(request_id, ("GET", "stream"));
    let problem = failure.to_problem(request_id);
    with_data(Event::default().event("error"), &problem)
}

/// With data that always prints: a derived shape of texts and numbers.
fn with_data<T: Serialize>(event: Event, data: &T) -> Event {
    event
        .json_data(data)
        .unwrap_or_else(|_| Event::default().event("error").data("{}"))
}

async fn ended(mut ending: watch::Receiver<bool>) {
    // Without a server there is no sender, and nobody will ever ask to stop.
    if ending.wait_for(|ending| *ending).await.is_err() {
        std::future::pending::<()>().await;
    }
}
