//! Releases of machines and their aliases.

use reqwest::{Method, StatusCode};

use crate::{Client, Name, Result, call, wire};

impl Client {
    /// Publishes a machine as it is now, under the next number; the flag tells whether that is new. If nothing
    /// changed since the newest release, that is the answer, so the call may be repeated.
    ///
    /// # Errors
    /// `Problem` / `RevisionChanged` if the machine's revision is not the one that was asked for.
    pub async fn publish_machine(
        &self,
        name: &Name,
        publish: &wire::PublishMachine,
    ) -> Result<(wire::Release, bool)> {
        let path = format!("/v1/machines/{name}/releases");
        let call = self.call(Method::POST, &path).json(publish)?;
        let response = call.repeatable(true).send().await?;
        let is_new = response.status() == StatusCode::CREATED;
        Ok((call::read(self, response).await?, is_new))
    }

    /// A machine's releases, newest first.
    pub async fn list_releases(&self, name: &Name) -> Result<wire::Releases> {
        let path = format!("/v1/machines/{name}/releases");
        self.call(Method::GET, &path).fetch().await
    }

    /// One release of a machine.
    pub async fn get_release(
        &self,
        name: &Name,
        number: wire::ReleaseNumber,
    ) -> Result<wire::Release> {
        let path = format!("/v1/machines/{name}/releases/{number}");
        self.call(Method::GET, &path).fetch().await
    }

    /// Deletes a release. Executions of it go on.
    ///
    /// # Errors
    /// `Problem` / `ReleaseInUse` while an alias stands for it.
    pub async fn delete_release(&self, name: &Name, number: wire::ReleaseNumber) -> Result<()> {
        let path = format!("/v1/machines/{name}/releases/{number}");
        self.call(Method::DELETE, &path).send().await.map(drop)
    }

    /// Makes an alias or changes it; the flag tells whether it is new. `create_only`: fail with `AliasExists` if
    /// there is one that differs.
    ///
    /// # Errors
    /// `Problem` / `InvalidAlias` if the weights do not add up to 100; `ReleaseNotFound`.
    pub async fn put_alias(
        &self,
        machine: &Name,
        alias: &Name,
        put: &wire::PutAlias,
        create_only: bool,
    ) -> Result<(wire::Alias, bool)> {
        let path = format!("/v1/machines/{machine}/aliases/{alias}");
        let call = self.call(Method::PUT, &path).json(put)?;
        let response = call.create_only(create_only).send().await?;
        let is_new = response.status() == StatusCode::CREATED;
        Ok((call::read(self, response).await?, is_new))
    }

    /// A machine's aliases, by name.
    pub async fn list_aliases(&self, machine: &Name) -> Result<wire::Aliases> {
        let path = format!("/v1/machines/{machine}/aliases");
        self.call(Method::GET, &path).fetch().await
    }

    /// One alias of a machine.
    pub async fn get_alias(&self, machine: &Name, alias: &Name) -> Result<wire::Alias> {
        let path = format!("/v1/machines/{machine}/aliases/{alias}");
        self.call(Method::GET, &path).fetch().await
    }

    /// Deletes an alias. Executions that were started by it go on.
    pub async fn delete_alias(&self, machine: &Name, alias: &Name) -> Result<()> {
        let path = format!("/v1/machines/{machine}/aliases/{alias}");
        self.call(Method::DELETE, &path).send().await.map(drop)
    }
}
