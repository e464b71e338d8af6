//! Logs of invocations and executions.

use std::pin::Pin;

use async_trait::async_trait;
use futures::Stream;
use steploom_types::{AccountId, Name, Result, Timestamp};

use crate::wire;

/// Log lines as they are written.
pub type LogStream = Pin<Box<dyn Stream<Item = Result<wire::LogLine>> + Send>>;

/// Which lines to read.
#[derive(Clone, Debug, Default)]
pub struct ReadLogs {
    /// Only those of this invocation or execution.
    pub request_id: Option<String>,
    /// Only those from then on; the last hour if left out and no request id is given.
    pub since: Option<Timestamp>,
    /// How many at the most.
    pub limit: u32,
    /// From the page before.
    pub next: Option<String>,
}

/// Logs of an account's functions and machines.
#[async_trait]
pub trait Logs: Send + Sync {
    /// Lines of a function, oldest first.
    async fn read(
        &self,
        account: AccountId,
        function: &Name,
        read: ReadLogs,
    ) -> Result<wire::LogPage>;

    /// Lines of a function from now on.
    async fn follow(&self, account: AccountId, function: &Name) -> Result<LogStream>;

    /// What happened in those executions of a machine that are logged, oldest first. `request_id` is an
    /// execution's id.
    async fn read_machine(
        &self,
        account: AccountId,
        machine: &Name,
        read: ReadLogs,
    ) -> Result<wire::LogPage>;

    /// The same from now on.
    async fn follow_machine(&self, account: AccountId, machine: &Name) -> Result<LogStream>;
}
