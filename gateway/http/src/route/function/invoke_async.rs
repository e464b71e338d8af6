//! `POST /v1/functions/{name}/invoke-async`

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::StatusCode;
use steploom_api::port::EventTerms;
use steploom_api::wire;
use steploom_types::{Name, limits};

use super::invoke;
use crate::app::App;
use crate::body::Bound;
use crate::edge::Account;
use crate::extract::{At, Query};
use crate::failure::Answer;
use crate::route::execution::accepted;

const EVENT: Bound = Bound {
    bytes_max: limits::PAYLOAD_BYTES_MAX,
    what: "the event of an asynchronous invocation",
};

/// Invokes a function later, durably: the answer is an execution, whose output will be the
/// function's answer. When it is there, the invocation survives a crash.
#[utoipa::path(post, path = "/v1/functions/{name}/invoke-async", tag = "functions",
    params(
        ("name" = String, Path, description = "The function's name", example = "count"),
        wire::InvokeFunctionAsync
    ),
    request_body(content = Option<serde_json::Value>, description = "The event", content_type = "application/json", example = json!({"text": "to be or not to be"})),
    responses(
        (status = 202, description = "Accepted", body = wire::Execution, headers(("Location" = String, description = "The execution"))),
        (status = 409, description = "The name is taken", body = wire::Problem, content_type = "application/problem+json"),
    ))]
pub(crate) async fn invoke_function_async(
    State(app): State<Arc<App>>,
    Account(account): Account,
    At(name): At<Name>,
    Query(query): Query<wire::InvokeFunctionAsync>,
    request: Request,
) -> Answer {
    let (invoke, _held) = invoke::read(&app, name, query.qualifier, request, EVENT).await?;
    let terms = EventTerms {
        name: query.name,
        retries: 0,
    };
    let functions = &app.ports.functions;
    let execution = functions.invoke_async(account, invoke, terms).await?;
    Ok(accepted(StatusCode::ACCEPTED, &execution))
}
