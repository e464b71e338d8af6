//! Tasks that somebody outside ends.

use async_trait::async_trait;
use steploom_types::{AccountId, Json, Result};

use crate::wire;

/// Tasks of an account's executions, by their tokens. When a method returns, what was said survives
/// a crash.
///
/// Every method fails with `Invalid` / `InvalidToken` when the token is none of this account's, and
/// with `NotFound` / `TaskTimedOut` when nobody waits for the task any more.
#[async_trait]
pub trait Tasks: Send + Sync {
    /// Ends a task with its result.
    ///
    /// # Errors
    /// `Invalid` / `InvalidOutput` besides, when the result is larger than a state's data may be.
    async fn succeed(&self, account: AccountId, token: &str, output: Json) -> Result<()>;

    /// Ends a task with a failure.
    async fn fail(&self, account: AccountId, token: &str, failure: wire::FailTask) -> Result<()>;

    /// Says that a task is still being worked on: its `HeartbeatSeconds` begin anew.
    async fn heartbeat(&self, account: AccountId, token: &str) -> Result<()>;
}
