//! What machines have besides their definitions.

use std::sync::Arc;

use async_trait::async_trait;
use steploom_api::port::Releases;
use steploom_api::wire;
use steploom_store::catalog::Machine;
use steploom_types::{AccountId, Name, Result};

use super::{Port, machine_not_found};
use crate::profile::{self, Profile};
use crate::registry::KnownMachine;

#[async_trait]
impl Releases for Port {
    async fn profile(&self, account: AccountId, machine: &Name) -> Result<wire::MachineProfile> {
        let known = self.known(account, machine).await?;
        Ok(known.profile.shown(account, &known.machine))
    }

    async fn put_settings(
        &self,
        account: AccountId,
        machine: &Name,
        settings: wire::MachineSettings,
    ) -> Result<wire::MachineProfile> {
        let now = self.shared.clock.now();
        self.change_profile(account, machine, |profile, machine| {
            profile.set(settings.clone(), false, now)?;
            Ok(profile.shown(account, machine))
        })
        .await
    }

    async fn change_tags(
        &self,
        account: AccountId,
        machine: &Name,
        change: wire::ChangeTags,
    ) -> Result<wire::Tags> {
        self.change_profile(account, machine, |profile, _| profile.change_tags(&change))
            .await
    }

    async fn publish(
        &self,
        account: AccountId,
        machine: &Name,
        publish: wire::PublishMachine,
    ) -> Result<(wire::Release, bool)> {
        let now = self.shared.clock.now();
        self.change_profile(account, machine, |profile, machine| {
            profile.publish((account, machine), publish.clone(), now)
        })
        .await
    }

    async fn releases(&self, account: AccountId, machine: &Name) -> Result<wire::Releases> {
        let known = self.known(account, machine).await?;
        Ok(known.profile.releases())
    }

    async fn release(
        &self,
        account: AccountId,
        machine: &Name,
        number: wire::ReleaseNumber,
    ) -> Result<wire::Release> {
        let known = self.known(account, machine).await?;
        known.profile.release(machine, number).cloned()
    }

    async fn delete_release(
        &self,
        account: AccountId,
        machine: &Name,
        number: wire::ReleaseNumber,
    ) -> Result<()> {
        self.change_profile(account, machine, |profile, _| {
            profile.delete_release(machine, number)
        })
        .await
    }

    async fn put_alias(
        &self,
        account: AccountId,
        machine: &Name,
        alias: &Name,
        put: wire::PutAlias,
        create_only: bool,
    ) -> Result<(wire::Alias, bool)> {
        let now = self.shared.clock.now();
        self.change_profile(account, machine, |profile, _| {
            profile.put_alias((machine, alias), put.clone(), create_only, now)
        })
        .await
    }

    async fn aliases(&self, account: AccountId, machine: &Name) -> Result<wire::Aliases> {
        let known = self.known(account, machine).await?;
        Ok(known.profile.aliases())
    }

    async fn alias(&self, account: AccountId, machine: &Name, alias: &Name) -> Result<wire::Alias> {
        let known = self.known(account, machine).await?;
        known.profile.alias(machine, alias).cloned()
    }

    async fn delete_alias(&self, account: AccountId, machine: &Name, alias: &Name) -> Result<()> {
        self.change_profile(account, machine, |profile, _| {
            profile.delete_alias(machine, alias)
        })
        .await
    }
}

impl Port {
    async fn known(&self, account: AccountId, machine: &Name) -> Result<Arc<KnownMachine>> {
        let known = self.shared.registry.profile(account, machine).await?;
        known.ok_or_else(|| machine_not_found(machine))
    }

    async fn change_profile<T>(
        &self,
        account: AccountId,
        name: &Name,
        mut change: impl FnMut(&mut Profile, &Machine) -> Result<T> + Send,
    ) -> Result<T>
    where
        T: Send,
    {
        let catalog = &*self.shared.store.catalog;
        let machine = catalog.find_machine(account, name).await?;
        let machine = machine.ok_or_else(|| machine_not_found(name))?;
        let now = self.shared.clock.now();
        let of = (account, name, machine.created_at);
        let changed = profile::change(catalog, of, now, |profile| change(profile, &machine)).await;
        self.forget_machine(account, name).await;
        changed
    }
}
