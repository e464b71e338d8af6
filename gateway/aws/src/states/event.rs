//! Events of a history, in AWS's shape: details stand in a field that is named after the type.

use serde_json::{Map, Value, json};
use steploom_api::wire;
use steploom_types::{MachineName, arn};

use super::{Call, machine, name, seconds};

/// Details that hold a state's data, and the field that says whether it was cut.
const DATA: &[(&str, Option<&str>)] = &[
    ("input", Some("inputDetails")),
    ("output", Some("outputDetails")),
    ("parameters", None),
    ("assignedVariables", Some("assignedVariablesDetails")),
];

/// What the first event of an execution says besides: the machine's role, and by which version and alias it
/// was started.
pub(super) struct Origin {
    role: Value,
    version: Option<Value>,
    alias: Option<Value>,
}

impl Origin {
    pub(super) async fn of(call: &Call<'_>, summary: &wire::ExecutionSummary) -> Self {
        let machine_arn = arn::machine(call.account, &summary.machine);
        let profile = match &summary.machine {
            MachineName::Named(name) => call.ports.releases.profile(call.account, name).await.ok(),
            MachineName::OfFunction(_) => None,
        };
        let settings = profile.map(|profile| profile.settings).unwrap_or_default();
        Self {
            role: machine::role(call, &settings).into(),
            version: summary.release.map(|number| name::of(&machine_arn, number)),
            alias: summary
                .alias
                .as_ref()
                .map(|alias| name::of(&machine_arn, alias)),
        }
    }
}

/// An event, with or without the data in it.
pub(super) fn shown(event: wire::Event, origin: &Origin, with_data: bool) -> Value {
    let mut details = event.details;
    for (data, cut) in DATA {
        if !details.contains_key(*data) {
            continue;
        }
        if !with_data {
            details.remove(*data);
        } else if let Some(cut) = cut {
            details.insert((*cut).to_owned(), json!({"truncated": false}));
        }
    }
    if event.kind == "ExecutionStarted" {
        details.insert("roleArn".to_owned(), origin.role.clone());
        let origins = [
            ("stateMachineVersionArn", &origin.version),
            ("stateMachineAliasArn", &origin.alias),
        ];
        for (field, value) in origins {
            if let Some(value) = value {
                details.insert(field.to_owned(), value.clone());
            }
        }
    }
    let mut shown = Map::new();
    if let Some(field) = field_of(&event.kind).filter(|_| !details.is_empty()) {
        shown.insert(field, details.into());
    }
    shown.insert("id".into(), event.id.into());
    shown.insert("previousEventId".into(), event.previous_event_id.into());
    shown.insert("timestamp".into(), seconds(event.timestamp).into());
    shown.insert("type".into(), event.kind.into());
    shown.into()
}

/// The field of a type's details: `stateEnteredEventDetails` for `TaskStateEntered`.
fn field_of(kind: &str) -> Option<String> {
    let stem = if kind.ends_with("StateEntered") {
        "StateEntered"
    } else if kind.ends_with("StateExited") {
        "StateExited"
    } else {
        kind
    };
    let mut letters = stem.chars();
    let first = letters.next()?.to_ascii_lowercase();
    Some(format!("{first}{}EventDetails", letters.as_str()))
}
