//! The wire protocols of AWS, spoken on the gateway's ports.
//!
//! What a request may hold comes from AWS's own service models, as botocore ships them (`model/`): an operation
//! reads fields that were checked against them, and says what is wrong in AWS's words. Who calls was
//! found out before.

mod check;
mod failure;
mod model;
mod page;
mod scheduler;
mod states;

use steploom_api::Ports;
use steploom_types::AccountId;

pub use failure::Failure;
pub use scheduler::SchedulerRequest;

/// How the target of a request to Step Functions begins, in the header `X-Amz-Target`.
pub const STATES_TARGET: &str = "AWSStepFunctions.";

/// What an operation gives: the members of its output.
pub type Answer = Result<serde_json::Value, Failure>;

/// Carries out a request to Step Functions: `operation` is what follows [`STATES_TARGET`], `body` is JSON.
///
/// # Errors
/// As AWS names them: `UnknownOperationException`, `SerializationException`, `ValidationException`, and those of the operation.
pub async fn states(ports: &Ports, account: AccountId, operation: &str, body: &[u8]) -> Answer {
    states::answer(ports, account, operation, body).await
}

/// Carries out a request to EventBridge Scheduler.
///
/// # Errors
/// As AWS names them: `ValidationException`, `ResourceNotFoundException`, `ConflictException` and so on.
pub async fn scheduler(ports: &Ports, account: AccountId, request: SchedulerRequest<'_>) -> Answer {
    scheduler::answer(ports, account, request).await
}
