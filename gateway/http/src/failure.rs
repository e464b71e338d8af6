//! The one place where an error becomes an answer: [`Problem`] as `application/problem+json`.
//!
//! A handler returns a [`Failure`]; it travels as an extension of an empty response up to the edge,
//! which knows the request's id, logs it once and writes the body. What only an operator should see
//! (`Error::detail`) goes to the log and never into the body.

use std::sync::Arc;

use axum::body::Body;
use axum::http::header::{CONNECTION, CONTENT_TYPE, RETRY_AFTER, WWW_AUTHENTICATE};
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use steploom_api::port::FunctionFailure;
use steploom_api::wire::{Problem, ProblemItem};
use steploom_auth::failure::is_unauthenticated;
use steploom_types::{Error, Kind};

/// The content type of every error.
pub(crate) const PROBLEM_JSON: &str = "application/problem+json";

/// Seconds after which a caller may come back when the error itself does not say.
const RETRY_AFTER_S_DEFAULT: u32 = 1;

/// An answer of status 400 and above.
#[derive(Clone, Debug)]
pub(crate) struct Failure {
    pub(crate) status: StatusCode,
    pub(crate) error: Box<Error>,
    /// How the function failed, if that is what happened.
    function: Option<Box<(FunctionFailure, String)>>,
}

/// A handler's result.
pub(crate) type Answer<T = Response> = Result<T, Failure>;

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        let status = match error.kind {
            Kind::Invalid if error.code == "InputTooLarge" => StatusCode::PAYLOAD_TOO_LARGE,
            Kind::Invalid => StatusCode::BAD_REQUEST,
            Kind::NotFound => StatusCode::NOT_FOUND,
            Kind::Conflict => StatusCode::CONFLICT,
            Kind::Denied if is_unauthenticated(&error) => StatusCode::UNAUTHORIZED,
            Kind::Denied => StatusCode::FORBIDDEN,
            Kind::Exhausted => StatusCode::TOO_MANY_REQUESTS,
            Kind::Fenced | Kind::Unavailable => StatusCode::SERVICE_UNAVAILABLE,
            Kind::Corrupt | Kind::Internal => StatusCode::INTERNAL_SERVER_ERROR,
        };
        Self::with_status(status, error)
    }
}

impl Failure {
    /// An error that only HTTP knows, with a status of its own.
    pub(crate) fn with_status(status: StatusCode, error: Error) -> Self {
        Self {
            status,
            error: Box::new(error),
            function: None,
        }
    }

    /// The request is wrong at `place`, such as `query/limit`.
    pub(crate) fn invalid_at(place: &str, mut error: Error) -> Self {
        if error.problems.is_empty() {
            error.problems.push(steploom_types::error::Problem {
                code: error.code.to_owned(),
                path: place.to_owned(),
                message: error.message.clone(),
            });
        }
        error.into()
    }

    /// The function that was invoked failed: an answer of a gateway whose upstream failed.
    pub(crate) fn of_function(failure: FunctionFailure, invocation_id: &str) -> Self {
        let status = if failure.error == "States.Timeout" {
            StatusCode::GATEWAY_TIMEOUT
        } else {
            StatusCode::BAD_GATEWAY
        };
        let message = format!("the function failed with {}", failure.error);
        Self {
            status,
            error: Box::new(Error::new(Kind::Invalid, "FunctionFailed", message)),
            function: Some(Box::new((failure, invocation_id.to_owned()))),
        }
    }

    /// Logs it, once, with the method and the route that were asked for. Whoever renders or sends it
    /// calls this.
    pub(crate) fn log(&self, request_id: &str, (method, route): (&str, &str)) {
        let (status, error) = (self.status.as_u16(), &*self.error);
        match error.kind {
            Kind::Internal | Kind::Corrupt => {
                tracing::error!(request_id, method, route, status, %error, "request failed");
            }
            Kind::Unavailable | Kind::Fenced => {
                tracing::warn!(request_id, method, route, status, %error, "request not served");
            }
            _ => tracing::debug!(request_id, method, route, status, %error, "request refused"),
        }
    }

    /// What the caller learns.
    pub(crate) fn to_problem(&self, request_id: &str) -> Problem {
        let item = |problem: &steploom_types::error::Problem| ProblemItem {
            code: problem.code.clone(),
            path: problem.path.clone(),
            message: problem.message.clone(),
        };
        let function = self.function.as_deref();
        Problem {
            status: self.status.as_u16(),
            code: self.error.code.to_owned(),
            title: self.error.message.clone(),
            request_id: Some(request_id.to_owned()),
            problems: self.error.problems.iter().map(item).collect(),
            error: function.map(|(failure, _)| failure.error.clone()),
            cause: function.map(|(failure, _)| failure.cause.clone()),
            stack_trace: function.map_or_else(Vec::new, |(failure, _)| stack_trace(failure)),
            invocation_id: function.map(|(_, id)| id.clone()),
        }
    }

    /// When to try again, if that helps at all.
    fn retry_after_s(&self) -> Option<u32> {
        let helps = matches!(
            self.error.kind,
            Kind::Exhausted | Kind::Unavailable | Kind::Fenced
        );
        self.error
            .retry_after_s
            .or_else(|| helps.then_some(RETRY_AFTER_S_DEFAULT))
    }

    /// Writes the problem into the response that carried it; headers already there stay.
    fn write_to(&self, response: &mut Response, request_id: &str) {
        let body = serde_json::to_vec(&self.to_problem(request_id)).unwrap_or_default();
        *response.status_mut() = self.status;
        *response.body_mut() = Body::from(body);
        let headers = response.headers_mut();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static(PROBLEM_JSON));
        if let Some(seconds) = self.retry_after_s() {
            headers.insert(RETRY_AFTER, HeaderValue::from(seconds));
        }
        if self.status == StatusCode::UNAUTHORIZED {
            headers.insert(WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        if self.status == StatusCode::REQUEST_TIMEOUT {
            headers.insert(CONNECTION, HeaderValue::from_static("close"));
        }
    }
}

/// Where a function failed, if its error says so as Lambda's runtimes do.
fn stack_trace(failure: &FunctionFailure) -> Vec<String> {
    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct Told {
        stack_trace: Vec<String>,
    }
    let object = failure.object.as_deref().unwrap_or_default();
    serde_json::from_str(object).map_or_else(|_| Vec::new(), |told: Told| told.stack_trace)
}

impl IntoResponse for Failure {
    fn into_response(self) -> Response {
        let mut response = self.status.into_response();
        response.extensions_mut().insert(Arc::new(self));
        response
    }
}

/// Logs and writes the failure that a response carries, if it carries one.
pub(crate) fn render(response: &mut Response, request_id: &str, asked: (&str, &str)) {
    if let Some(failure) = response.extensions_mut().remove::<Arc<Failure>>() {
        failure.log(request_id, asked);
        failure.write_to(response, request_id);
    }
}
