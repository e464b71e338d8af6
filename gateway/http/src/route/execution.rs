//! Executions: a file an endpoint.

use axum::http::header::LOCATION;
use axum::http::{HeaderValue, StatusCode};
use axum::response::Response;
use steploom_api::wire;
use steploom_auth::{Area, Need, Verb};

use crate::body::answer_json;

pub(crate) mod counts;
pub(crate) mod events;
pub(crate) mod get;
pub(crate) mod history;
pub(crate) mod list;
pub(crate) mod pause;
pub(crate) mod redrive;
pub(crate) mod release;
pub(crate) mod resume;
pub(crate) mod run_sync;
pub(crate) mod start;
pub(crate) mod start_batch;
pub(crate) mod stop;

/// What starting an execution of a machine needs.
const START: Need = Need {
    area: Area::Executions,
    verb: Verb::Invoke,
};

/// An execution that was accepted, and where to find it.
pub(crate) fn accepted(status: StatusCode, execution: &wire::Execution) -> Response {
    let mut response = answer_json(status, execution);
    let location = format!("/v1/executions/{}", execution.summary.id);
    if let Ok(location) = HeaderValue::try_from(location) {
        response.headers_mut().insert(LOCATION, location);
    }
    response
}
