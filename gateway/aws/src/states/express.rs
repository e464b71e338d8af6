//! `StartSyncExecution`

use serde::Serialize;
use steploom_api::wire;
use steploom_types::{Json, arn};

use super::execution::{self, Start};
use super::{Call, failure, seconds};
use crate::Failure;

/// What came of an execution, as AWS shows it.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Shown<'a> {
    execution_arn: &'a str,
    state_machine_arn: String,
    name: &'a str,
    start_date: f64,
    stop_date: f64,
    status: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    input: Option<&'a str>,
    input_details: Details,
    #[serde(skip_serializing_if = "Option::is_none")]
    output: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    output_details: Option<Details>,
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    cause: Option<&'a str>,
    billing_details: Billing,
    #[serde(skip_serializing_if = "Option::is_none")]
    trace_header: Option<&'a str>,
}

/// Whether the data beside it is shown.
#[derive(Serialize)]
struct Details {
    included: bool,
}

#[derive(Serialize)]
struct Billing {
    #[serde(rename = "billedDurationInMilliseconds")]
    duration_ms: u64,
    #[serde(rename = "billedMemoryUsedInMB")]
    memory_mb: u64,
}

/// Runs an execution of an EXPRESS machine, and answers with what came of it: the text of the output's JSON, as
/// this is asked for thousands of times a second.
pub(super) async fn start_sync(call: &Call<'_>) -> Result<String, Failure> {
    let input: Start<'_> = call.read()?;
    let with_data = input.included_data != Some("METADATA_ONLY");
    let start = execution::checked(&input)?;
    let executions = &call.ports.executions;
    let ended = executions.run_sync(call.account, start, None).await;
    let ended = ended.map_err(|error| failure(error, input.state_machine_arn))?;
    super::written(&shown(call, &ended, with_data))
}

fn shown<'a>(call: &Call<'_>, ended: &'a wire::SyncExecution, with_data: bool) -> Shown<'a> {
    let summary = &ended.summary;
    let data = |json: &'a Json| with_data.then(|| json.text());
    let details = Details {
        included: with_data,
    };
    Shown {
        execution_arn: &ended.arn,
        state_machine_arn: arn::machine(call.account, &summary.machine),
        name: summary.name.as_str(),
        start_date: seconds(summary.started_at),
        stop_date: seconds(summary.ended_at.unwrap_or(summary.started_at)),
        status: summary.status.in_aws(),
        input: data(&ended.input),
        input_details: Details {
            included: with_data,
        },
        output: ended.output.as_ref().and_then(data),
        output_details: ended.output.is_some().then_some(details),
        error: ended.error.as_deref(),
        cause: ended.cause.as_deref(),
        billing_details: Billing {
            duration_ms: ended.billing.duration_ms,
            memory_mb: ended.billing.memory_mb,
        },
        trace_header: ended.trace_header.as_deref(),
    }
}
