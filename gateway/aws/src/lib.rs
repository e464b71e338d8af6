//! The wire protocols of AWS, spoken on the gateway's ports.
//!
//! What a request may hold comes from AWS's own service models, as botocore ships them (`model/`): an operation
//! reads fields that were checked against them, and says what is wrong in AWS's words. Who calls was
//! found out before.

mod check;
mod failure;
mod lambda;
mod model;
mod page;
mod rest;
mod scheduler;
mod states;
pub mod url;

use serde_json::{Map, Value};
use steploom_api::Ports;
use steploom_types::AccountId;

pub use failure::Failure;
pub use rest::{Request, Response};
pub use scheduler::SchedulerRequest;
pub use url::UrlRequest;

/// How the target of a request to Step Functions begins, in the header `X-Amz-Target`.
pub const STATES_TARGET: &str = "AWSStepFunctions.";

/// What a request holds: the members of its input.
pub type Input = Map<String, Value>;

/// What an operation gives: the members of its output.
pub type Answer = Result<Value, Failure>;

/// What a request to Step Functions holds.
///
/// # Errors
/// `SerializationException` if it is no JSON object.
pub fn states_input(body: &[u8]) -> Result<Input, Failure> {
    match serde_json::from_slice(body) {
        Ok(Value::Object(input)) => Ok(input),
        _ if body.is_empty() => Ok(Input::new()),
        _ => Err(Failure::new("SerializationException", "")),
    }
}

/// Carries out a request to Step Functions: `operation` is what follows [`STATES_TARGET`]. The answer is the
/// text of the output's JSON.
///
/// # Errors
/// As AWS names them: `UnknownOperationException`, then that of the input, `SerializationException`, `ValidationException`,
/// and those of the operation.
pub async fn states(
    ports: &Ports,
    account: AccountId,
    operation: &str,
    input: Result<Input, Failure>,
) -> Result<String, Failure> {
    states::answer(ports, account, operation, input).await
}

/// Carries out a request to EventBridge Scheduler.
///
/// # Errors
/// As AWS names them: `ValidationException`, `ResourceNotFoundException`, `ConflictException` and so on.
pub async fn scheduler(ports: &Ports, account: AccountId, request: SchedulerRequest<'_>) -> Answer {
    scheduler::answer(ports, account, request).await
}

/// Whether a path is one of Lambda's: these begin with a date of its interface, such as `/2015-03-31/`.
pub fn is_lambda(path: &str) -> bool {
    let mut operations = model::LAMBDA.operations.values();
    let first = path.split('/').nth(1).filter(|first| !first.is_empty());
    first.is_some() && operations.any(|operation| operation.uri.split('/').nth(1) == first)
}

/// Which operation of Lambda a request asks for, and the function that it is about, if it names one. `None` for a request
/// that asks for nothing that there is.
pub fn lambda_asks(request: &Request<'_>) -> Option<(&'static str, Option<String>)> {
    lambda::asks(request)
}

/// Carries out a request to Lambda. Beside an answer that refuses stands why, for the log.
pub async fn lambda(
    ports: &Ports,
    account: AccountId,
    request: Request<'_>,
) -> (Response, Option<Failure>) {
    lambda::answer(ports, account, request).await
}

/// An answer to a request to Lambda that was refused before it was carried out.
pub fn lambda_refusal(failure: &Failure) -> Response {
    lambda::refusal(failure)
}
