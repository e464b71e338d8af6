//! Keys and the audit, which lie beside the catalog.

use async_trait::async_trait;
use steploom_store::audit::Head;
use steploom_store::{Audit, Keys, Result};
use steploom_types::audit::AuditRecord;
use steploom_types::key::{Key, KeyId};
use steploom_types::{AccountId, Timestamp};

use super::{Entries, audit, keys};

#[async_trait]
impl Keys for Entries {
    async fn add_key(&self, key: &Key) -> Result<()> {
        let mut writer = self.writer.lock().await;
        let added = keys::add(writer.connection().await?, key).await;
        writer.settle(added)
    }

    async fn find_key(&self, id: &KeyId) -> Result<Option<Key>> {
        keys::find(&self.readers, id).await
    }

    async fn list_keys(
        &self,
        account: AccountId,
        after: Option<&KeyId>,
        limit: u32,
    ) -> Result<Vec<Key>> {
        keys::list(&self.readers, account, after, limit).await
    }

    async fn revoke_key(
        &self,
        account: AccountId,
        id: &KeyId,
        at: Timestamp,
    ) -> Result<Option<Key>> {
        let mut writer = self.writer.lock().await;
        let revoked = keys::revoke(writer.connection().await?, account, id, at).await;
        writer.settle(revoked)
    }

    async fn note_key_use(&self, id: &KeyId, at: Timestamp) -> Result<()> {
        let mut writer = self.writer.lock().await;
        let noted = keys::note_use(writer.connection().await?, id, at).await;
        writer.settle(noted)
    }

    async fn has_keys(&self) -> Result<bool> {
        keys::are_there(&self.readers).await
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
        audit::list(&self.readers, account, name, after, limit).await
    }

    async fn audit_head(&self, account: AccountId) -> Result<Option<Head>> {
        audit::head(&self.readers, account).await
    }
}
