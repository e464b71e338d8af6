//! `POST /v1/functions/{name}/invoke`: the hot path. The event goes in and the answer goes out
//! without being copied.

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue};
use axum::response::{IntoResponse, Response};
use steploom_api::port::{Invocation, Invoke};
use steploom_api::wire;
use steploom_types::{Name, limits};

use crate::app::App;
use crate::body::{self, Bound, JsonText};
use crate::edge::Account;
use crate::extract::{At, Query};
use crate::failure::{Answer, Failure};

const REQUEST_ID: HeaderName = HeaderName::from_static("x-steploom-request-id");
const VERSION: HeaderName = HeaderName::from_static("x-steploom-version");
const DURATION_US: HeaderName = HeaderName::from_static("x-steploom-duration-us");
const FUEL: HeaderName = HeaderName::from_static("x-steploom-fuel");

const EVENT: Bound = Bound {
    bytes_max: limits::INVOKE_BODY_BYTES_MAX,
    what: "the event of a synchronous invocation",
};

/// Invokes a function and waits for its answer. Nothing is journaled.
///
/// The body is the event (`{}` if empty); the answer's body is what the function answered, as it is.
#[utoipa::path(post, path = "/v1/functions/{name}/invoke", tag = "functions",
    params(
        ("name" = String, Path, description = "The function's name", example = "count"),
        wire::InvokeFunction
    ),
    request_body(content = Option<serde_json::Value>, description = "The event", content_type = "application/json", example = json!({"text": "to be or not to be"})),
    responses(
        (status = 200, description = "What the function answered", body = serde_json::Value, content_type = "application/json",
            headers(
                ("x-steploom-request-id" = String, description = "The invocation's id, under which its logs are found"),
                ("x-steploom-version" = u32, description = "The version that ran"),
                ("x-steploom-duration-us" = u64, description = "Microseconds of wall time in the sandbox"),
                ("x-steploom-fuel" = u64, description = "Fuel used"),
            ),
            example = json!({"words": 6})),
        (status = 502, description = "The function failed", body = wire::Problem, content_type = "application/problem+json",
            example = json!({"status": 502, "code": "FunctionFailed", "title": "the function failed with Function.OutOfFuel", "requestId": "4f0c", "error": "Function.OutOfFuel", "cause": "it used up its fuel of 50000000000"})),
        (status = 504, description = "The function did not answer in time (`States.Timeout`)", body = wire::Problem, content_type = "application/problem+json"),
    ))]
pub(crate) async fn invoke_function(
    State(app): State<Arc<App>>,
    Account(account): Account,
    At(name): At<Name>,
    Query(query): Query<wire::InvokeFunction>,
    request: Request,
) -> Answer {
    let (invoke, _held) = read(&app, name, query.qualifier, request, EVENT).await?;
    let invocation = app.ports.functions.invoke(account, invoke).await?;
    Ok(answer(invocation))
}

/// The invocation that a request asks for.
pub(super) async fn read(
    app: &App,
    name: Name,
    qualifier: Option<String>,
    request: Request,
    bound: Bound,
) -> Answer<(Invoke, body::Held)> {
    body::ensure_json(request.headers())?;
    let traceparent = traceparent(request.headers());
    let (bytes, held) = body::read_json(app, request, bound).await?;
    let invoke = Invoke {
        name,
        qualifier,
        event: body::parse_json(&bytes)?,
        traceparent,
    };
    Ok((invoke, held))
}

fn answer(invocation: Invocation) -> Response {
    let mut response = match invocation.outcome {
        Ok(result) => JsonText(result).into_response(),
        Err(failure) => Failure::of_function(failure, &invocation.request_id).into_response(),
    };
    let headers = response.headers_mut();
    if let Ok(id) = HeaderValue::try_from(invocation.request_id) {
        headers.insert(REQUEST_ID, id);
    }
    headers.insert(VERSION, HeaderValue::from(invocation.version));
    headers.insert(DURATION_US, HeaderValue::from(invocation.duration_us));
    headers.insert(FUEL, HeaderValue::from(invocation.fuel_used));
    response
}

/// The caller's trace, if it is well-formed (W3C Trace Context, version 00); else it has none.
pub(crate) fn traceparent(headers: &HeaderMap) -> Option<String> {
    let text = headers.get("traceparent")?.to_str().ok()?;
    let lengths = [2, 32, 16, 2];
    let mut parts = text.split('-');
    let is_hex = |part: &str| part.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'));
    let fits = lengths.into_iter().all(|length| {
        parts
            .next()
            .is_some_and(|part| part.len() == length && is_hex(part))
    });
    (fits && parts.next().is_none() && text.starts_with("00-")).then(|| text.to_owned())
}

#[cfg(test)]
mod tests;
