//! `aws-sdk:sfn:*`: this platform's own executions, activities and tokens, called by a task.

use std::time::Duration;

use serde_json::{Map, Value, json};
use steploom_api::port::{Activities as _, Executions as _, Tasks as _};
use steploom_api::wire;
use steploom_machine::Failure;
use steploom_types::{Error, ExecutionId, Json, MachineName, Name, arn, limits};

use super::Call;
use crate::child;

/// Calls one action.
pub(super) async fn call(call: &Call<'_>, action: &str) -> Result<Value, Failure> {
    match action {
        "startExecution" => start_execution(call).await,
        "startSyncExecution" => start_sync_execution(call).await,
        "stopExecution" => stop_execution(call).await,
        "describeExecution" => describe_execution(call).await,
        "listExecutions" => list_executions(call).await,
        "sendTaskSuccess" => send_task_success(call).await,
        "sendTaskFailure" => send_task_failure(call).await,
        "sendTaskHeartbeat" => send_task_heartbeat(call).await,
        "getActivityTask" => get_activity_task(call).await,
        "createActivity" => create_activity(call).await,
        "deleteActivity" => delete_activity(call).await,
        "describeActivity" => describe_activity(call).await,
        "listActivities" => list_activities(call).await,
        "describeStateMachine" => describe_state_machine(call).await,
        "listStateMachines" => list_state_machines(call).await,
        _ => Err(call.words.refuse(
            "UnknownOperation",
            &format!("this platform has no '{action}' for tasks"),
        )),
    }
}

async fn start_execution(call: &Call<'_>) -> Result<Value, Failure> {
    let (machine_arn, start) = wanted(call)?;
    let (execution, _) = call
        .port
        .start(call.account, start)
        .await
        .map_err(|e| refused(call, &e, &machine_arn))?;
    let summary = &execution.summary;
    Ok(json!({
        "ExecutionArn": child::arn_of(call.port, call.account, summary).await,
        "StartDate": summary.started_at,
    }))
}

/// Runs an execution of an EXPRESS machine to its end. One that fails is an answer, as on AWS.
async fn start_sync_execution(call: &Call<'_>) -> Result<Value, Failure> {
    let (machine_arn, start) = wanted(call)?;
    let ended = call.port.run_sync(call.account, start, None).await;
    let ended = ended.map_err(|e| refused(call, &e, &machine_arn))?;
    Ok(ran(call, ended))
}

fn ran(call: &Call<'_>, ended: wire::SyncExecution) -> Value {
    let summary = &ended.summary;
    let mut fields = json!({
        "BillingDetails": {
            "BilledDurationInMilliseconds": ended.billing.duration_ms,
            "BilledMemoryUsedInMB": ended.billing.memory_mb,
        },
        "ExecutionArn": ended.arn,
        "Input": ended.input.text(),
        "InputDetails": { "Included": true },
        "Name": summary.name,
        "StartDate": summary.started_at,
        "StateMachineArn": arn::machine(call.account, &summary.machine),
        "Status": summary.status.in_aws(),
        "StopDate": summary.ended_at.unwrap_or(summary.started_at),
    });
    if let Some(output) = &ended.output {
        fields["Output"] = output.text().into();
        fields["OutputDetails"] = json!({ "Included": true });
    }
    let texts = [
        ("Error", ended.error),
        ("Cause", ended.cause),
        ("TraceHeader", ended.trace_header),
    ];
    for (name, text) in texts {
        if let Some(text) = text {
            fields[name] = text.into();
        }
    }
    fields
}

/// The start that a task asks for, and the ARN by which it names the machine.
fn wanted(call: &Call<'_>) -> Result<(String, wire::StartExecution), Failure> {
    let machine_arn = call.need("StateMachineArn")?;
    let (machine, qualifier) = machine_of(call, &machine_arn)?;
    let name = match call.text("Name") {
        Some(name) => Some(name_of(call, &name)?),
        None => None,
    };
    let input = match call.text("Input") {
        Some(text) => Json::parse(&text).map_err(|why| {
            let message = format!("Invalid State Machine Execution Input: '{}'", why.message);
            call.words.refuse("InvalidExecutionInput", &message)
        })?,
        None => Json::empty_object(),
    };
    let start = wire::StartExecution {
        qualifier,
        name,
        input,
        trace_header: call.text("TraceHeader"),
        ..wire::StartExecution::new(machine)
    };
    Ok((machine_arn, start))
}

