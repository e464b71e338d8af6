//! States by themselves.

use async_trait::async_trait;
use steploom_types::{AccountId, Json, Result};

/// Tests one state of a definition.
#[async_trait]
pub trait TestStates: Send + Sync {
    /// Runs a state on an input, and says what it does: request and answer are those of AWS's `TestState`, in
    /// their form in JSON. Functions of the account are called, where no mock answers in their place; other services
    /// are not. Nothing is kept.
    ///
    /// # Errors
    /// `Invalid` / `ValidationException`, `InvalidDefinition` or `InvalidExecutionInput`; `Exhausted` /
    /// `TooManyRequests` when too many are tested on this node.
    async fn test_state(&self, account: AccountId, request: Json) -> Result<Json>;
}
