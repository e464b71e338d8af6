//! Addresses of functions: kept with the function, and found by their ids.

use steploom_api::wire::{FoundUrl, FunctionUrl, PutFunctionUrl};
use steploom_store::Error as StoreError;
use steploom_store::catalog::{Entry, EntryKind, Put};
use steploom_types::{AccountId, Digest, Error, Name, Result};

use super::Port;
use crate::function_profile::urls::{self, OF_NO_ACCOUNT, Owner};

const KIND: EntryKind = EntryKind::FunctionUrl;

impl Port {
    /// See [`steploom_api::port::FunctionProfiles::put_url`].
    pub(super) async fn put_function_url(
        &self,
        owner: Owner,
        put: PutFunctionUrl,
    ) -> Result<FunctionUrl> {
        let id = self.new_url_id()?;
        // An entry that nothing in the function agrees with counts for nothing, so it is first.
        if put.is_new {
            let entry = Entry {
                name: id.clone(),
                body: serde_json::to_string(&owner).map_err(Error::internal)?,
                created_at: self.shared.clock.now(),
            };
            let catalog = &self.shared.store.catalog;
            let made = catalog.put_entry(OF_NO_ACCOUNT, KIND, &entry, Put::Create);
            made.await?;
        }
        let now = self.shared.clock.now();
        let changed = self.change_function(owner.account, &owner.function, |profile, _| {
            urls::put(profile, &owner, (&id, &put), now)
        });
        let changed = changed.await;
        if changed.is_err() && put.is_new {
            self.forget_url(&id).await;
        }
        changed
    }

    /// What an id stands for.
    pub(super) async fn find_function_url(&self, id: &Name) -> Result<Option<FoundUrl>> {
        let catalog = &self.shared.store.catalog;
        let Some(entry) = catalog.find_entry(OF_NO_ACCOUNT, KIND, id).await? else {
            return Ok(None);
        };
        let owner: Owner = serde_json::from_str(&entry.body)
            .map_err(|e| StoreError::Corrupt(format!("the address '{id}': {e}")))?;
        let (account, function) = (owner.account, &owner.function);
        let profile = self.shared.registry.function_profile(account, function);
        let profile = profile.await?;
        let url = profile.as_deref();
        let url = url.and_then(|profile| urls::find(profile, owner.alias.as_ref()));
        let url = url.filter(|url| url.id == *id).cloned();
        Ok(url.map(|url| FoundUrl {
            account,
            function: owner.function,
            alias: owner.alias,
            url,
        }))
    }

    /// The address of a function, or of an alias.
    pub(super) async fn function_url_of(
        &self,
        account: AccountId,
        function: &Name,
        alias: Option<&Name>,
    ) -> Result<Option<FoundUrl>> {
        let profile = self.shared.registry.function_profile(account, function);
        let profile = profile.await?;
        let url = profile.and_then(|profile| urls::find(&profile, alias).cloned());
        Ok(url.map(|url| FoundUrl {
            account,
            function: function.clone(),
            alias: alias.cloned(),
            url,
        }))
    }

    /// Lets go of ids that stand for nothing any more. One that stays behind does no harm.
    pub(super) async fn forget_url(&self, id: &Name) {
        let catalog = &self.shared.store.catalog;
        if let Err(error) = catalog.delete_entry(OF_NO_ACCOUNT, KIND, id).await {
            tracing::warn!(%id, %error, "the id of an address cannot be deleted");
        }
    }

    /// Lets go of the ids of all addresses of a function, which is about to be deleted.
    pub(super) async fn forget_urls(&self, account: AccountId, function: &Name) -> Result<()> {
        let profile = self.shared.registry.function_profile(account, function);
        for url in profile
            .await?
            .iter()
            .flat_map(|profile| profile.urls.values())
        {
            self.forget_url(&url.id).await;
        }
        Ok(())
    }

    /// 32 characters that nobody foresees, which is what AWS's have.
    fn new_url_id(&self) -> Result<Name> {
        let lots = [0; 4].map(|_: u8| self.shared.chance.draw().to_be_bytes());
        let text = Digest::of(&lots.concat()).to_string();
        let text: String = text.chars().filter(char::is_ascii_alphanumeric).collect();
        text.get(..32).unwrap_or(&text).parse()
    }
}
