//! Keys and the audit, as they are kept.

use async_trait::async_trait;
use steploom_types::audit::AuditRecord;
use steploom_types::key::{Key, KeyId};
use steploom_types::{AccountId, Digest, Result, Timestamp};

/// Rows of keys. What is secret in them is sealed or hashed before it gets here; what a key may do
/// and who may make one is decided above.
#[async_trait]
pub trait Keys: Send + Sync {
    /// Adds a key; `Conflict` when its id is taken.
    async fn add_key(&self, key: &Key) -> Result<()>;

    /// A key of whichever account, also one that was revoked.
    async fn find_key(&self, id: &KeyId) -> Result<Option<Key>>;

    /// Keys of an account by id, after `after`.
    async fn list_keys(
        &self,
        account: AccountId,
        after: Option<&KeyId>,
        limit: u32,
    ) -> Result<Vec<Key>>;

    /// Revokes a key for ever; `None` if the account has no such key.
    async fn revoke_key(
        &self,
        account: AccountId,
        id: &KeyId,
        at: Timestamp,
    ) -> Result<Option<Key>>;

    /// Notes when a key was used.
    async fn note_key_use(&self, id: &KeyId, at: Timestamp) -> Result<()>;

    /// Whether there is or ever was a key.
    async fn has_keys(&self) -> Result<bool>;
}

/// Who changed what.
#[async_trait]
pub trait Audit: Send + Sync {
    /// Records of an account after the number `after`, in order; those about `name` only, if given.
    async fn audit_records(
        &self,
        account: AccountId,
        name: Option<&str>,
        after: u64,
        limit: u32,
    ) -> Result<Vec<AuditRecord>>;

    /// The last record's number and digest; `None` if there is none.
    async fn audit_head(&self, account: AccountId) -> Result<Option<(u64, Digest)>>;
}
