//! Keys and the audit.

use async_trait::async_trait;
use steploom_api::port::{Audit, Keys};
use steploom_types::audit::AuditRecord;
use steploom_types::key::{Key, KeyId};
use steploom_types::{AccountId, Digest, Result, Timestamp};

use super::World;

#[async_trait]
impl Keys for World {
    async fn add_key(&self, key: &Key) -> Result<()> {
        let actor = steploom_actor::current().expect("the edge says who");
        self.change(|state| {
            let told = (actor.who.to_string(), actor.request_id.to_string());
            state.actors.push(told);
            state.keys.insert(key.id.clone(), key.clone());
        });
        Ok(())
    }

    async fn find_key(&self, id: &KeyId) -> Result<Option<Key>> {
        Ok(self.state().keys.get(id).cloned())
    }

    async fn list_keys(
        &self,
        account: AccountId,
        after: Option<&KeyId>,
        limit: u32,
    ) -> Result<Vec<Key>> {
        let state = self.state();
        let keys = state.keys.values();
        let keys = keys.filter(|k| k.account == account && after.is_none_or(|a| k.id > *a));
        Ok(keys.take(limit as usize).cloned().collect())
    }

    async fn revoke_key(
        &self,
        account: AccountId,
        id: &KeyId,
        at: Timestamp,
    ) -> Result<Option<Key>> {
        let mut state = self.state();
        let key = state.keys.get_mut(id).filter(|k| k.account == account);
        Ok(key.map(|key| {
            key.revoked_at.get_or_insert(at);
            key.clone()
        }))
    }

    async fn note_key_use(&self, id: &KeyId, at: Timestamp) -> Result<()> {
        if let Some(key) = self.state().keys.get_mut(id) {
            key.last_used_at = Some(at);
        }
        Ok(())
    }

    async fn has_keys(&self) -> Result<bool> {
        Ok(!self.state().keys.is_empty())
    }
}

#[async_trait]
impl Audit for World {
    async fn audit_records(
        &self,
        account: AccountId,
        name: Option<&str>,
        after: u64,
        limit: u32,
    ) -> Result<Vec<AuditRecord>> {
        let state = self.state();
        let records = state.audit.iter().filter(|r| {
            r.account == account && r.n > after && name.is_none_or(|name| r.name == name)
        });
        Ok(records.take(limit as usize).cloned().collect())
    }

    async fn audit_head(&self, account: AccountId) -> Result<Option<(u64, Digest)>> {
        let state = self.state();
        let mut records = state.audit.iter().rev();
        let last = records.find(|record| record.account == account);
        Ok(last.map(|record| (record.n, record.digest)))
    }
}