async fn stop_execution(call: &Call<'_>) -> Result<Value, Failure> {
    let (text, id) = execution(call).await?;
    let stop = wire::StopExecution {
        error: call.text("Error"),
        cause: call.text("Cause"),
    };
    let stopped = call.port.stop(call.account, id, stop).await;
    let stopped = stopped.map_err(|e| refused(call, &e, &text))?;
    Ok(json!({ "StopDate": stopped.summary.ended_at }))
}

async fn describe_execution(call: &Call<'_>) -> Result<Value, Failure> {
    let (text, id) = execution(call).await?;
    let found = steploom_api::port::Executions::get(call.port, call.account, id).await;
    let found = found.map_err(|e| refused(call, &e, &text))?;
    let mut fields = match listed(call, &found.summary) {
        Value::Object(fields) => fields,
        _ => Map::new(),
    };
    fields.insert("Input".into(), found.input.text().into());
    fields.insert("InputDetails".into(), json!({ "Included": true }));
    if let Some(output) = &found.output {
        fields.insert("Output".into(), output.text().into());
        fields.insert("OutputDetails".into(), json!({ "Included": true }));
    }
    let texts = [("Error", found.error), ("Cause", found.cause)];
    for (name, text) in texts {
        if let Some(text) = text {
            fields.insert(name.into(), text.into());
        }
    }
    Ok(Value::Object(fields))
}

async fn list_executions(call: &Call<'_>) -> Result<Value, Failure> {
    let machine_arn = call.need("StateMachineArn")?;
    let (machine, _) = machine_of(call, &machine_arn)?;
    let status = match call.text("StatusFilter") {
        Some(text) => Some(serde_json::from_value(text.into()).map_err(|_| {
            call.words
                .refuse("ValidationException", "StatusFilter is not a status")
        })?),
        None => None,
    };
    let list = wire::ListExecutions {
        machine: Some(MachineName::Named(machine)),
        status,
        limit: page_size(call),
        next: call.text("NextToken"),
        ..wire::ListExecutions::default()
    };
    let page = steploom_api::port::Executions::list(call.port, call.account, list).await;
    let page = page.map_err(|e| refused(call, &e, &machine_arn))?;
    let items = page.items.iter().map(|one| listed(call, one)).collect();
    Ok(paged("Executions", items, page.next))
}

/// An execution as lists show it.
fn listed(call: &Call<'_>, summary: &wire::ExecutionSummary) -> Value {
    let mut fields = json!({
        "ExecutionArn": arn::execution(call.account, &summary.machine, &summary.name),
        "Name": summary.name,
        "StartDate": summary.started_at,
        "StateMachineArn": arn::machine(call.account, &summary.machine),
        "Status": summary.status.in_aws(),
    });
    if let (Some(ended), Some(fields)) = (summary.ended_at, fields.as_object_mut()) {
        fields.insert("StopDate".into(), json!(ended));
    }
    fields
}

async fn send_task_success(call: &Call<'_>) -> Result<Value, Failure> {
    let token = call.need("TaskToken")?;
    let output = call.need("Output")?;
    // Whether the token is good counts more than what was brought.
    let output = match Json::parse(&output) {
        Ok(output) => output,
        Err(why) => {
            let checked = call.port.check(call.account, &token).await;
            checked.map_err(|e| refused(call, &e, &token))?;
            let message = format!("Invalid Output: '{}'", why.message);
            return Err(call.words.refuse("InvalidOutput", &message));
        }
    };
    let sent = call.port.succeed(call.account, &token, output).await;
    sent.map_err(|e| refused(call, &e, &token))?;
    Ok(json!({}))
}

