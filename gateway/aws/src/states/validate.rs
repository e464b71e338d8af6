//! `ValidateStateMachineDefinition`

use serde::Deserialize;
use serde_json::{Value, json};
use steploom_api::wire::{Diagnostic, MachineType, Severity};

use super::{Call, failure};
use crate::Answer;

/// Diagnostics of an answer, if the caller does not say (AWS: 100).
const DIAGNOSTICS_MAX: usize = 100;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Validate {
    definition: String,
    #[serde(default, rename = "type")]
    machine_type: MachineType,
    severity: Option<Severity>,
    max_results: Option<usize>,
}

/// Checks a definition and keeps nothing.
pub(super) async fn validate(call: &Call<'_>) -> Answer {
    let input: Validate = call.read()?;
    let machines = &call.ports.machines;
    let found = machines.validate(call.account, &input.definition, input.machine_type);
    let found = found.await.map_err(|error| failure(error, ""))?;
    let errors_only = input.severity != Some(Severity::Warning);
    let wanted = |one: &&Diagnostic| !errors_only || one.severity == Severity::Error;
    let wanted: Vec<_> = found.diagnostics.iter().filter(wanted).collect();
    let most = input.max_results.filter(|most| *most > 0);
    let most = most.unwrap_or(DIAGNOSTICS_MAX);
    let diagnostics: Value = wanted.iter().take(most).map(|one| shown(one)).collect();
    Ok(json!({
        "result": if found.valid { "OK" } else { "FAIL" },
        "diagnostics": diagnostics,
        "truncated": wanted.len() > most,
    }))
}

fn shown(diagnostic: &Diagnostic) -> Value {
    let mut shown = json!({
        "severity": diagnostic.severity,
        "code": diagnostic.code,
        "message": diagnostic.message,
    });
    if !diagnostic.path.is_empty() {
        shown["location"] = diagnostic.path.as_str().into();
    }
    shown
}
