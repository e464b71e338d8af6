//! Tags, releases and aliases of functions, without the rules that the real ones keep.

use async_trait::async_trait;
use serde_json::Value;
use steploom_api::port::{FunctionProfiles, Functions};
use steploom_api::wire::{self, FunctionProfile, ReleaseNumber};
use steploom_types::{AccountId, Error, Name, Result, Timestamp};

use super::World;

impl World {
    async fn change_function<T>(
        &self,
        account: AccountId,
        function: &Name,
        change: impl FnOnce(&mut FunctionProfile) -> Result<T>,
    ) -> Result<T> {
        Functions::get(self, account, function).await?;
        self.change(|state| change(state.function_profiles.entry(function.clone()).or_default()))
    }
}

fn at() -> Timestamp {
    Timestamp::from_millis(1_700_000_000_000)
}

fn url(id: Name, auth: wire::UrlAuth) -> wire::FunctionUrl {
    wire::FunctionUrl {
        id,
        auth,
        cors: None,
        created_at: at(),
        changed_at: at(),
    }
}

#[async_trait]
impl FunctionProfiles for World {
    async fn profile(&self, account: AccountId, function: &Name) -> Result<FunctionProfile> {
        self.change_function(account, function, |profile| Ok(profile.clone()))
            .await
    }

    async fn publish(
        &self,
        account: AccountId,
        function: &Name,
        description: Option<String>,
    ) -> Result<(wire::FunctionRelease, bool)> {
        let latest = Functions::get(self, account, function).await?.latest;
        self.change_function(account, function, |profile| {
            profile.releases_made += 1;
            let release = wire::FunctionRelease {
                number: ReleaseNumber(profile.releases_made),
                version: latest.version,
                description,
                created_at: at(),
            };
            profile.releases.push(release.clone());
            Ok((release, true))
        })
        .await
    }

    async fn delete_release(
        &self,
        account: AccountId,
        function: &Name,
        number: ReleaseNumber,
    ) -> Result<()> {
        self.change_function(account, function, |profile| {
            profile.releases.retain(|release| release.number != number);
            Ok(())
        })
        .await
    }

    async fn put_alias(
        &self,
        account: AccountId,
        function: &Name,
        put: wire::PutFunctionAlias,
    ) -> Result<wire::FunctionAlias> {
        self.change_function(account, function, |profile| {
            match (put.is_new, profile.aliases.contains_key(&put.name)) {
                (true, true) => return Err(Error::conflict("AliasExists", "it is there")),
                (false, false) => return Err(Error::not_found("AliasNotFound", "there is none")),
                _ => {}
            }
            let alias = wire::FunctionAlias {
                name: put.name.clone(),
                description: put.description.unwrap_or_default(),
                release: put.release.flatten(),
                other: put.other.flatten(),
                changes: 0,
                created_at: at(),
            };
            profile.aliases.insert(put.name, alias.clone());
            Ok(alias)
        })
        .await
    }

    async fn delete_alias(
        &self,
        account: AccountId,
        function: &Name,
        alias: &Name,
    ) -> Result<bool> {
        self.change_function(account, function, |profile| {
            Ok(profile.aliases.remove(alias).is_some())
        })
        .await
    }

    async fn change_tags(
        &self,
        account: AccountId,
        function: &Name,
        change: wire::ChangeTags,
    ) -> Result<wire::Tags> {
        self.change_function(account, function, |profile| {
            profile.tags.extend(change.set);
            profile.tags.retain(|key, _| !change.remove.contains(key));
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
        self.change_function(account, function, |profile| {
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
        self.change_function(account, function, |profile| {
            let settings = wire::EventSettings {
                max_retries: put.max_retries,
                max_age_seconds: put.max_age_seconds,
                destinations: put.destinations.unwrap_or_default(),
                changed_at: at(),
            };
            let events = &mut profile.events;
            events.insert(qualifier.to_owned(), settings.clone());
            Ok(settings)
        })
        .await
    }

    async fn delete_events(
        &self,
        account: AccountId,
        function: &Name,
        qualifier: &str,
    ) -> Result<bool> {
        self.change_function(account, function, |profile| {
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
        self.change_function(account, function, |profile| {
            let auth = put.auth.unwrap_or(wire::UrlAuth::Nobody);
            let url = url(function.clone(), auth);
            let key = alias.map(ToString::to_string).unwrap_or_default();
            if !put.is_new && !profile.urls.contains_key(&key) {
                return Err(Error::not_found("UrlNotFound", "there is none"));
            }
            profile.urls.insert(key, url.clone());
            Ok(url)
        })
        .await
    }

    async fn delete_url(
        &self,
        account: AccountId,
        function: &Name,
        alias: Option<&Name>,
    ) -> Result<bool> {
        self.change_function(account, function, |profile| {
            let key = alias.map(ToString::to_string).unwrap_or_default();
            Ok(profile.urls.remove(&key).is_some())
        })
        .await
    }

    /// `open-NAME` and `known-NAME` have addresses, as by [`FunctionProfiles::find_url`].
    async fn url_of(
        &self,
        account: AccountId,
        function: &Name,
        alias: Option<&Name>,
    ) -> Result<Option<wire::FoundUrl>> {
        let found = self.find_url(function).await?;
        let found = found.filter(|found| found.account == account);
        Ok(found.map(|found| wire::FoundUrl {
            alias: alias.cloned(),
            ..found
        }))
    }

    /// `open-NAME` is everybody's address of a function, `known-NAME` that of who may invoke it.
    async fn find_url(&self, id: &Name) -> Result<Option<wire::FoundUrl>> {
        let (auth, function) = match id.as_str().split_once('-') {
            Some(("open", function)) => (wire::UrlAuth::Nobody, function),
            Some(("known", function)) => (wire::UrlAuth::Known, function),
            _ => return Ok(None),
        };
        Ok(Some(wire::FoundUrl {
            account: AccountId::LOCAL,
            function: function.parse()?,
            alias: None,
            url: url(id.clone(), auth),
        }))
    }

    async fn keep(
        &self,
        account: AccountId,
        function: &Name,
        key: &str,
        was: Option<&Value>,
        now: Option<&Value>,
    ) -> Result<bool> {
        self.change_function(account, function, |profile| {
            let is_it = profile.kept.get(key) == was;
            if is_it {
                profile.kept.remove(key);
                let now = now.map(|now| (key.to_owned(), now.clone()));
                profile.kept.extend(now);
            }
            Ok(is_it)
        })
        .await
    }
}
