//! The history of a simulated execution, in the shape of AWS's `GetExecutionHistory`.

use serde_json::{Map, Value, json};
use steploom_machine::{Event, EventSink};

/// Events whose details AWS names after a group of types, not after the type.
const GROUPS: [(&str, &str); 2] = [
    ("StateEntered", "stateEnteredEventDetails"),
    ("StateExited", "stateExitedEventDetails"),
];

/// Keeps every event as JSON.
#[derive(Debug, Default)]
pub(crate) struct History(pub(crate) Vec<Value>);

impl EventSink for History {
    fn event(&mut self, event: Event<'_>) {
        let kind = event.kind();
        let mut all = json!({
            "timestamp": event.at.to_string(),
            "type": kind,
            "id": event.id,
            "previousEventId": event.previous,
        });
        let details = details(event.details());
        if !details.is_empty() {
            all[details_name(kind)] = details.into();
        }
        self.0.push(all);
    }
}

/// The field that holds the details of an event of this type.
fn details_name(kind: &str) -> String {
    if let Some((_, name)) = GROUPS.iter().find(|(suffix, _)| kind.ends_with(suffix)) {
        return (*name).to_owned();
    }
    let mut name = format!("{kind}EventDetails");
    if let Some(first) = name.get_mut(..1) {
        first.make_ascii_lowercase();
    }
    name
}

/// Beside input and output AWS says whether they were cut: never here.
fn details(mut fields: Map<String, Value>) -> Map<String, Value> {
    for name in ["input", "output", "assignedVariables"] {
        if fields.contains_key(name) {
            fields.insert(format!("{name}Details"), json!({"truncated": false}));
        }
    }
    fields
}

/// The fields of an event's details, whatever their name.
pub(crate) fn details_of(event: &Value) -> Option<&Map<String, Value>> {
    let fields = event.as_object()?;
    let details = fields
        .iter()
        .find(|(name, _)| name.ends_with("EventDetails"));
    details?.1.as_object()
}
