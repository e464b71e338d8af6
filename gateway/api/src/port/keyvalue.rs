//! Values by key, in named stores: what functions keep from one call to the next.

use async_trait::async_trait;
use bytes::Bytes;
use steploom_types::{AccountId, Error, Name, Result};

use crate::wire;

/// The values of an account, by store and key.
///
/// A store is there as soon as something is written into it, and gone with its last value; one that is
/// not there reads as empty. Every method fails with `Invalid` / `InvalidKey` for a key that is none,
/// those that take values with `Invalid` / `ValueTooLarge`, those that take several keys with
/// `Invalid` / `BatchTooLarge`: see [`limits`](steploom_types::limits::keyvalue). What is written has
/// reached the disk when the method returns, all of it or nothing; one that is dropped before may have
/// written it or not.
#[async_trait]
pub trait KeyValues: Send + Sync {
    /// A value, or `None`.
    async fn get(&self, account: AccountId, store: &Name, key: &str) -> Result<Option<Bytes>> {
        let keys = [key.to_owned()];
        let values = self.get_many(account, store, &keys).await?;
        Ok(values.into_iter().next().flatten())
    }

    /// The values of keys, each in its key's place.
    async fn get_many(
        &self,
        account: AccountId,
        store: &Name,
        keys: &[String],
    ) -> Result<Vec<Option<Bytes>>>;

    /// Sets a value, replacing what was there.
    async fn set(&self, account: AccountId, store: &Name, key: &str, value: Bytes) -> Result<()> {
        let values = [(key.to_owned(), value)];
        self.set_many(account, store, &values).await
    }

    /// Sets values; of a key that is named twice the last one stays.
    async fn set_many(
        &self,
        account: AccountId,
        store: &Name,
        values: &[(String, Bytes)],
    ) -> Result<()>;

    /// Deletes a value; there may be none.
    async fn delete(&self, account: AccountId, store: &Name, key: &str) -> Result<()> {
        let keys = [key.to_owned()];
        self.delete_many(account, store, &keys).await
    }

    /// Deletes values, as far as they are there.
    async fn delete_many(&self, account: AccountId, store: &Name, keys: &[String]) -> Result<()>;

    /// Adds to a value that is a whole number in decimal digits, and gives the sum; a value that is not
    /// there is 0. Of additions at the same time none is lost.
    ///
    /// # Errors
    /// `Conflict` / `NotANumber` when the value is none, `Conflict` / `NumberTooLarge` when the sum has
    /// more than 64 bits; the value stays as it is.
    async fn increment(&self, account: AccountId, store: &Name, key: &str, by: i64) -> Result<i64>;

    /// Sets a value if the one that is there is `expected`, or if there is none and none is expected;
    /// whether it did.
    async fn swap(
        &self,
        account: AccountId,
        store: &Name,
        key: &str,
        expected: Option<&[u8]>,
        new: Bytes,
    ) -> Result<bool>;

    /// Keys that begin with `prefix`, behind the key `after`, by their bytes: 1 to
    /// [`PAGE_SIZE_MAX`](steploom_types::limits::PAGE_SIZE_MAX) of them.
    async fn keys(
        &self,
        account: AccountId,
        store: &Name,
        prefix: &str,
        after: Option<&str>,
        limit: u32,
    ) -> Result<wire::StoreKeys>;
}

/// What a caller is told who has to have a value that is not there: `NotFound` / `KeyNotFound`.
pub fn no_value(store: &Name, key: &str) -> Error {
    Error::not_found(
        "KeyNotFound",
        format!("the store '{store}' has no key '{}'", key.escape_debug()),
    )
}
