//! What functions have besides their versions.

use async_trait::async_trait;
use serde_json::Value;
use steploom_api::port::FunctionProfiles;
use steploom_api::wire::{self, FunctionProfile, ReleaseNumber};
use steploom_store::catalog::{EntryKind, Function};
use steploom_types::{AccountId, Error, Name, Result, limits};

use super::{Port, function_not_found};
use crate::function_profile::{self, events, urls};
use crate::{belonging, tags};

#[async_trait]
impl FunctionProfiles for Port {
    async fn profile(&self, account: AccountId, function: &Name) -> Result<FunctionProfile> {
        let found = self.shared.registry.function_profile(account, function);
        let found = found.await?;
        let found = found.ok_or_else(|| function_not_found(function, None))?;
        Ok((*found).clone())
    }

    async fn publish(
        &self,
        account: AccountId,
        function: &Name,
        description: Option<String>,
    ) -> Result<(wire::FunctionRelease, bool)> {
        let now = self.shared.clock.now();
        self.change_function(account, function, |profile, found| {
            let version = found.latest.version;
            function_profile::publish(profile, function, version, description.clone(), now)
        })
        .await
    }

    async fn delete_release(
        &self,
        account: AccountId,
        function: &Name,
        number: ReleaseNumber,
    ) -> Result<()> {
        self.change_function(account, function, |profile, _| {
            function_profile::delete_release(profile, function, number)
        })
        .await
    }

    async fn put_alias(
        &self,
        account: AccountId,
        function: &Name,
        put: wire::PutFunctionAlias,
    ) -> Result<wire::FunctionAlias> {
        let now = self.shared.clock.now();
        self.change_function(account, function, |profile, _| {
            function_profile::put_alias(profile, function, put.clone(), now)
        })
        .await
    }

    async fn delete_alias(
        &self,
        account: AccountId,
        function: &Name,
        alias: &Name,
    ) -> Result<bool> {
        let deleted = self.change_function(account, function, |profile, _| {
            profile.events.remove(alias.as_str());
            let url = urls::remove(profile, Some(alias));
            Ok((profile.aliases.remove(alias).is_some(), url))
        });
        let (is_there, url) = deleted.await?;
        if let Some(url) = url {
            self.forget_url(&url.id).await;
        }
        Ok(is_there)
    }

    async fn change_tags(
        &self,
        account: AccountId,
        function: &Name,
        change: wire::ChangeTags,
    ) -> Result<wire::Tags> {
        self.change_function(account, function, |profile, _| {
            tags::change(&mut profile.tags, &change)?;
            let tags = profile.tags.clone();
            Ok(wire::Tags { tags })
        })
        .await
    }

    async fn limit(
        &self,
        account: AccountId,
        function: &Name,
        concurrency: Option<u32>,
    ) -> Result<()> {
        let most = limits::function::CONCURRENCY_MAX;
        if concurrency.is_some_and(|wanted| wanted > most) {
            let message = format!("at most {most} attempts may run at once");
            return Err(Error::invalid("InvalidConcurrency", message));
        }
        self.change_function(account, function, |profile, _| {
            profile.concurrency = concurrency;
            Ok(())
        })
        .await
    }

    async fn put_events(
        &self,
        account: AccountId,
        function: &Name,
        qualifier: &str,
        put: wire::PutEventSettings,
    ) -> Result<wire::EventSettings> {
        let now = self.shared.clock.now();
        if let Some(destinations) = &put.destinations {
            // Of a function that is not there, nothing else is told.
            self.profile(account, function).await?;
            self.check_destinations(account, function, destinations)
                .await?;
        }
        self.change_function(account, function, |profile, _| {
            events::put(profile, function, qualifier, put.clone(), now)
        })
        .await
    }

    async fn delete_events(
        &self,
        account: AccountId,
        function: &Name,
        qualifier: &str,
    ) -> Result<bool> {
        self.change_function(account, function, |profile, _| {
            Ok(profile.events.remove(qualifier).is_some())
        })
        .await
    }

    async fn put_url(
        &self,
        account: AccountId,
        function: &Name,
        alias: Option<&Name>,
        put: wire::PutFunctionUrl,
    ) -> Result<wire::FunctionUrl> {
        let owner = urls::Owner {
            account,
            function: function.clone(),
            alias: alias.cloned(),
        };
        self.put_function_url(owner, put).await
    }

    async fn delete_url(
        &self,
        account: AccountId,
        function: &Name,
        alias: Option<&Name>,
    ) -> Result<bool> {
        let removed = self.change_function(account, function, |profile, _| {
            Ok(urls::remove(profile, alias))
        });
        let removed = removed.await?;
        if let Some(url) = &removed {
            self.forget_url(&url.id).await;
        }
        Ok(removed.is_some())
    }

    async fn url_of(
        &self,
        account: AccountId,
        function: &Name,
        alias: Option<&Name>,
    ) -> Result<Option<wire::FoundUrl>> {
        self.function_url_of(account, function, alias).await
    }

    async fn find_url(&self, id: &Name) -> Result<Option<wire::FoundUrl>> {
        self.find_function_url(id).await
    }

    async fn keep(
        &self,
        account: AccountId,
        function: &Name,
        key: &str,
        was: Option<&Value>,
        now: Option<&Value>,
    ) -> Result<bool> {
        self.change_function(account, function, |profile, _| {
            function_profile::keep(&mut profile.kept, key, was, now)
        })
        .await
    }
}

impl Port {
    pub(super) async fn change_function<T: Send>(
        &self,
        account: AccountId,
        name: &Name,
        mut change: impl FnMut(&mut FunctionProfile, &Function) -> Result<T> + Send,
    ) -> Result<T> {
        let catalog = &*self.shared.store.catalog;
        let function = catalog.find_function(account, name).await?;
        let function = function.ok_or_else(|| function_not_found(name, None))?;
        let now = self.shared.clock.now();
        let of = (account, name, function.created_at);
        let kind = EntryKind::FunctionProfile;
        let changed =
            belonging::change(catalog, kind, of, now, |profile| change(profile, &function));
        let changed = changed.await;
        self.forget_function(account, name).await;
        changed
    }
}
