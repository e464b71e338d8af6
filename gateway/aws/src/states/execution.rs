//! Executions.

use serde::Deserialize;
use serde_json::{Map, Value, json};
use steploom_api::wire::{self, ExecutionStatus, MachineType};
use steploom_types::{Error, Json, MachineName, arn};

use super::{Call, failure, map_run, name, next_of, page_size, paged, seconds, token_of};
use crate::{Answer, Failure};

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Start<'a> {
    pub(super) state_machine_arn: &'a str,
    name: Option<&'a str>,
    input: Option<&'a str>,
    trace_header: Option<&'a str>,
    pub(super) included_data: Option<&'a str>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct OfExecution {
    execution_arn: String,
    included_data: Option<String>,
    error: Option<String>,
    cause: Option<String>,
    client_token: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct List {
    state_machine_arn: Option<String>,
    map_run_arn: Option<String>,
    status_filter: Option<String>,
    redrive_filter: Option<String>,
    max_results: Option<u32>,
    next_token: Option<String>,
}

/// `StartExecution`
pub(super) async fn start(call: &Call<'_>) -> Answer {
    let input: Start<'_> = call.read()?;
    let start = checked(&input)?;
    let machine_arn = input.state_machine_arn;
    let (machine, name) = (start.machine.clone(), start.name.clone());
    let profile = call.ports.releases.profile(call.account, &machine).await;
    let profile = profile.map_err(|error| failure(error, machine_arn))?;
    let started = call.ports.executions.start(call.account, start).await;
    let (execution, _) = started.map_err(|error| {
        let machine = MachineName::Named(machine);
        match (error.code, name) {
            ("ExecutionAlreadyExists", Some(name)) => {
                failure(error, &arn::execution(call.account, &machine, &name))
            }
            ("AliasNotFound", _) => failure(
                Error::not_found("MachineNotFound", error.message),
                machine_arn,
            ),
            _ => failure(error, machine_arn),
        }
    })?;
    let summary = &execution.summary;
    let execution_arn = match profile.settings.machine_type {
        MachineType::Standard => arn_of(call, summary),
        MachineType::Express => {
            arn::express(call.account, &summary.machine, &summary.name, summary.id)
        }
    };
    Ok(json!({
        "executionArn": execution_arn,
        "startDate": seconds(summary.started_at),
    }))
}

/// What a start asks for.
///
/// # Errors
/// `InvalidArn`, `InvalidName`, `InvalidExecutionInput`.
pub(super) fn checked(input: &Start<'_>) -> Result<wire::StartExecution, Failure> {
    let (machine, qualifier) = name::machine(input.state_machine_arn)?;
    let name = input.name.map(name::parse).transpose()?;
    let data = match input.input {
        None => Json::empty_object(),
        Some(text) => parse(text)?,
    };
    Ok(wire::StartExecution {
        qualifier,
        name,
        input: data,
        trace_header: input.trace_header.map(str::to_owned),
        ..wire::StartExecution::new(machine)
    })
}

/// # Errors
/// `InvalidExecutionInput`, with what AWS's parser says.
fn parse(text: &str) -> Result<Json, Failure> {
    let refuse = |why: &str| {
        Failure::new(
            "InvalidExecutionInput",
            format!("Invalid State Machine Execution Input: '{why}'"),
        )
    };
    if text.trim_ascii().is_empty() {
        return Err(refuse("Invalid execution input."));
    }
    Json::parse(text).map_err(|error| {
        let why = steploom_types::json::complaint(text, "(String)");
        refuse(&why.map_or(error.message, |why| why.message))
    })
}

/// `DescribeExecution`
pub(super) async fn describe(call: &Call<'_>) -> Answer {
    let input: OfExecution = call.read()?;
    let execution = find(call, &input.execution_arn).await?;
    let summary = &execution.summary;
    let mut shown = summary_of(call, summary);
    let with_data = input.included_data.as_deref() != Some("METADATA_ONLY");
    if with_data {
        shown.insert("input".into(), execution.input.text().into());
        shown.insert("inputDetails".into(), json!({"included": true}));
        if let Some(output) = &execution.output {
            shown.insert("output".into(), output.text().into());
            shown.insert("outputDetails".into(), json!({"included": true}));
        }
    } else {
        shown.insert("inputDetails".into(), json!({"included": false}));
    }
    if let Some(error) = execution.error {
        shown.insert("error".into(), error.into());
    }
    if let Some(cause) = execution.cause {
        shown.insert("cause".into(), cause.into());
    }
    if let Some(header) = execution.trace_header {
        shown.insert("traceHeader".into(), header.into());
    }
    let status = summary.status.in_aws();
    match summary.status {
        ExecutionStatus::Failed | ExecutionStatus::TimedOut | ExecutionStatus::Aborted => {
            shown.insert("redriveStatus".into(), "REDRIVABLE".into());
        }
        _ => {
            let why = format!("Execution is {status} and cannot be redriven");
            shown.insert("redriveStatus".into(), "NOT_REDRIVABLE".into());
            shown.insert("redriveStatusReason".into(), why.into());
        }
    }
    Ok(shown.into())
}

