//! Map runs.

use async_trait::async_trait;
use steploom_types::{AccountId, ExecutionId, Result};

use crate::wire;

/// Map runs of an account's executions.
#[async_trait]
pub trait MapRuns: Send + Sync {
    /// The map runs of an execution. `NotFound` / `ExecutionNotFound`.
    async fn list(&self, account: AccountId, id: ExecutionId) -> Result<wire::MapRuns>;

    /// One of them. `NotFound` / `MapRunNotFound`.
    async fn get(
        &self,
        account: AccountId,
        id: ExecutionId,
        number: wire::MapRunNumber,
    ) -> Result<wire::MapRun>;

    /// Lets it go on otherwise; durable when this returns.
    ///
    /// # Errors
    /// `Invalid` for numbers that may not be; `Conflict` / `MapRunEnded`.
    async fn update(
        &self,
        account: AccountId,
        id: ExecutionId,
        number: wire::MapRunNumber,
        update: wire::UpdateMapRun,
    ) -> Result<wire::MapRun>;

    /// Ends it: its state fails with `States.MapRunStopped`, once what came of it is written. One that
    /// has ended is left as it is.
    async fn stop(
        &self,
        account: AccountId,
        id: ExecutionId,
        number: wire::MapRunNumber,
    ) -> Result<wire::MapRun>;
}
