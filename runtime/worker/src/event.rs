//! The machine's events, as the API shows them.

use steploom_api::wire;
use steploom_machine::{Event, EventSink};

/// Keeps every event.
#[derive(Default)]
pub(crate) struct Collect {
    pub(crate) events: Vec<wire::Event>,
}

impl EventSink for Collect {
    fn event(&mut self, event: Event<'_>) {
        self.events.push(shown(&event));
    }
}

/// An event as the API shows it.
pub(crate) fn shown(event: &Event<'_>) -> wire::Event {
    wire::Event {
        id: event.id,
        previous_event_id: event.previous,
        timestamp: event.at,
        kind: event.kind().to_owned(),
        details: event.details(),
    }
}
