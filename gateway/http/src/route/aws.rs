//! `POST /`: the wire protocol of AWS Step Functions, told by the header `X-Amz-Target`; and the paths of
//! EventBridge Scheduler. They are not in the OpenAPI document, as AWS's own models describe them.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::rejection::PathRejection;
use axum::extract::{Path, Query, Request, State};
use axum::http::header::CONTENT_TYPE;
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use serde_json::json;
use steploom_auth::failure::Wording;
use steploom_aws::{Failure, STATES_TARGET, SchedulerRequest};
use steploom_types::{Error, limits};

use crate::app::App;
use crate::body::{self, Bound};
use crate::edge::{Account, RequestId, Who};
use crate::failure;
use crate::need;

const TARGET: HeaderName = HeaderName::from_static("x-amz-target");
pub(super) const REQUEST_ID: HeaderName = HeaderName::from_static("x-amzn-requestid");
const ERROR_TYPE: HeaderName = HeaderName::from_static("x-amzn-errortype");
const JSON: HeaderValue = HeaderValue::from_static("application/x-amz-json-1.0");

const REST_JSON: HeaderValue = HeaderValue::from_static("application/json");

/// A schedule with the largest input, as text in text.
const SCHEDULE: Bound = Bound {
    bytes_max: 2 * limits::PAYLOAD_BYTES_MAX + 64 * 1024,
    what: "a request to EventBridge Scheduler",
};

/// A request to EventBridge Scheduler.
pub(crate) async fn scheduler(
    State(app): State<Arc<App>>,
    Account(account): Account,
    who: Who,
    request_id: RequestId,
    name: Result<Option<Path<String>>, PathRejection>,
    request: Request,
) -> Response {
    let Ok(name) = name else {
        let error = Error::invalid("ValidationException", "The path is not UTF-8.");
        let failure = Failure::from_http(400, error);
        return with_headers(
            refused(&failure, request_id.text()),
            REST_JSON,
            request_id.text(),
        );
    };
    let method = request.method().clone();
    let uri = request.uri().clone();
    let query = Query::<Vec<(String, String)>>::try_from_uri(&uri);
    let query = query.map(|Query(query)| query).unwrap_or_default();
    let answer = match body::read_json(&app, request, SCHEDULE).await {
        Ok((bytes, _held)) => {
            let request = SchedulerRequest {
                method: method.as_str(),
                collection: uri.path().split('/').nth(1).unwrap_or_default(),
                name: name.as_ref().map(|Path(name)| name.as_str()),
                query: &query,
                body: &bytes,
            };
            match need::require_scheduler(who.caller(), request) {
                Ok(()) => steploom_aws::scheduler(&app.ports, account, request).await,
                Err(denied) => Err(in_awss_words(denied.into())),
            }
        }
        Err(failure) => Err(in_awss_words(failure)),
    };
    let response = match answer {
        Ok(output) => Body::from(output.to_string()).into_response(),
        Err(failure) => refused(&failure, request_id.text()),
    };
    with_headers(response, REST_JSON, request_id.text())
}

/// A request to Step Functions.
pub(crate) async fn states(
    State(app): State<Arc<App>>,
    Account(account): Account,
    who: Who,
    request_id: RequestId,
    request: Request,
) -> Response {
    let target = request.headers().get(&TARGET);
    let target = target.and_then(|target| target.to_str().ok());
    let operation = target.and_then(|target| target.strip_prefix(STATES_TARGET));
    let operation = operation.unwrap_or_default().to_owned();
    let bound = body::bound_of_data(&request, "a request to Step Functions");
    let answer = match body::read_json(&app, request, bound).await {
        Ok((bytes, _held)) => {
            let input = steploom_aws::states_input(&bytes);
            let may = need::require_states(who.caller(), &operation, input.as_ref().ok());
            match may {
                Ok(()) => steploom_aws::states(&app.ports, account, &operation, input).await,
                Err(error) => Err(in_awss_words(error.into())),
            }
        }
        Err(failure) => Err(in_awss_words(failure)),
    };
    let response = match answer {
        Ok(output) => Body::from(output).into_response(),
        Err(failure) => refused(&failure, request_id.text()),
    };
    with_headers(response, JSON, request_id.text())
}

/// Whether a request speaks one of AWS's JSON protocols, and wants its refusals so.
pub(crate) fn is_json(headers: &HeaderMap) -> bool {
    headers.contains_key(&TARGET)
}

/// Whether a path is one of Lambda's or of Scheduler's.
pub(crate) fn is_rest(path: &str) -> bool {
    let first = path.split('/').nth(1);
    matches!(first, Some("schedules" | "schedule-groups" | "tags")) || steploom_aws::is_lambda(path)
}

/// What the edge refuses of these.
pub(crate) fn refuse_rest(failure: failure::Failure, request_id: &str) -> Response {
    with_headers(
        refused(&in_awss_words(failure), request_id),
        REST_JSON,
        request_id,
    )
}

/// What the edge refuses, such as a signature that does not match.
pub(crate) fn refuse(failure: failure::Failure, request_id: &str) -> Response {
    let response = refused(&in_awss_words(failure), request_id);
    with_headers(response, JSON, request_id)
}

fn in_awss_words(failure: failure::Failure) -> Failure {
    let (status, error) = (failure.status.as_u16(), *failure.error);
    match steploom_auth::failure::aws(&error, Wording::Json) {
        Some((status, code)) => Failure {
            code: code.to_owned(),
            message: error.message.clone(),
            status,
            error: Some(Box::new(error)),
        },
        None => Failure::from_http(status, error),
    }
}

fn with_headers(mut response: Response, kind: HeaderValue, request_id: &str) -> Response {
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, kind);
    if let Ok(id) = HeaderValue::from_str(request_id) {
        headers.insert(REQUEST_ID, id);
    }
    response
}

/// Logs an error: as ours where it is.
pub(super) fn log(failure: &Failure, request_id: &str) {
    let (status, code) = (failure.status, failure.code.as_str());
    match &failure.error {
        Some(error) if status >= 500 => {
            tracing::error!(request_id, status, code, %error, "request failed");
        }
        _ => tracing::debug!(
            request_id,
            status,
            code,
            message = failure.message,
            "refused"
        ),
    }
}

/// An answer that refuses.
fn refused(failure: &Failure, request_id: &str) -> Response {
    log(failure, request_id);
    let (status, code) = (failure.status, failure.code.as_str());
    let body = json!({"__type": code, "message": failure.message});
    let status = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let mut response = (status, body.to_string()).into_response();
    if let Ok(code) = HeaderValue::from_str(code) {
        response.headers_mut().insert(ERROR_TYPE, code);
    }
    response
}
