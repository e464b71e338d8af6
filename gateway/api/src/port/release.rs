//! Machines' settings, tags, releases and aliases.

use async_trait::async_trait;
use steploom_types::{AccountId, Name, Result};

use crate::wire;

/// What machines of an account have besides their definitions. Every method fails with `NotFound` /
/// `MachineNotFound` if there is no such machine.
#[async_trait]
pub trait Releases: Send + Sync {
    /// Settings, tags and revision.
    async fn profile(&self, account: AccountId, machine: &Name) -> Result<wire::MachineProfile>;

    /// Replaces the settings.
    ///
    /// # Errors
    /// `Conflict` / `MachineTypeFixed`; `Invalid` / `InvalidSettings`.
    async fn put_settings(
        &self,
        account: AccountId,
        machine: &Name,
        settings: wire::MachineSettings,
    ) -> Result<wire::MachineProfile>;

    /// Changes the tags.
    ///
    /// # Errors
    /// `Invalid` / `InvalidTags`, `TooManyTags`.
    async fn change_tags(
        &self,
        account: AccountId,
        machine: &Name,
        change: wire::ChangeTags,
    ) -> Result<wire::Tags>;

    /// Publishes the machine as it is. If nothing changed since the newest release, that is the answer; the flag tells
    /// whether it is new.
    ///
    /// # Errors
    /// `Conflict` / `RevisionChanged`; `Exhausted` / `TooManyReleases`.
    async fn publish(
        &self,
        account: AccountId,
        machine: &Name,
        publish: wire::PublishMachine,
    ) -> Result<(wire::Release, bool)>;

    /// Its releases, newest first.
    async fn releases(&self, account: AccountId, machine: &Name) -> Result<wire::Releases>;

    /// One of them; `NotFound` / `ReleaseNotFound`.
    async fn release(
        &self,
        account: AccountId,
        machine: &Name,
        number: wire::ReleaseNumber,
    ) -> Result<wire::Release>;

    /// Deletes a release. Executions of it go on.
    ///
    /// # Errors
    /// `NotFound` / `ReleaseNotFound`; `Conflict` / `ReleaseInUse` while an alias names it.
    async fn delete_release(
        &self,
        account: AccountId,
        machine: &Name,
        number: wire::ReleaseNumber,
    ) -> Result<()>;

    /// Makes an alias or changes it; the flag tells whether it is new. With `create_only`, `Conflict` / `AliasExists` if there is one
    /// that differs.
    ///
    /// # Errors
    /// `Invalid` / `InvalidAlias`; `NotFound` / `ReleaseNotFound`; `Exhausted` / `TooManyAliases`.
    async fn put_alias(
        &self,
        account: AccountId,
        machine: &Name,
        alias: &Name,
        put: wire::PutAlias,
        create_only: bool,
    ) -> Result<(wire::Alias, bool)>;

    /// Its aliases, by name.
    async fn aliases(&self, account: AccountId, machine: &Name) -> Result<wire::Aliases>;

    /// One of them; `NotFound` / `AliasNotFound`.
    async fn alias(&self, account: AccountId, machine: &Name, alias: &Name) -> Result<wire::Alias>;

    /// Deletes an alias; `NotFound` / `AliasNotFound`.
    async fn delete_alias(&self, account: AccountId, machine: &Name, alias: &Name) -> Result<()>;
}
