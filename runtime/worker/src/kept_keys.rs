//! Keys and the audit in the store, for whoever has no node: the port without the worker.

use async_trait::async_trait;
use steploom_api::port::{Audit, Keys};
use steploom_store::Store;
use steploom_types::audit::AuditRecord;
use steploom_types::key::{Key, KeyId};
use steploom_types::{AccountId, Digest, Result, Timestamp};

/// The keys of a store.
#[derive(Clone)]
pub struct KeptKeys(Store);

impl KeptKeys {
    /// Those of `store`.
    pub fn new(store: Store) -> Self {
        Self(store)
    }
}

#[async_trait]
impl Keys for KeptKeys {
    async fn add_key(&self, key: &Key) -> Result<()> {
        Ok(self.0.keys.add_key(key).await?)
    }

    async fn find_key(&self, id: &KeyId) -> Result<Option<Key>> {
        Ok(self.0.keys.find_key(id).await?)
    }

    async fn list_keys(
        &self,
        account: AccountId,
        after: Option<&KeyId>,
        limit: u32,
    ) -> Result<Vec<Key>> {
        Ok(self.0.keys.list_keys(account, after, limit).await?)
    }

    async fn revoke_key(
        &self,
        account: AccountId,
        id: &KeyId,
        at: Timestamp,
    ) -> Result<Option<Key>> {
        Ok(self.0.keys.revoke_key(account, id, at).await?)
    }

    async fn note_key_use(&self, id: &KeyId, at: Timestamp) -> Result<()> {
        Ok(self.0.keys.note_key_use(id, at).await?)
    }

    async fn has_keys(&self) -> Result<bool> {
        Ok(self.0.keys.has_keys().await?)
    }
}

#[async_trait]
impl Audit for KeptKeys {
    async fn audit_records(
        &self,
        account: AccountId,
        name: Option<&str>,
        after: u64,
        limit: u32,
    ) -> Result<Vec<AuditRecord>> {
        let audit = &self.0.audit;
        Ok(audit.audit_records(account, name, after, limit).await?)
    }

    async fn audit_head(&self, account: AccountId) -> Result<Option<(u64, Digest)>> {
        Ok(self.0.audit.audit_head(account).await?)
    }
}
