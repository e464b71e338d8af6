//! Functions' tags, releases, aliases and limits.

use async_trait::async_trait;
use serde_json::Value;
use steploom_types::{AccountId, Name, Result};

use crate::wire;

/// What functions of an account have besides their versions. Every method fails with `NotFound` /
/// `FunctionNotFound` if there is no such function.
#[async_trait]
pub trait FunctionProfiles: Send + Sync {
    /// All of it.
    async fn profile(&self, account: AccountId, function: &Name) -> Result<wire::FunctionProfile>;

    /// Publishes the newest version. If it is the newest release's, that is the answer; the flag tells whether
    /// it is new.
    ///
    /// # Errors
    /// `Exhausted` / `TooManyReleases`; `Invalid` / `InvalidDescription`.
    async fn publish(
        &self,
        account: AccountId,
        function: &Name,
        description: Option<String>,
    ) -> Result<(wire::FunctionRelease, bool)>;

    /// Deletes a release.
    ///
    /// # Errors
    /// `NotFound` / `ReleaseNotFound`; `Conflict` / `ReleaseInUse` while an alias names it.
    async fn delete_release(
        &self,
        account: AccountId,
        function: &Name,
        number: wire::ReleaseNumber,
    ) -> Result<()>;

    /// Makes an alias or changes it.
    ///
    /// # Errors
    /// `Invalid` / `InvalidAlias`; `NotFound` / `ReleaseNotFound` or `AliasNotFound`; `Conflict` / `AliasExists`;
    /// `Exhausted` / `TooManyAliases`.
    async fn put_alias(
        &self,
        account: AccountId,
        function: &Name,
        put: wire::PutFunctionAlias,
    ) -> Result<wire::FunctionAlias>;

    /// Deletes an alias; whether there was one.
    async fn delete_alias(&self, account: AccountId, function: &Name, alias: &Name)
    -> Result<bool>;

    /// Changes the tags.
    ///
    /// # Errors
    /// `Invalid` / `InvalidTags`.
    async fn change_tags(
        &self,
        account: AccountId,
        function: &Name,
        change: wire::ChangeTags,
    ) -> Result<wire::Tags>;

    /// Limits the attempts that may run at once, or leaves that to the function's settings.
    ///
    /// # Errors
    /// `Invalid` / `InvalidConcurrency`.
    async fn limit(
        &self,
        account: AccountId,
        function: &Name,
        concurrency: Option<u32>,
    ) -> Result<()>;

    /// Says how the events of a function are handled, or of a release or an alias of it (`$LATEST` is neither).
    ///
    /// # Errors
    /// `NotFound` / `QualifierNotFound`, or `EventSettingsNotFound` where there is nothing to change; `Invalid` /
    /// `InvalidEventSettings`; of destinations `InvalidDestination` (no function or machine), `OwnDestination` (the function
    /// itself), `DestinationNotFound`.
    async fn put_events(
        &self,
        account: AccountId,
        function: &Name,
        qualifier: &str,
        put: wire::PutEventSettings,
    ) -> Result<wire::EventSettings>;

    /// Takes that back; whether there was something.
    async fn delete_events(
        &self,
        account: AccountId,
        function: &Name,
        qualifier: &str,
    ) -> Result<bool>;

    /// Makes an address under which the function, or an alias of it, answers HTTP, or changes it.
    ///
    /// # Errors
    /// `NotFound` / `QualifierNotFound`, or `UrlNotFound` where there is nothing to change; `Conflict` / `UrlExists`.
    async fn put_url(
        &self,
        account: AccountId,
        function: &Name,
        alias: Option<&Name>,
        put: wire::PutFunctionUrl,
    ) -> Result<wire::FunctionUrl>;

    /// Takes that address away; whether there was one.
    async fn delete_url(
        &self,
        account: AccountId,
        function: &Name,
        alias: Option<&Name>,
    ) -> Result<bool>;

    /// The address of a function, or of an alias of it; `None` if it has none, or there is no such function.
    async fn url_of(
        &self,
        account: AccountId,
        function: &Name,
        alias: Option<&Name>,
    ) -> Result<Option<wire::FoundUrl>>;

    /// What an address stands for, whoever's it is; `None` if nothing does. It fails with none of the above.
    async fn find_url(&self, id: &Name) -> Result<Option<wire::FoundUrl>>;

    /// Keeps something by a key, or nothing any more, if what is kept there is still `was`; whether it was.
    ///
    /// # Errors
    /// `Exhausted` / `TooMuchKept`.
    async fn keep(
        &self,
        account: AccountId,
        function: &Name,
        key: &str,
        was: Option<&Value>,
        now: Option<&Value>,
    ) -> Result<bool>;
}
