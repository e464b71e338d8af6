//! Keys and the audit, which lie beside the catalog.

use async_trait::async_trait;
use steploom_store::audit::Head;
use steploom_store::{Audit, Keys, Result};
use steploom_types::audit::AuditRecord;
use steploom_types::key::{Key, KeyId};
use steploom_types::{AccountId, Timestamp};

use super::super::link::on;
use super::{Entries, audit, keys};

#[async_trait]
impl Keys for Entries {
    async fn add_key(&self, key: &Key) -> Result<()> {
        on!(self.links, |link| keys::add(link, key))
    }

    async fn find_key(&self, id: &KeyId) -> Result<Option<Key>> {
        on!(self.links, |link| keys::find(link, id))
    }

    async fn list_keys(
        &self,
        account: AccountId,
        after: Option<&KeyId>,
        limit: u32,
    ) -> Result<Vec<Key>> {
        on!(self.links, |link| keys::list(link, account, after, limit))
    }

    async fn revoke_key(
        &self,
        account: AccountId,
        id: &KeyId,
        at: Timestamp,
    ) -> Result<Option<Key>> {
        on!(self.links, |link| keys::revoke(link, account, id, at))
    }

    async fn note_key_use(&self, id: &KeyId, at: Timestamp) -> Result<()> {
        on!(self.links, |link| keys::note_use(link, id, at))
    }

    async fn has_keys(&self) -> Result<bool> {
        on!(self.links, |link| keys::are_there(link))
    }
}

#[async_trait]
impl Audit for Entries {
    async fn audit_records(
        &self,
        account: AccountId,
        name: Option<&str>,
        after: u64,
        limit: u32,
    ) -> Result<Vec<AuditRecord>> {
        on!(self.links, |link| audit::list(
            link, account, name, after, limit
        ))
    }

    async fn audit_head(&self, account: AccountId) -> Result<Option<Head>> {
        let head = on!(self.links, |link| audit::head(link, account))?;
        Ok(head.filter(|(n, _)| *n > 0))
    }
}
