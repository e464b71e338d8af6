//! What a service answers to a task, and what the task's result becomes.
//!
//! Whoever acts (the worker, a simulator) answers in plain facts; what AWS wraps around them is made
//! here, so that every one of them and every replay gives the same. By the task's resource:
//!
//! | resource | `TaskSubmitted.output` | `TaskSucceeded.output` |
//! |---|---|---|
//! | a function | - | its answer |
//! | an activity | `null`, as soon as it is known to exist | what its worker sent |
//! | `lambda:invoke` | - | the function's answer |
//! | `states:startExecution` | - | `{executionArn, startDate}` |
//! | `states:startExecution.sync`, `.sync:2` | `{executionArn, startDate}` | the child's end, see [`Ended`] |
//! | `http:invoke` | - | `{Headers, ResponseBody, StatusCode, StatusText}` |
//! | `aws-sdk:...`, services that are mocked | - | the API's answer in AWS's names: the result |
//! | anything `.waitForTaskToken` | the call's answer, as without it | what `SendTaskSuccess` brought: the result |
//!
//! Dates are whole milliseconds since 1970. `TaskFailed` has the error and cause as they shall
//! stand; [`failure`] words those of services as AWS does. Two of them have a meaning: `States.Runtime`
//! to an activity's attempt before `TaskSubmitted` says that there is no such activity
//! ([`no_activity`]), and `States.Timeout` is told as a timeout.

use serde::Deserialize;
use serde_json::{Map, Value, json};
use steploom_asl::model::{Api, Integration, Pattern};
use steploom_types::{Json, Timestamp};

use crate::retry::RUNTIME;
use crate::{ActionId, Failure, PartialFailure, chance, lambda};

/// The error of a job that a task waited for and that did not end well.
const TASK_FAILED: &str = "States.TaskFailed";

/// How an execution that a task started ended: what `TaskSucceeded` brings, however it ended.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, serde::Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Ended {
    /// The execution's ARN.
    pub execution_arn: String,
    /// Its name.
    pub name: String,
    /// The ARN of the machine that it ran.
    pub state_machine_arn: String,
    /// `SUCCEEDED`, `FAILED`, `TIMED_OUT` or `ABORTED`.
    pub status: String,
    /// When it was started, in milliseconds since 1970.
    pub start_date: i64,
    /// When it ended, in milliseconds since 1970.
    pub stop_date: i64,
    /// Its input, as JSON text.
    pub input: String,
    /// Its output, as JSON text, if it succeeded.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub output: Option<String>,
    /// Its error, if it has one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
    /// The error's cause, if it has one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cause: Option<String>,
}

/// Which answer it is: the attempt's, from which ids are derived, and when it came.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Answered {
    pub(crate) at: Timestamp,
    pub(crate) seed: u64,
    pub(crate) action: ActionId,
}

/// The result of a call: what is told when it was submitted, or the task's result if it ends with
/// its call.
pub(crate) fn called(api: &Api, plain: &Json, version: Option<u32>, answered: Answered) -> Json {
    let Answered { at, seed, action } = answered;
    match api {
        Api::LambdaInvoke => lambda::wrap(plain, version, at, seed, action.0),
        Api::StartExecution => started(plain.value(), answered),
        Api::HttpInvoke | Api::Sfn(_) | Api::S3(_) | Api::Foreign { .. } => plain.clone(),
    }
}

/// The result of a task whose end was heard of.
///
/// # Errors
/// The failure that the job's end is to the task.
pub(crate) fn ended(
    integration: &Integration,
    plain: &Json,
    version: Option<u32>,
    answered: Answered,
) -> Result<Json, PartialFailure> {
    match (&integration.api, integration.pattern) {
        (_, Pattern::TaskToken) => Ok(plain.clone()),
        (Api::StartExecution, Pattern::Sync) => waited_for(plain, false),
        (Api::StartExecution, Pattern::Sync2) => waited_for(plain, true),
        (api, _) => Ok(called(api, plain, version, answered)),
    }
}

/// What is told when a child was submitted, of its end; none for what is no child.
pub(crate) fn submitted_by_end(
    integration: &Integration,
    end: &Json,
    answered: Answered,
) -> Option<Json> {
    match (&integration.api, integration.pattern) {
        (Api::StartExecution, Pattern::Sync | Pattern::Sync2) => {
            end_of(end).map(|_| started(end.value(), answered))
        }
        _ => None,
    }
}

/// An execution's end; none if somebody ended the task by its token.
fn end_of(plain: &Json) -> Option<Ended> {
    serde_json::from_value(plain.value().clone()).ok()
}