async fn send_task_failure(call: &Call<'_>) -> Result<Value, Failure> {
    let token = call.need("TaskToken")?;
    let failure = wire::FailTask {
        error: call.text("Error"),
        cause: call.text("Cause"),
    };
    let sent = call.port.fail(call.account, &token, failure).await;
    sent.map_err(|e| refused(call, &e, &token))?;
    Ok(json!({}))
}

async fn send_task_heartbeat(call: &Call<'_>) -> Result<Value, Failure> {
    let token = call.need("TaskToken")?;
    let sent = call.port.heartbeat(call.account, &token).await;
    sent.map_err(|e| refused(call, &e, &token))?;
    Ok(json!({}))
}

async fn get_activity_task(call: &Call<'_>) -> Result<Value, Failure> {
    let (text, name) = activity(call)?;
    let wait = Duration::from_secs(limits::ACTIVITY_POLL_SECONDS_MAX);
    let taken = call
        .port
        .take_activity(call.account, &name, call.text("WorkerName"), wait)
        .await
        .map_err(|e| refused(call, &e, &text))?;
    Ok(match taken {
        Some(task) => json!({ "Input": task.input.text(), "TaskToken": task.task_token }),
        None => json!({}),
    })
}

async fn create_activity(call: &Call<'_>) -> Result<Value, Failure> {
    let name = call.need("Name")?;
    let name = name_of(call, &name)?;
    let made = steploom_api::port::Activities::put(call.port, call.account, name).await;
    let (activity, _) = made.map_err(|e| refused(call, &e, ""))?;
    Ok(json!({
        "ActivityArn": arn::activity(call.account, &activity.name),
        "CreationDate": activity.created_at,
    }))
}

async fn delete_activity(call: &Call<'_>) -> Result<Value, Failure> {
    let (text, name) = activity(call)?;
    let deleted = steploom_api::port::Activities::delete(call.port, call.account, &name).await;
    match deleted {
        Err(error) if error.code != "ActivityNotFound" => Err(refused(call, &error, &text)),
        _ => Ok(json!({})),
    }
}

async fn describe_activity(call: &Call<'_>) -> Result<Value, Failure> {
    let (text, name) = activity(call)?;
    let found = steploom_api::port::Activities::get(call.port, call.account, &name).await;
    let found = found.map_err(|e| refused(call, &e, &text))?;
    Ok(json!({
        "ActivityArn": arn::activity(call.account, &found.name),
        "CreationDate": found.created_at,
        "EncryptionConfiguration": { "Type": "AWS_OWNED_KEY" },
        "Name": found.name,
    }))
}

async fn list_activities(call: &Call<'_>) -> Result<Value, Failure> {
    let size = page_size(call).unwrap_or(limits::PAGE_SIZE_DEFAULT);
    let page =
        steploom_api::port::Activities::list(call.port, call.account, size, call.text("NextToken"))
            .await
            .map_err(|e| refused(call, &e, ""))?;
    let items = page
        .items
        .iter()
        .map(|one| {
            json!({
                "ActivityArn": arn::activity(call.account, &one.name),
                "CreationDate": one.created_at,
                "Name": one.name,
            })
        })
        .collect();
    Ok(paged("Activities", items, page.next))
}

async fn describe_state_machine(call: &Call<'_>) -> Result<Value, Failure> {
    let text = call.need("StateMachineArn")?;
    let (name, _) = machine_of(call, &text)?;
    let found = steploom_api::port::Machines::get(call.port, call.account, &name).await;
    let found = found.map_err(|e| refused(call, &e, &text))?;
    let account = call.account;
    let profile = steploom_api::port::Releases::profile(call.port, account, &name).await;
    let settings = profile.map_err(|e| refused(call, &e, &text))?.settings;
    let role = settings.role;
    let role = role.unwrap_or_else(|| arn::role(account));
    let logging = settings.logging;
    Ok(json!({
        "CreationDate": found.summary.created_at,
        "Definition": found.definition.text(),
        "EncryptionConfiguration": { "Type": "AWS_OWNED_KEY" },
        "LoggingConfiguration": {
            "IncludeExecutionData": logging.include_execution_data,
            "Level": logging.level,
        },
        "Name": name,
        "RoleArn": role,
        "StateMachineArn": arn::machine(account, &MachineName::Named(name.clone())),
        "Status": "ACTIVE",
        "TracingConfiguration": { "Enabled": settings.tracing },
        "Type": settings.machine_type,
    }))
}

