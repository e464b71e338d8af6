//! `/2015-03-31/...` and its later dates: the wire protocol of AWS Lambda. It is not in the OpenAPI document, as
//! AWS's own model describes it.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use steploom_aws::Failure;
use steploom_types::limits;

use super::aws;
use crate::app::App;
use crate::body::{self, Bound};
use crate::edge::{self, Account, RequestId, Who};
use crate::extract::host;
use crate::need;

/// What ends the path of an invocation.
const INVOCATIONS: &str = "/invocations";
const ZIP: Bound = Bound {
    bytes_max: limits::LAMBDA_REQUEST_BYTES_MAX,
    what: "a request to Lambda",
};
const EVENT: Bound = Bound {
    // So much more that an event that is too large is refused in Lambda's words.
    bytes_max: limits::INVOKE_BODY_BYTES_MAX + 1024 * 1024,
    what: "the event of an invocation",
};

/// A request whose path has no route: one to Lambda, or one to nothing.
pub(super) async fn or_unknown(
    State(app): State<Arc<App>>,
    Account(account): Account,
    who: Who,
    request_id: RequestId,
    request: Request,
) -> Response {
    if !steploom_aws::is_lambda(request.uri().path()) {
        return edge::unknown_route(&request).into_response();
    }
    let is_event = request.uri().path().ends_with(INVOCATIONS);
    let bound = if is_event { EVENT } else { ZIP };
    let (uri, method) = (request.uri().clone(), request.method().clone());
    let headers = request.headers().clone();
    let id = request_id.text();
    let (bytes, _held) = match body::read_json(&app, request, bound).await {
        Ok(read) => read,
        Err(refused) => {
            return before(
                &Failure::from_http(refused.status.as_u16(), *refused.error),
                id,
            );
        }
    };
    let header = |name: &str| match name {
        "host" => Some(host(&uri, &headers).to_owned()).filter(|host| !host.is_empty()),
        _ => text_of(&headers, name),
    };
    let asked = steploom_aws::Request {
        method: method.as_str(),
        path: uri.path(),
        query: uri.query().unwrap_or_default(),
        header: &header,
        body: bytes,
    };
    if let Err(error) = need::require_lambda(who.caller(), &asked) {
        return before(&Failure::from_http(403, error), id);
    }
    let (answer, failure) = steploom_aws::lambda(&app.ports, account, asked).await;
    if let Some(failure) = failure {
        aws::log(&failure, id);
    }
    written(answer, id)
}

/// What is refused before it is carried out.
fn before(failure: &Failure, request_id: &str) -> Response {
    aws::log(failure, request_id);
    written(steploom_aws::lambda_refusal(failure), request_id)
}

fn text_of(headers: &HeaderMap, name: &str) -> Option<String> {
    let text = headers.get(name)?.to_str().ok()?;
    Some(text.to_owned())
}

/// The answer as it goes out.
fn written(answer: steploom_aws::Response, request_id: &str) -> Response {
    let status = StatusCode::from_u16(answer.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let mut response = (status, Body::from(answer.body)).into_response();
    let headers = response.headers_mut();
    for (name, value) in &answer.headers {
        let name = HeaderName::from_bytes(name.as_bytes());
        if let (Ok(name), Ok(value)) = (name, HeaderValue::from_str(value)) {
            headers.insert(name, value);
        }
    }
    if let Ok(id) = HeaderValue::from_str(request_id) {
        headers.insert(aws::REQUEST_ID, id);
    }
    response
}
