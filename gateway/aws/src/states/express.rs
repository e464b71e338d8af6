//! `StartSyncExecution`

use serde_json::{Map, Value, json};
use steploom_api::wire::{self, MachineType};
use steploom_types::arn;

use super::execution::{self, Start};
use super::{Call, failure, seconds};
use crate::Answer;

/// Runs an execution of an EXPRESS machine, and answers with what came of it.
pub(super) async fn start_sync(call: &Call<'_>) -> Answer {
    let input: Start = call.read()?;
    let with_data = input.included_data.as_deref() != Some("METADATA_ONLY");
    let start = execution::checked(&input)?;
    let machine_arn = input.state_machine_arn;
    let told = |error| failure(error, &machine_arn);
    let releases = &call.ports.releases;
    let profile = releases.profile(call.account, &start.machine).await;
    let settings = profile.map_err(told)?.settings;
    if settings.machine_type != MachineType::Express {
        return Err(execution::unsupported());
    }
    let logging = wire::Logging {
        log_level: settings.logging.level,
        include_execution_data: settings.logging.include_execution_data,
    };
    let executions = &call.ports.executions;
    let ended = executions.run_sync(call.account, start, logging).await;
    let mut shown = shown(call, ended.map_err(told)?);
    if !with_data {
        for (data, details) in [("input", "inputDetails"), ("output", "outputDetails")] {
            if shown.remove(data).is_some() {
                shown.insert(details.into(), json!({"included": false}));
            }
        }
    }
    Ok(shown.into())
}

fn shown(call: &Call<'_>, ended: wire::SyncExecution) -> Map<String, Value> {
    let summary = &ended.summary;
    let mut shown = Map::new();
    shown.insert("executionArn".into(), ended.arn.into());
    let machine_arn = arn::machine(call.account, &summary.machine);
    shown.insert("stateMachineArn".into(), machine_arn.into());
    shown.insert("name".into(), summary.name.as_str().into());
    shown.insert("startDate".into(), seconds(summary.started_at));
    let ended_at = summary.ended_at.unwrap_or(summary.started_at);
    shown.insert("stopDate".into(), seconds(ended_at));
    shown.insert("status".into(), summary.status.in_aws().into());
    shown.insert("input".into(), ended.input.text().into());
    shown.insert("inputDetails".into(), json!({"included": true}));
    if let Some(output) = &ended.output {
        shown.insert("output".into(), output.text().into());
        shown.insert("outputDetails".into(), json!({"included": true}));
    }
    for (field, text) in [("error", ended.error), ("cause", ended.cause)] {
        if let Some(text) = text {
            shown.insert(field.into(), text.into());
        }
    }
    let billed = json!({
        "billedDurationInMilliseconds": ended.billing.duration_ms,
        "billedMemoryUsedInMB": ended.billing.memory_mb,
    });
    shown.insert("billingDetails".into(), billed);
    if let Some(header) = ended.trace_header {
        shown.insert("traceHeader".into(), header.into());
    }
    shown
}
