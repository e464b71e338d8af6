//! State machines.

use async_trait::async_trait;
use steploom_types::{AccountId, Name, Result};

use crate::wire;

/// Machines of an account.
#[async_trait]
pub trait Machines: Send + Sync {
    /// Checks a definition and keeps it: a new machine, or a new version of one. The same
    /// definition again makes no new version. With `create_only`, `Conflict` / `MachineExists` if
    /// there is one with another definition.
    ///
    /// # Errors
    /// `Invalid` / `InvalidDefinition` with every place that is wrong.
    async fn put(
        &self,
        account: AccountId,
        name: Name,
        definition: &str,
        create_only: bool,
    ) -> Result<wire::Machine>;

    /// Checks a definition and keeps nothing.
    async fn validate(&self, account: AccountId, definition: &str) -> Result<wire::Validation>;

    /// Machines by name.
    async fn list(
        &self,
        account: AccountId,
        limit: u32,
        next: Option<String>,
    ) -> Result<wire::MachinePage>;

    /// One machine; `NotFound` / `MachineNotFound`.
    async fn get(&self, account: AccountId, name: &Name) -> Result<wire::Machine>;

    /// Its versions, newest first.
    async fn versions(&self, account: AccountId, name: &Name) -> Result<wire::MachineVersions>;

    /// How long its closed executions are kept, as it was set; `NotFound` / `MachineNotFound`.
    async fn retention(&self, account: AccountId, name: &Name) -> Result<wire::Retention>;

    /// Sets it. What is closed already goes by it as well.
    ///
    /// # Errors
    /// `Invalid` / `InvalidRetention`; `NotFound` / `MachineNotFound`.
    async fn put_retention(
        &self,
        account: AccountId,
        name: &Name,
        retention: wire::Retention,
    ) -> Result<wire::Retention>;

    /// Its share of permits, as it was set; `NotFound` / `MachineNotFound`.
    async fn share(&self, account: AccountId, name: &Name) -> Result<wire::Share>;

    /// Sets it, for tasks that wait from now on.
    ///
    /// # Errors
    /// `Invalid` / `InvalidShare`; `NotFound` / `MachineNotFound`.
    async fn put_share(
        &self,
        account: AccountId,
        name: &Name,
        share: wire::Share,
    ) -> Result<wire::Share>;

    /// Deletes a machine. Its executions go on.
    async fn delete(&self, account: AccountId, name: &Name) -> Result<()>;
}
