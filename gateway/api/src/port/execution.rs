//! Executions.

use std::pin::Pin;

use async_trait::async_trait;
use futures::Stream;
use steploom_types::{AccountId, ExecutionId, MachineName, Name, Result};

use crate::wire;

/// An execution's events as they happen.
pub type EventStream = Pin<Box<dyn Stream<Item = Result<wire::Event>> + Send>>;

/// Executions of an account.
#[async_trait]
pub trait Executions: Send + Sync {
    /// Starts one. When this returns, the execution survives a crash. The flag tells whether it was
    /// started now (true) or was there already under the same name with the same input (false).
    ///
    /// # Errors
    /// `Conflict` / `ExecutionAlreadyExists` when the name is taken by another input or a closed
    /// execution; `Exhausted` when the shard's queue is full.
    async fn start(
        &self,
        account: AccountId,
        start: wire::StartExecution,
    ) -> Result<(wire::Execution, bool)>;

    /// Runs one to its end, in memory: nothing of it is kept, but what `logging` asks for. Without that, its
    /// machine has to be one of the type EXPRESS, and what is logged is for its settings to say. Dropping the
    /// future ends it, and what it has asked for. Only what EXPRESS machines may have is run; of what a start can
    /// ask for, the priority alone is taken besides machine, version, name and input. A name may be used again.
    ///
    /// # Errors
    /// `Invalid` / `MachineNotExpress`, with every place that is not for EXPRESS, or `UnsupportedTerms`;
    /// `Exhausted` / `TooManyRequests` when too many run on this node.
    async fn run_sync(
        &self,
        account: AccountId,
        start: wire::StartExecution,
        logging: Option<wire::Logging>,
    ) -> Result<wire::SyncExecution>;

    /// Starts many, each for itself: the answers are in the order of the starts, and each is as
    /// [`Executions::start`] would have given it. When this returns, those that were accepted
    /// survive a crash.
    async fn start_batch(
        &self,
        account: AccountId,
        starts: Vec<wire::StartExecution>,
    ) -> Vec<Result<(wire::ExecutionSummary, bool)>>;

    /// One execution by id; reads what was just written. `NotFound` / `ExecutionNotFound`.
    async fn get(&self, account: AccountId, id: ExecutionId) -> Result<wire::Execution>;

    /// One execution by its machine and name.
    async fn get_by_name(
        &self,
        account: AccountId,
        machine: &MachineName,
        name: &Name,
    ) -> Result<wire::Execution>;

    /// Executions, newest first.
    async fn list(
        &self,
        account: AccountId,
        list: wire::ListExecutions,
    ) -> Result<wire::ExecutionPage>;

    /// How many executions there are, by machine and status.
    async fn counts(
        &self,
        account: AccountId,
        count: wire::CountExecutions,
    ) -> Result<wire::ExecutionCounts>;

    /// A page of the history.
    async fn history(
        &self,
        account: AccountId,
        id: ExecutionId,
        page: wire::PageHistory,
    ) -> Result<wire::History>;

    /// Asks an execution to end; it has ended when this returns. One that had ended already is left
    /// as it is.
    async fn stop(
        &self,
        account: AccountId,
        id: ExecutionId,
        stop: wire::StopExecution,
    ) -> Result<wire::Execution>;

    /// Lets an execution that was set aside go on; one that was not is left as it is.
    ///
    /// # Errors
    /// `Conflict` when it still cannot go on: the message says why.
    async fn release(&self, account: AccountId, id: ExecutionId) -> Result<wire::Execution>;

    /// Lets an execution begin nothing new until [`Executions::resume`]; what runs goes on, and what
    /// comes of it counts then. One that is paused is left as it is.
    ///
    /// # Errors
    /// `Conflict` / `ExecutionEnded` when it has ended.
    async fn pause(&self, account: AccountId, id: ExecutionId) -> Result<wire::Execution>;

    /// Lets a paused execution go on. One that is not paused is left as it is.
    ///
    /// # Errors
    /// `Conflict` / `ExecutionEnded` when it has ended.
    async fn resume(&self, account: AccountId, id: ExecutionId) -> Result<wire::Execution>;

    /// Lets an execution that did not end well go on from where it ended.
    ///
    /// # Errors
    /// `Conflict` / `ExecutionNotRedrivable`, with why not; `NotFound` / `MachineNotFound` when there is no such version.
    async fn redrive(
        &self,
        account: AccountId,
        id: ExecutionId,
        redrive: wire::RedriveExecution,
    ) -> Result<wire::Execution>;

    /// Events after `after` (0: from the first), then those to come; ends after the last event.
    async fn events(&self, account: AccountId, id: ExecutionId, after: u64) -> Result<EventStream>;
}
