//! Releases and aliases of functions, their tags, how their events are handled, and their addresses.

use reqwest::{Method, StatusCode};

use crate::{Client, Name, Result, call, wire};

impl Client {
    /// Publishes a function's newest version under the next number; the flag tells whether that is new. If it is
    /// that of the newest release, that is the answer, so the call may be repeated.
    pub async fn publish_function(
        &self,
        name: &Name,
        publish: &wire::PublishFunction,
    ) -> Result<(wire::FunctionRelease, bool)> {
        let path = format!("/v1/functions/{name}/releases");
        let call = self.call(Method::POST, &path).json(publish)?;
        let response = call.repeatable(true).send().await?;
        let is_new = response.status() == StatusCode::CREATED;
        Ok((call::read(self, response).await?, is_new))
    }

    /// A function's releases, newest first.
    pub async fn list_function_releases(&self, name: &Name) -> Result<wire::FunctionReleases> {
        let path = format!("/v1/functions/{name}/releases");
        self.call(Method::GET, &path).fetch().await
    }

    /// One release of a function.
    pub async fn get_function_release(
        &self,
        name: &Name,
        number: wire::ReleaseNumber,
    ) -> Result<wire::FunctionRelease> {
        let path = format!("/v1/functions/{name}/releases/{number}");
        self.call(Method::GET, &path).fetch().await
    }

    /// Deletes a release.
    ///
    /// # Errors
    /// `Problem` / `ReleaseInUse` while an alias stands for it.
    pub async fn delete_function_release(
        &self,
        name: &Name,
        number: wire::ReleaseNumber,
    ) -> Result<()> {
        let path = format!("/v1/functions/{name}/releases/{number}");
        self.call(Method::DELETE, &path).send().await.map(drop)
    }

    /// Makes an alias or replaces what it stands for; the flag tells whether it is new. `create_only`: fail with
    /// `AliasExists` if there is one.
    ///
    /// # Errors
    /// `Problem` / `InvalidAlias`; `ReleaseNotFound`.
    pub async fn put_function_alias(
        &self,
        function: &Name,
        alias: &Name,
        set: &wire::SetFunctionAlias,
        create_only: bool,
    ) -> Result<(wire::FunctionAlias, bool)> {
        let path = format!("/v1/functions/{function}/aliases/{alias}");
        let call = self.call(Method::PUT, &path).json(set)?;
        let response = call.create_only(create_only).send().await?;
        let is_new = response.status() == StatusCode::CREATED;
        Ok((call::read(self, response).await?, is_new))
    }

    /// A function's aliases, by name.
    pub async fn list_function_aliases(&self, function: &Name) -> Result<wire::FunctionAliases> {
        let path = format!("/v1/functions/{function}/aliases");
        self.call(Method::GET, &path).fetch().await
    }

    /// One alias of a function.
    pub async fn get_function_alias(
        &self,
        function: &Name,
        alias: &Name,
    ) -> Result<wire::FunctionAlias> {
        let path = format!("/v1/functions/{function}/aliases/{alias}");
        self.call(Method::GET, &path).fetch().await
    }

    /// Deletes an alias.
    pub async fn delete_function_alias(&self, function: &Name, alias: &Name) -> Result<()> {
        let path = format!("/v1/functions/{function}/aliases/{alias}");
        self.call(Method::DELETE, &path).send().await.map(drop)
    }

    /// A function's tags.
    pub async fn function_tags(&self, name: &Name) -> Result<wire::Tags> {
        let path = format!("/v1/functions/{name}/tags");
        self.call(Method::GET, &path).fetch().await
    }

    /// Sets some of a function's tags and removes others; gives all that there are then.
    pub async fn change_function_tags(
        &self,
        name: &Name,
        change: &wire::ChangeTags,
    ) -> Result<wire::Tags> {
        let path = format!("/v1/functions/{name}/tags");
        let call = self.call(Method::POST, &path).json(change)?;
        call.repeatable(true).fetch().await
    }

    /// How the events of a function, its releases and its aliases are handled, where that was said.
    pub async fn function_events(&self, name: &Name) -> Result<wire::FunctionEvents> {
        let path = format!("/v1/functions/{name}/events");
        self.call(Method::GET, &path).fetch().await
    }

    /// Says how events are handled; what is left out is as if nothing had been said.
    ///
    /// # Errors
    /// `Problem` / `InvalidEventSettings`, `InvalidDestination`, `OwnDestination`, `DestinationNotFound`,
    /// `QualifierNotFound`.
    pub async fn put_function_events(
        &self,
        name: &Name,
        of: &wire::OfQualifier,
        set: &wire::SetEvents,
    ) -> Result<wire::EventSettings> {
        let path = format!("/v1/functions/{name}/events");
        let call = self.call(Method::PUT, &path).query(of);
        call.json(set)?.fetch().await
    }

    /// Takes back what was said of events.
    pub async fn delete_function_events(&self, name: &Name, of: &wire::OfQualifier) -> Result<()> {
        let path = format!("/v1/functions/{name}/events");
        let call = self.call(Method::DELETE, &path).query(of);
        call.send().await.map(drop)
    }

    /// The addresses under which a function and its aliases answer HTTP.
    pub async fn function_urls(&self, name: &Name) -> Result<wire::FunctionAddresses> {
        let path = format!("/v1/functions/{name}/urls");
        self.call(Method::GET, &path).fetch().await
    }

    /// Gives a function, or an alias of it, an address, or changes who may call there.
    ///
    /// # Errors
    /// `Problem` / `QualifierNotFound` if there is no such alias.
    pub async fn put_function_url(
        &self,
        name: &Name,
        of: &wire::OfAlias,
        set: &wire::SetUrl,
    ) -> Result<wire::FunctionAddress> {
        let path = format!("/v1/functions/{name}/urls");
        let call = self.call(Method::PUT, &path).query(of);
        call.json(set)?.fetch().await
    }

    /// Takes an address away.
    pub async fn delete_function_url(&self, name: &Name, of: &wire::OfAlias) -> Result<()> {
        let path = format!("/v1/functions/{name}/urls");
        let call = self.call(Method::DELETE, &path).query(of);
        call.send().await.map(drop)
    }
}
