//! Invocations.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use serde::Deserialize;
use serde_json::json;
use steploom_api::port::{EventTerms, Invocation, Invoke, ReadLogs};
use steploom_types::{Error, Json, limits};

use super::name::{LATEST, Target};
use super::version::Found;
use super::{Answer, Call, failure};
use crate::Failure;
use crate::rest::Output;

/// Bytes of the end of an invocation's log that an answer carries.
const TAIL_BYTES_MAX: usize = 4 * 1024;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Input {
    function_name: String,
    qualifier: Option<String>,
    #[serde(default)]
    invocation_type: InvocationType,
    #[serde(default)]
    log_type: LogType,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
enum InvocationType {
    #[default]
    RequestResponse,
    Event,
    DryRun,
}

#[derive(Clone, Copy, Default, PartialEq, Eq, Deserialize)]
enum LogType {
    #[default]
    None,
    Tail,
}

/// `Invoke`
pub(super) async fn invoke(call: &Call<'_>) -> Answer {
    let input: Input = call.read()?;
    let target = Target::read(&input.function_name, input.qualifier.as_deref())?;
    let invoke = Invoke {
        name: target.name.clone(),
        qualifier: target.published().map(str::to_owned),
        event: event(&call.body, input.invocation_type)?,
        traceparent: call.traceparent.clone(),
    };
    let told = |error| refused(error, call, &target);
    let functions = &call.ports.functions;
    match input.invocation_type {
        InvocationType::DryRun => {
            Found::find(call, &target).await?;
            Ok(json!({"StatusCode": 204}).into())
        }
        InvocationType::Event => {
            let terms = EventTerms {
                name: None,
                retries: limits::function::EVENT_RETRIES_MAX,
            };
            let started = functions.invoke_async(call.account, invoke, terms).await;
            started.map_err(told)?;
            Ok(json!({"StatusCode": 202}).into())
        }
        InvocationType::RequestResponse => {
            let invocation = functions.invoke(call.account, invoke).await;
            let invocation = invocation.map_err(told)?;
            let mut output = answer(&invocation);
            if input.log_type == LogType::Tail {
                let tail = tail(call, &target, &invocation).await?;
                output.fields.insert("LogResult".to_owned(), tail.into());
            }
            Ok(output)
        }
    }
}

/// # Errors
/// `InvalidRequestContentException`; `RequestTooLargeException`.
fn event(body: &Bytes, kind: InvocationType) -> Result<Json, Failure> {
    let most = match kind {
        InvocationType::Event => limits::LAMBDA_EVENT_BYTES_MAX,
        _ => limits::INVOKE_BODY_BYTES_MAX,
    };
    if body.len() > most {
        let length = body.len();
        return Err(Failure::new(
            "RequestTooLargeException",
            format!(
                "{length} byte payload is too large for the {kind:?} invocation type (limit {most} bytes)"
            ),
        ));
    }
    if body.is_empty() {
        return Ok(Json::empty_object());
    }
    Json::parse_bytes(body).map_err(|error| {
        Failure::new(
            "InvalidRequestContentException",
            format!("Could not parse request body into json: {}", error.message),
        )
    })
}

fn answer(invocation: &Invocation) -> Output {
    let mut fields = json!({"StatusCode": 200, "ExecutedVersion": version(invocation)});
    let payload = match &invocation.outcome {
        Ok(result) => Bytes::copy_from_slice(result.text().as_bytes()),
        Err(failed) => {
            fields["FunctionError"] = "Unhandled".into();
            let object = failed.object.clone();
            let object = object.unwrap_or_else(|| lambda_error(failed, &invocation.request_id));
            object.into()
        }
    };
    Output {
        payload: Some(payload),
        ..fields.into()
    }
}

/// The version that ran, as Lambda calls it.
fn version(invocation: &Invocation) -> String {
    let release = invocation.release.map(|number| number.to_string());
    release.unwrap_or_else(|| LATEST.to_owned())
}

/// What Lambda says of a function that failed without saying how.
fn lambda_error(failed: &steploom_api::port::FunctionFailure, request_id: &str) -> String {
    let cause = &failed.cause;
    let of_request = || format!("RequestId: {request_id} Error: {cause}");
    let (kind, message) = match failed.error.as_str() {
        "States.Timeout" => ("Sandbox.Timedout", of_request()),
        "Function.ExitCode" => ("Runtime.ExitError", of_request()),
        error => (error, cause.clone()),
    };
    json!({"errorMessage": message, "errorType": kind}).to_string()
}

/// The end of the invocation's log, as Lambda frames it, in Base64.
async fn tail(
    call: &Call<'_>,
    target: &Target,
    invocation: &Invocation,
) -> Result<String, Failure> {
    let id = &invocation.request_id;
    let mut text = format!("START RequestId: {id} Version: {}\n", version(invocation));
    let mut next = None;
    loop {
        let read = ReadLogs {
            request_id: Some(id.clone()),
            limit: limits::PAGE_SIZE_MAX,
            next,
            ..ReadLogs::default()
        };
        let page = call.ports.logs.read(call.account, &target.name, read).await;
        let page = page.map_err(|error| failure(error, &target.arn(call)))?;
        for line in &page.items {
            text.push_str(&line.message);
            text.push('\n');
        }
        cut(&mut text);
        next = page.next;
        if next.is_none() {
            break;
        }
    }
    let duration_ms = invocation.duration_us as f64 / 1_000.0;
    let billed_ms = invocation.duration_us.div_ceil(1_000);
    let used_mb = invocation.memory_bytes.div_ceil(1024 * 1024);
    let end = format!(
        "END RequestId: {id}\nREPORT RequestId: {id}\tDuration: {duration_ms:.2} ms\tBilled Duration: {billed_ms} ms\tMax Memory Used: {used_mb} MB\t\n"
    );
    text.push_str(&end);
    cut(&mut text);
    Ok(STANDARD.encode(text))
}

/// Leaves the end.
fn cut(text: &mut String) {
    let mut from = text.len().saturating_sub(TAIL_BYTES_MAX);
    while !text.is_char_boundary(from) {
        from += 1;
    }
    text.drain(..from);
}

fn refused(error: Error, call: &Call<'_>, target: &Target) -> Failure {
    match error.code {
        "TooManyRequests" => Failure {
            error: Some(Box::new(error)),
            ..Failure::new("TooManyRequestsException", "Rate Exceeded.")
        },
        "InputTooLarge" => Failure::new("RequestTooLargeException", error.message),
        _ => failure(error, &target.qualified_arn(call)),
    }
}
