//! `POST /`: the wire protocol of AWS Step Functions, told by the header `X-Amz-Target`. It is not in the OpenAPI
//! document, as AWS's own model describes it.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::header::CONTENT_TYPE;
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use serde_json::json;
use steploom_auth::failure::Wording;
use steploom_aws::{Failure, STATES_TARGET};

use crate::app::App;
use crate::body;
use crate::edge::{Account, RequestId, Who};
use crate::failure;
use crate::need;

const TARGET: HeaderName = HeaderName::from_static("x-amz-target");
const REQUEST_ID: HeaderName = HeaderName::from_static("x-amzn-requestid");
const ERROR_TYPE: HeaderName = HeaderName::from_static("x-amzn-errortype");
const JSON: HeaderValue = HeaderValue::from_static("application/x-amz-json-1.0");

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
    let answer = match body::read(&app, request, bound).await {
        Ok((bytes, _held)) => match need::require_states(who.caller(), &operation, &bytes) {
            Ok(()) => steploom_aws::states(&app.ports, account, &operation, &bytes).await,
            Err(error) => Err(in_awss_words(error.into())),
        },
        Err(failure) => Err(in_awss_words(failure)),
    };
    let response = match answer {
        Ok(output) => Body::from(output.to_string()).into_response(),
        Err(failure) => refused(&failure, request_id.text()),
    };
    with_headers(response, request_id.text())
}

/// Whether a request speaks one of AWS's JSON protocols, and wants its refusals so.
pub(crate) fn is_json(headers: &HeaderMap) -> bool {
    headers.contains_key(&TARGET)
}

/// What the edge refuses, such as a signature that does not match.
pub(crate) fn refuse(failure: failure::Failure, request_id: &str) -> Response {
    with_headers(refused(&in_awss_words(failure), request_id), request_id)
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

fn with_headers(mut response: Response, request_id: &str) -> Response {
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, JSON);
    if let Ok(id) = HeaderValue::from_str(request_id) {
        headers.insert(REQUEST_ID, id);
    }
    response
}

/// An error, logged where it is ours.
fn refused(failure: &Failure, request_id: &str) -> Response {
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
    let body = json!({"__type": code, "message": failure.message});
    let status = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let mut response = (status, body.to_string()).into_response();
    if let Ok(code) = HeaderValue::from_str(code) {
        response.headers_mut().insert(ERROR_TYPE, code);
    }
    response
}
