//! Activities.

use std::time::Duration;

use async_trait::async_trait;
use steploom_types::{AccountId, Name, Result};

use crate::wire;

/// Activities of an account, and the tasks that wait for their workers.
#[async_trait]
pub trait Activities: Send + Sync {
    /// Makes an activity, if there is none of that name; the flag tells whether it was made now.
    async fn put(&self, account: AccountId, name: Name) -> Result<(wire::Activity, bool)>;

    /// One activity; `NotFound` / `ActivityNotFound`.
    async fn get(&self, account: AccountId, name: &Name) -> Result<wire::Activity>;

    /// Activities by name.
    async fn list(
        &self,
        account: AccountId,
        limit: u32,
        next: Option<String>,
    ) -> Result<wire::ActivityPage>;

    /// Changes its tags; `NotFound` / `ActivityNotFound`.
    ///
    /// # Errors
    /// `Invalid` / `InvalidTags`, `TooManyTags`.
    async fn change_tags(
        &self,
        account: AccountId,
        name: &Name,
        change: wire::ChangeTags,
    ) -> Result<wire::Tags>;

    /// Deletes an activity; `NotFound` / `ActivityNotFound`. Tasks that wait already go on waiting;
    /// states that are entered from now on fail.
    async fn delete(&self, account: AccountId, name: &Name) -> Result<()>;

    /// Gives the oldest task that waits to this worker, and waits for one if there is none. A task
    /// is given away once, also over a crash. To drop the future is to stop waiting.
    ///
    /// # Errors
    /// `NotFound` / `ActivityNotFound`; `Exhausted` / `TooManyPollers`.
    async fn take_activity(
        &self,
        account: AccountId,
        name: &Name,
        worker: Option<String>,
        wait: Duration,
    ) -> Result<Option<wire::ActivityTask>>;
}
