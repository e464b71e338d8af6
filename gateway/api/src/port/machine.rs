//! State machines.

use std::collections::BTreeMap;

use async_trait::async_trait;
use steploom_types::{AccountId, Name, Result};

use crate::wire;

/// A definition to be kept.
#[derive(Clone, Debug, PartialEq)]
pub struct PutMachine {
    /// The machine's name.
    pub name: Name,
    /// The definition: JSON, or YAML.
    pub definition: String,
    /// Fail with `MachineExists` if there is one that differs.
    pub create_only: bool,
    /// Its settings; those it has, or those by default, if left out.
    pub settings: Option<wire::MachineSettings>,
    /// The type that it must have where no settings are given; that which it has, or STANDARD, if left out.
    pub machine_type: Option<wire::MachineType>,
    /// The tags of a machine that is made.
    pub tags: BTreeMap<String, String>,
}

impl PutMachine {
    /// A definition and nothing else.
    pub fn new(name: Name, definition: impl Into<String>) -> Self {
        Self {
            name,
            definition: definition.into(),
            create_only: false,
            settings: None,
            machine_type: None,
            tags: BTreeMap::new(),
        }
    }
}

/// Machines of an account.
#[async_trait]
pub trait Machines: Send + Sync {
    /// Checks a definition and keeps it: a new machine, or a new version of one. The same
    /// definition again makes no new version. With `create_only`, `Conflict` / `MachineExists` if
    /// there is one with another definition, or of another type.
    ///
    /// # Errors
    /// `Invalid` / `InvalidDefinition` with every place that is wrong; those of
    /// [`put_settings`](super::Releases::put_settings).
    async fn put(&self, account: AccountId, put: PutMachine) -> Result<wire::Machine>;

    /// Checks the definition of a machine of a type, and keeps nothing.
    async fn validate(
        &self,
        account: AccountId,
        definition: &str,
        machine_type: wire::MachineType,
    ) -> Result<wire::Validation>;

    /// Machines by name.
    async fn list(
        &self,
        account: AccountId,
        limit: u32,
        next: Option<String>,
    ) -> Result<wire::MachinePage>;

    /// One machine; `NotFound` / `MachineNotFound`.
    async fn get(&self, account: AccountId, name: &Name) -> Result<wire::Machine>;

    /// The definition of one of its versions; `NotFound` / `MachineNotFound`.
    async fn definition(
        &self,
        account: AccountId,
        name: &Name,
        version: u32,
    ) -> Result<wire::Definition>;

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
