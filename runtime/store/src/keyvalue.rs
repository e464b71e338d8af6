//! Values by key in named stores: what functions keep from one call to the next.
//!
//! A store is there as soon as something is written into it, and gone with its last value. A number
//! is a value as well: its decimal digits, so that whoever reads it sees what it is.

use async_trait::async_trait;
use bytes::Bytes;
use steploom_types::{AccountId, Name};

use crate::Result;

/// What came of adding to a number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Added {
    /// The number that is there now.
    To(i64),
    /// The value is no number, and stays as it is.
    NoNumber,
    /// The sum does not fit into 64 bits; the value stays as it is.
    TooLarge,
}

/// Adds to what is there; what is absent is 0.
pub fn add(there: Option<&[u8]>, by: i64) -> Added {
    let Some(there) = there else {
        return Added::To(by);
    };
    let text = std::str::from_utf8(there).ok();
    match text.and_then(|text| text.parse::<i64>().ok()) {
        Some(number) => number.checked_add(by).map_or(Added::TooLarge, Added::To),
        None => Added::NoNumber,
    }
}

/// The values of one database. A foreign account's are simply not there. Every write is durable when
/// its future is ready, and whole.
#[async_trait]
pub trait KeyValues: Send + Sync {
    /// The values of keys, each in its key's place; `None` where there is none.
    async fn get(
        &self,
        account: AccountId,
        store: &Name,
        keys: &[String],
    ) -> Result<Vec<Option<Bytes>>>;

    /// Sets values, all of them at once. Of a key that is named twice the last one stays.
    async fn set(&self, account: AccountId, store: &Name, values: &[(String, Bytes)])
    -> Result<()>;

    /// Deletes values, all of them at once; how many there were.
    async fn delete(&self, account: AccountId, store: &Name, keys: &[String]) -> Result<u64>;

    /// Adds to the number that a value is, see [`add`]. Of additions at the same time none is lost.
    async fn increment(
        &self,
        account: AccountId,
        store: &Name,
        key: &str,
        by: i64,
    ) -> Result<Added>;

    /// Sets a value if what is there is `expected`, or if there is nothing and nothing is expected;
    /// whether it did.
    async fn swap(
        &self,
        account: AccountId,
        store: &Name,
        key: &str,
        expected: Option<&[u8]>,
        new: &Bytes,
    ) -> Result<bool>;

    /// Keys that begin with `prefix`, after the key `after`, by their bytes.
    async fn keys(
        &self,
        account: AccountId,
        store: &Name,
        prefix: &str,
        after: Option<&str>,
        limit: u32,
    ) -> Result<Vec<String>>;
}
