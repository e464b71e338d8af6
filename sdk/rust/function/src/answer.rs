//! From an event's JSON to the JSON of an answer.

use serde::{Deserialize, Serialize};

use crate::Error;

/// What a handler made of an event.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    /// The JSON of a result or, if it `failed`, of an error.
    pub json: Vec<u8>,
    /// Whether it is an error.
    pub failed: bool,
}

/// Calls `handler` with an event's JSON, as the host does; for tests of what comes in and goes out.
///
/// An event that does not fit the handler's type is the error `InvalidEvent`.
pub fn answer<'event, Event, Output>(
    event: &'event [u8],
    handler: impl FnOnce(Event) -> Result<Output, Error>,
) -> Answer
where
    Event: Deserialize<'event>,
    Output: Serialize,
{
    let answered = read(event)
        .and_then(handler)
        .and_then(|output| Ok(serde_json::to_vec(&output)?));
    match answered {
        Ok(json) => Answer {
            json,
            failed: false,
        },
        Err(error) => Answer {
            json: serde_json::to_vec(&error).expect("two strings are always JSON"),
            failed: true,
        },
    }
}

fn read<'event, Event: Deserialize<'event>>(event: &'event [u8]) -> Result<Event, Error> {
    serde_json::from_slice(event)
        .map_err(|error| Error::new("InvalidEvent", format!("the event does not fit: {error}")))
}

#[cfg(test)]
mod tests;