/// The answer to `states:startExecution`, in the wrapping of AWS.
fn started(plain: &Value, answered: Answered) -> Json {
    let arn = &plain["executionArn"];
    let date = &plain["startDate"];
    let seconds = date.as_i64().unwrap_or_default() as f64 / 1000.0;
    // The body that AWS's own service answers has the date in this form.
    let body = format!(
        "{{\"executionArn\":{arn},\"startDate\":{:.12}E9}}",
        seconds / 1e9
    );
    let length = body.len().to_string();
    let request = chance::uuid(answered.seed, answered.action.0);
    let http_date = lambda::http_date(answered.at);
    let kind = "application/x-amz-json-1.0";
    json!({
        "ExecutionArn": arn,
        "SdkHttpMetadata": {
            "AllHttpHeaders": {
                "connection": ["keep-alive"],
                "x-amzn-RequestId": [request],
                "Content-Length": [length],
                "Date": [http_date],
                "Content-Type": [kind],
            },
            "HttpHeaders": {
                "connection": "keep-alive",
                "Content-Length": length,
                "Content-Type": kind,
                "Date": http_date,
                "x-amzn-RequestId": request,
            },
            "HttpStatusCode": 200,
        },
        "SdkResponseMetadata": { "RequestId": request },
        "StartDate": date,
    })
    .into()
}

/// The result, or the failure, that the end of an execution is to the task that waited for it.
fn waited_for(plain: &Json, parses: bool) -> Result<Json, PartialFailure> {
    let Some(ended) = end_of(plain) else {
        return Ok(plain.clone());
    };
    let is_well = ended.status == "SUCCEEDED";
    let described = describe(ended, parses && is_well);
    if is_well {
        return Ok(described.into());
    }
    Err(PartialFailure {
        error: Some(TASK_FAILED.to_owned()),
        cause: Some(described.to_string()),
    })
}

/// An execution as AWS describes it to the task that waited for it. `parses`: input and output as
/// JSON, not as texts.
fn describe(ended: Ended, parses: bool) -> Value {
    let data = |text: String| {
        let parsed = serde_json::from_str(&text).ok().filter(|_| parses);
        parsed.unwrap_or(Value::String(text))
    };
    let mut fields = Map::new();
    let mut put = |name: &str, value: Value| fields.insert(name.to_owned(), value);
    if let Some(cause) = ended.cause {
        put("Cause", cause.into());
    }
    if let Some(error) = ended.error {
        put("Error", error.into());
    }
    put("ExecutionArn", ended.execution_arn.into());
    put("Input", data(ended.input));
    put("InputDetails", json!({ "Included": true }));
    put("Name", ended.name.into());
    if let Some(output) = ended.output {
        put("Output", data(output));
        put("OutputDetails", json!({ "Included": true }));
    }
    put("RedriveCount", 0.into());
    if ended.status == "SUCCEEDED" {
        let reason = "Execution is SUCCEEDED and cannot be redriven";
        put("RedriveStatus", "NOT_REDRIVABLE".into());
        put("RedriveStatusReason", reason.into());
    } else {
        put("RedriveStatus", "REDRIVABLE".into());
    }
    put("StartDate", ended.start_date.into());
    put("StateMachineArn", ended.state_machine_arn.into());
    put("Status", ended.status.into());
    put("StopDate", ended.stop_date.into());
    Value::Object(fields)
}

/// The answer to an attempt at an activity that there is not, by its ARN.
pub fn no_activity(arn: &str) -> Failure {
    Failure::new(RUNTIME, format!("The activity {arn} does not exist."))
}

/// A service's refusal of a call, in AWS's words.
///
/// `code` is the API's error without `Exception`, such as `StateMachineDoesNotExist` or `NoSuchKey`;
/// `status` is HTTP's; `request_id` may be anything that looks like one.
pub fn failure(api: &Api, code: &str, message: &str, status: u16, request_id: &str) -> Failure {
    let code = code.trim_end_matches("Exception");
    let cause = match api {
        Api::LambdaInvoke => old_form(message, "AWSLambda", status, &exception(code), request_id),
        Api::StartExecution => old_form(message, "AWSStepFunctions", status, code, request_id),
        Api::Sfn(_) => format!(
            "{message} (Service: Sfn, Status Code: {status}, Request ID: {request_id}) (SDK Attempt Count: 1)"
        ),
        Api::S3(_) => format!(
            "{message} (Service: S3, Status Code: {status}, Request ID: {request_id}, Extended Request ID: {request_id})"
        ),
        Api::HttpInvoke | Api::Foreign { .. } => message.to_owned(),
    };
    let service = match api {
        Api::LambdaInvoke => "Lambda",
        Api::StartExecution => "StepFunctions",
        Api::Sfn(_) => "Sfn",
        Api::S3(_) => "S3",
        Api::HttpInvoke => "Http",
        Api::Foreign { service, .. } => service,
    };
    Failure::new(format!("{service}.{}", exception(code)), cause)
}

fn exception(code: &str) -> String {
    format!("{code}Exception")
}

fn old_form(message: &str, service: &str, status: u16, code: &str, request_id: &str) -> String {
    format!(
        "{message} (Service: {service}; Status Code: {status}; Error Code: {code}; Request ID: {request_id}; Proxy: null)"
    )
}