async fn list_state_machines(call: &Call<'_>) -> Result<Value, Failure> {
    let size = page_size(call).unwrap_or(limits::PAGE_SIZE_DEFAULT);
    let next = call.text("NextToken");
    let page = steploom_api::port::Machines::list(call.port, call.account, size, next).await;
    let page = page.map_err(|e| refused(call, &e, ""))?;
    let items = page
        .items
        .iter()
        .map(|one| {
            json!({
                "CreationDate": one.created_at,
                "Name": one.name,
                "StateMachineArn": arn::machine(call.account, &MachineName::Named(one.name.clone())),
                "Type": one.machine_type,
            })
        })
        .collect();
    Ok(paged("StateMachines", items, page.next))
}

/// How many results a page has; left out or 0, as many as usual.
fn page_size(call: &Call<'_>) -> Option<u32> {
    call.number("MaxResults").filter(|size| *size > 0)
}

fn paged(name: &str, items: Vec<Value>, next: Option<String>) -> Value {
    let mut fields = Map::new();
    fields.insert(name.to_owned(), items.into());
    if let Some(next) = next {
        fields.insert("NextToken".into(), next.into());
    }
    Value::Object(fields)
}

fn activity(call: &Call<'_>) -> Result<(String, Name), Failure> {
    let text = call.need("ActivityArn")?;
    let name =
        arn::parse_activity(&text).ok_or_else(|| call.words.invalid_arn(&text, "activity"))?;
    Ok((text, name))
}

/// The execution that `ExecutionArn` names.
async fn execution(call: &Call<'_>) -> Result<(String, ExecutionId), Failure> {
    let text = call.need("ExecutionArn")?;
    let (machine, name) =
        arn::parse_execution(&text).ok_or_else(|| call.words.invalid_arn(&text, "execution"))?;
    let found = call.port.get_by_name(call.account, &machine, &name).await;
    let found = found.map_err(|e| refused(call, &e, &text))?;
    Ok((text, found.summary.id))
}

fn machine_of(call: &Call<'_>, text: &str) -> Result<(Name, Option<Name>), Failure> {
    arn::parse_machine(text).ok_or_else(|| call.words.invalid_arn(text, "stateMachine"))
}

fn name_of(call: &Call<'_>, text: &str) -> Result<Name, Failure> {
    text.parse().map_err(|_| {
        call.words
            .refuse("InvalidName", &format!("Invalid Name: '{text}'"))
    })
}

/// An error of a port in AWS's words; `what` is the ARN that was asked for.
fn refused(call: &Call<'_>, error: &Error, what: &str) -> Failure {
    let (code, message) = match error.code {
        "MachineNotFound" => (
            "StateMachineDoesNotExist",
            format!("State Machine Does Not Exist: '{what}'"),
        ),
        "ExecutionNotFound" => (
            "ExecutionDoesNotExist",
            format!("Execution Does Not Exist: '{what}'"),
        ),
        "ExecutionAlreadyExists" => (
            "ExecutionAlreadyExists",
            format!("Execution Already Exists: '{what}'"),
        ),
        "ActivityNotFound" => (
            "ActivityDoesNotExist",
            format!("Activity Does Not Exist: '{what}'"),
        ),
        "MachineNotExpress" => (
            "StateMachineTypeNotSupportedException",
            "This operation is not supported by this type of state machine".to_owned(),
        ),
        "InvalidToken" | "TaskTimedOut" | "InvalidOutput" => (error.code, error.message.clone()),
        "InvalidNext" => (
            "InvalidToken",
            format!("Invalid Token: '{}'", error.message),
        ),
        "TooManyPollers" => ("ActivityWorkerLimitExceeded", error.message.clone()),
        _ => match error.kind {
            steploom_types::Kind::Invalid => ("ValidationException", error.message.clone()),
            _ => return call.words.broken(error),
        },
    };
    call.words.refuse(code, &message)
}