/// `ListExecutions`
pub(super) async fn list(call: &Call<'_>) -> Answer {
    let input: List = call.read()?;
    let machine_arn = match (input.state_machine_arn, input.map_run_arn) {
        (Some(machine_arn), None) => machine_arn,
        // Iterations are no executions of their own here.
        (None, Some(map_run_arn)) => {
            map_run::find(call, &map_run_arn).await?;
            return Ok(paged("executions", Vec::new(), None));
        }
        _ => {
            return Err(Failure::validation(
                "Must specify exactly one of stateMachineArn and mapRunArn",
            ));
        }
    };
    let (machine, qualifier) = name::machine(&machine_arn)?;
    let told = |error| failure(error, &machine_arn);
    let profile = call.ports.releases.profile(call.account, &machine).await;
    if profile.map_err(told)?.settings.machine_type == MachineType::Express {
        return Err(unsupported());
    }
    let status = match input.status_filter.as_deref() {
        None => None,
        Some("PENDING_REDRIVE") => return Ok(paged("executions", Vec::new(), None)),
        Some(status) => {
            let parsed = serde_json::from_value(status.into());
            Some(parsed.map_err(|error| Failure::validation(error.to_string()))?)
        }
    };
    let list = wire::ListExecutions {
        machine: Some(MachineName::Named(machine)),
        status,
        qualifier,
        limit: Some(page_size(input.max_results)),
        next: next_of(input.next_token.as_deref())?,
        ..wire::ListExecutions::default()
    };
    let page = call.ports.executions.list(call.account, list).await;
    let page = page.map_err(told)?;
    let redriven = input.redrive_filter.map(|filter| filter == "REDRIVEN");
    let wanted = |one: &&wire::ExecutionSummary| {
        redriven.is_none_or(|redriven| redriven == (one.redrive_count > 0))
    };
    let items = page.items.iter().filter(wanted);
    let items = items.map(|one| summary_of(call, one).into()).collect();
    Ok(paged("executions", items, token_of(page.next)))
}

/// `StopExecution`
pub(super) async fn stop(call: &Call<'_>) -> Answer {
    let input: OfExecution = call.read()?;
    let execution = find(call, &input.execution_arn).await?;
    let stop = wire::StopExecution {
        error: input.error,
        cause: input.cause,
    };
    let executions = &call.ports.executions;
    let stopped = executions.stop(call.account, execution.summary.id, stop);
    let stopped = stopped
        .await
        .map_err(|error| failure(error, &input.execution_arn))?;
    let at = stopped.summary.ended_at;
    let at = at.unwrap_or(stopped.summary.started_at);
    Ok(json!({"stopDate": seconds(at)}))
}

/// `RedriveExecution`
pub(super) async fn redrive(call: &Call<'_>) -> Answer {
    let input: OfExecution = call.read()?;
    let execution = find(call, &input.execution_arn).await?;
    let summary = execution.summary;
    let executions = &call.ports.executions;
    let redrive = wire::RedriveExecution {
        client_token: input.client_token,
        ..wire::RedriveExecution::default()
    };
    let redriven = executions.redrive(call.account, summary.id, redrive).await;
    let redriven = redriven.map_err(|error| match error.code {
        "ExecutionNotRedrivable" => {
            let status = summary.status.in_aws();
            let why = format!("Execution is {status} and cannot be redriven");
            let arn = &input.execution_arn;
            Failure::new(
                "ExecutionNotRedrivable",
                format!("The execution {arn} cannot be redriven: {why}"),
            )
        }
        _ => failure(error, &input.execution_arn),
    })?;
    let at = redriven.summary.redriven_at;
    let at = at.unwrap_or(redriven.summary.started_at);
    Ok(json!({"redriveDate": seconds(at)}))
}

/// The execution that an ARN names.
///
/// # Errors
/// `InvalidArn`; `ExecutionDoesNotExist`.
pub(super) async fn find(call: &Call<'_>, execution_arn: &str) -> Result<wire::Execution, Failure> {
    let (machine, name) = name::execution(execution_arn)?;
    let executions = &call.ports.executions;
    let found = executions.get_by_name(call.account, &machine, &name).await;
    found.map_err(|error| failure(error, execution_arn))
}

/// The ARN of an execution.
pub(super) fn arn_of(call: &Call<'_>, summary: &wire::ExecutionSummary) -> String {
    arn::execution(call.account, &summary.machine, &summary.name)
}

/// Not for machines of this type.
pub(super) fn unsupported() -> Failure {
    Failure::new(
        "StateMachineTypeNotSupported",
        "This operation is not supported by this type of state machine",
    )
}

/// What lists and descriptions show.
fn summary_of(call: &Call<'_>, summary: &wire::ExecutionSummary) -> Map<String, Value> {
    let mut shown = Map::new();
    let machine_arn = arn::machine(call.account, &summary.machine);
    shown.insert("executionArn".into(), arn_of(call, summary).into());
    shown.insert("name".into(), summary.name.as_str().into());
    shown.insert("status".into(), summary.status.in_aws().into());
    shown.insert("startDate".into(), seconds(summary.started_at).into());
    shown.insert("redriveCount".into(), summary.redrive_count.into());
    if let Some(at) = summary.ended_at {
        shown.insert("stopDate".into(), seconds(at).into());
    }
    if let Some(at) = summary.redriven_at {
        shown.insert("redriveDate".into(), seconds(at).into());
    }
    if let Some(release) = summary.release {
        let release_arn = name::of(&machine_arn, release);
        shown.insert("stateMachineVersionArn".into(), release_arn);
    }
    if let Some(alias) = &summary.alias {
        let alias_arn = name::of(&machine_arn, alias);
        shown.insert("stateMachineAliasArn".into(), alias_arn);
    }
    shown.insert("stateMachineArn".into(), machine_arn.into());
    shown
}
