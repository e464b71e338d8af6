//! Keys by which callers prove who they are: plain rows. What is secret in them is sealed or hashed
//! before it gets here.

use async_trait::async_trait;
use steploom_types::key::{Key, KeyId};
use steploom_types::{AccountId, Timestamp};

use crate::Result;

/// The keys of one database. Every change leaves an [audit](crate::audit) record.
#[async_trait]
pub trait Keys: Send + Sync {
    /// Adds a key.
    ///
    /// # Errors
    /// `Exists` when the id is taken: make another.
    async fn add_key(&self, key: &Key) -> Result<()>;

    /// A key of whichever account, or `None`; also one that was revoked.
    async fn find_key(&self, id: &KeyId) -> Result<Option<Key>>;

    /// Keys of an account by id, after `after`; also those that were revoked.
    async fn list_keys(
        &self,
        account: AccountId,
        after: Option<&KeyId>,
        limit: u32,
    ) -> Result<Vec<Key>>;

    /// Revokes a key for ever, and gives it back; `None` if the account has no such key. One that was
    /// revoked before stays as it was.
    async fn revoke_key(
        &self,
        account: AccountId,
        id: &KeyId,
        at: Timestamp,
    ) -> Result<Option<Key>>;

    /// Notes when a key was used. No change of anything, so it leaves no audit record.
    async fn note_key_use(&self, id: &KeyId, at: Timestamp) -> Result<()>;

    /// Whether there is or ever was a key.
    async fn has_keys(&self) -> Result<bool>;
}
