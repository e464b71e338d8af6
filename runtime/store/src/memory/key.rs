//! Keys and the audit in memory.

use async_trait::async_trait;
use steploom_types::audit::AuditRecord;
use steploom_types::key::{Key, KeyId};
use steploom_types::{AccountId, Timestamp};

use super::catalog::Entries;
use super::{Memory, lock};
use crate::audit::{Change, Head};
use crate::{Audit, Error, Keys, Result};

impl Entries {
    /// Records a change, which the caller makes under the same lock.
    pub(super) fn record(&mut self, account: AccountId, change: Change) {
        let records = self.audit.entry(account).or_default();
        let head = records.last().map(|last| (last.n, last.digest));
        records.push(change.record(account, head));
    }
}

#[async_trait]
impl Keys for Memory {
    async fn add_key(&self, key: &Key) -> Result<()> {
        let mut entries = lock(&self.catalog);
        if entries.keys.contains_key(&key.id) {
            return Err(Error::Exists {
                what: format!("the key {}", key.id),
            });
        }
        entries.keys.insert(key.id.clone(), key.clone());
        entries.record(key.account, Change::key(key));
        Ok(())
    }

    async fn find_key(&self, id: &KeyId) -> Result<Option<Key>> {
        Ok(lock(&self.catalog).keys.get(id).cloned())
    }

    async fn list_keys(
        &self,
        account: AccountId,
        after: Option<&KeyId>,
        limit: u32,
    ) -> Result<Vec<Key>> {
        let entries = lock(&self.catalog);
        let keys = entries.keys.values();
        Ok(keys
            .filter(|key| key.account == account && after.is_none_or(|after| key.id > *after))
            .take(limit as usize)
            .cloned()
            .collect())
    }

    async fn revoke_key(
        &self,
        account: AccountId,
        id: &KeyId,
        at: Timestamp,
    ) -> Result<Option<Key>> {
        let mut entries = lock(&self.catalog);
        let found = entries.keys.get_mut(id);
        let Some(key) = found.filter(|key| key.account == account) else {
            return Ok(None);
        };
        let is_new = key.revoked_at.is_none();
        key.revoked_at.get_or_insert(at);
        let key = key.clone();
        if is_new {
            entries.record(account, Change::key_revoked(&key));
        }
        Ok(Some(key))
    }

    async fn note_key_use(&self, id: &KeyId, at: Timestamp) -> Result<()> {
        if let Some(key) = lock(&self.catalog).keys.get_mut(id) {
            key.last_used_at = Some(at);
        }
        Ok(())
    }

    async fn has_keys(&self) -> Result<bool> {
        Ok(!lock(&self.catalog).keys.is_empty())
    }
}

#[async_trait]
impl Audit for Memory {
    async fn audit_records(
        &self,
        account: AccountId,
        name: Option<&str>,
        after: u64,
        limit: u32,
    ) -> Result<Vec<AuditRecord>> {
        let entries = lock(&self.catalog);
        let records = entries.audit.get(&account).into_iter().flatten();
        Ok(records
            .filter(|record| record.n > after && name.is_none_or(|name| record.name == name))
            .take(limit as usize)
            .cloned()
            .collect())
    }

    async fn audit_head(&self, account: AccountId) -> Result<Option<Head>> {
        let entries = lock(&self.catalog);
        let last = entries
            .audit
            .get(&account)
            .and_then(|records| records.last());
        Ok(last.map(|last| (last.n, last.digest)))
    }
}
