//! Settings, tags, releases and aliases of machines.

use async_trait::async_trait;
use steploom_api::port::{Machines, Releases, TestStates};
use steploom_api::wire;
use steploom_types::{AccountId, Error, Json, Name, Result, Timestamp};

use super::World;

fn at() -> Timestamp {
    Timestamp::from_millis(1_700_000_000_000)
}

fn no_release() -> Error {
    Error::not_found("ReleaseNotFound", "there is no such release")
}

fn no_alias() -> Error {
    Error::not_found("AliasNotFound", "there is no such alias")
}

#[async_trait]
impl Releases for World {
    async fn profile(&self, account: AccountId, machine: &Name) -> Result<wire::MachineProfile> {
        Machines::get(self, account, machine).await?;
        let known = self.state().profiles.get(machine).cloned();
        Ok(known.unwrap_or_else(|| wire::MachineProfile {
            updated_at: at(),
            ..wire::MachineProfile::default()
        }))
    }

    async fn put_settings(
        &self,
        account: AccountId,
        machine: &Name,
        settings: wire::MachineSettings,
    ) -> Result<wire::MachineProfile> {
        let mut profile = self.profile(account, machine).await?;
        profile.settings = settings;
        self.change(|state| state.profiles.insert(machine.clone(), profile.clone()));
        Ok(profile)
    }

    async fn change_tags(
        &self,
        account: AccountId,
        machine: &Name,
        change: wire::ChangeTags,
    ) -> Result<wire::Tags> {
        let mut profile = self.profile(account, machine).await?;
        profile.tags.extend(change.set);
        profile.tags.retain(|key, _| !change.remove.contains(key));
        let tags = profile.tags.clone();
        self.change(|state| state.profiles.insert(machine.clone(), profile));
        Ok(wire::Tags { tags })
    }

    async fn publish(
        &self,
        account: AccountId,
        machine: &Name,
        publish: wire::PublishMachine,
    ) -> Result<(wire::Release, bool)> {
        let found = Machines::get(self, account, machine).await?;
        let version = found.summary.latest.version;
        let settings = self.profile(account, machine).await?.settings;
        self.change(|state| {
            let releases = state.releases.entry(machine.clone()).or_default();
            if let Some(newest) = releases.last().filter(|r| r.version == version) {
                return Ok((newest.clone(), false));
            }
            let release = wire::Release {
                number: wire::ReleaseNumber(releases.len() as u32 + 1),
                version,
                description: publish.description,
                revision: None,
                settings,
                created_at: at(),
            };
            releases.push(release.clone());
            Ok((release, true))
        })
    }

    async fn releases(&self, account: AccountId, machine: &Name) -> Result<wire::Releases> {
        Machines::get(self, account, machine).await?;
        let known = self.state().releases.get(machine).cloned();
        let items = known.unwrap_or_default().into_iter().rev().collect();
        Ok(wire::Releases { items })
    }

    async fn release(
        &self,
        account: AccountId,
        machine: &Name,
        number: wire::ReleaseNumber,
    ) -> Result<wire::Release> {
        let all = self.releases(account, machine).await?.items;
        let found = all.into_iter().find(|release| release.number == number);
        found.ok_or_else(no_release)
    }

    async fn delete_release(
        &self,
        account: AccountId,
        machine: &Name,
        number: wire::ReleaseNumber,
    ) -> Result<()> {
        self.release(account, machine, number).await?;
        self.change(|state| {
            let releases = state.releases.entry(machine.clone()).or_default();
            releases.retain(|release| release.number != number);
        });
        Ok(())
    }

    async fn put_alias(
        &self,
        account: AccountId,
        machine: &Name,
        alias: &Name,
        put: wire::PutAlias,
        create_only: bool,
    ) -> Result<(wire::Alias, bool)> {
        for route in &put.routes {
            self.release(account, machine, route.release).await?;
        }
        let made = wire::Alias {
            name: alias.clone(),
            description: put.description,
            routes: put.routes,
            created_at: at(),
            updated_at: at(),
        };
        self.change(|state| {
            let aliases = state.aliases.entry(machine.clone()).or_default();
            if create_only && aliases.contains_key(alias) {
                return Err(Error::conflict("AliasExists", "it is there already"));
            }
            let is_new = aliases.insert(alias.clone(), made.clone()).is_none();
            Ok((made, is_new))
        })
    }

    async fn aliases(&self, account: AccountId, machine: &Name) -> Result<wire::Aliases> {
        Machines::get(self, account, machine).await?;
        let known = self.state().aliases.get(machine).cloned();
        let items = known.unwrap_or_default().into_values().collect();
        Ok(wire::Aliases { items })
    }

    async fn alias(&self, account: AccountId, machine: &Name, alias: &Name) -> Result<wire::Alias> {
        let all = self.aliases(account, machine).await?.items;
        let found = all.into_iter().find(|known| known.name == *alias);
        found.ok_or_else(no_alias)
    }

    async fn delete_alias(&self, account: AccountId, machine: &Name, alias: &Name) -> Result<()> {
        self.alias(account, machine, alias).await?;
        self.change(|state| {
            let aliases = state.aliases.get_mut(machine);
            aliases.and_then(|aliases| aliases.remove(alias))
        });
        Ok(())
    }
}

#[async_trait]
impl TestStates for World {
    async fn test_state(&self, _: AccountId, request: Json) -> Result<Json> {
        Ok(request)
    }
}
