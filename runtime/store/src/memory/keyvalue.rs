//! Values by key in memory.

use std::collections::BTreeMap;
use std::ops::Bound;

use async_trait::async_trait;
use bytes::Bytes;
use steploom_types::{AccountId, Name};

use super::{Memory, lock};
use crate::Result;
use crate::keyvalue::{Added, KeyValues, add};

/// By account, store and key.
pub(super) type Values = BTreeMap<(AccountId, Name, String), Bytes>;

fn at(account: AccountId, store: &Name, key: &str) -> (AccountId, Name, String) {
    (account, store.clone(), key.to_owned())
}

#[async_trait]
impl KeyValues for Memory {
    async fn get(
        &self,
        account: AccountId,
        store: &Name,
        keys: &[String],
    ) -> Result<Vec<Option<Bytes>>> {
        let values = lock(&self.keyvalues);
        let get = |key: &String| values.get(&at(account, store, key)).cloned();
        Ok(keys.iter().map(get).collect())
    }

    async fn set(
        &self,
        account: AccountId,
        store: &Name,
        values: &[(String, Bytes)],
    ) -> Result<()> {
        let values = values.iter();
        let new = values.map(|(key, value)| (at(account, store, key), value.clone()));
        lock(&self.keyvalues).extend(new);
        Ok(())
    }

    async fn delete(&self, account: AccountId, store: &Name, keys: &[String]) -> Result<u64> {
        let mut values = lock(&self.keyvalues);
        let mut delete = |key: &&String| values.remove(&at(account, store, key)).is_some();
        Ok(keys.iter().filter(|key| delete(key)).count() as u64)
    }

    async fn increment(
        &self,
        account: AccountId,
        store: &Name,
        key: &str,
        by: i64,
    ) -> Result<Added> {
        let mut values = lock(&self.keyvalues);
        let at = at(account, store, key);
        let added = add(values.get(&at).map(Bytes::as_ref), by);
        if let Added::To(sum) = added {
            values.insert(at, sum.to_string().into());
        }
        Ok(added)
    }

    async fn swap(
        &self,
        account: AccountId,
        store: &Name,
        key: &str,
        expected: Option<&[u8]>,
        new: &Bytes,
    ) -> Result<bool> {
        let mut values = lock(&self.keyvalues);
        let at = at(account, store, key);
        let is_expected = values.get(&at).map(Bytes::as_ref) == expected;
        if is_expected {
            values.insert(at, new.clone());
        }
        Ok(is_expected)
    }

    async fn keys(
        &self,
        account: AccountId,
        store: &Name,
        prefix: &str,
        after: Option<&str>,
        limit: u32,
    ) -> Result<Vec<String>> {
        let from = match after {
            Some(after) if after >= prefix => Bound::Excluded(at(account, store, after)),
            _ => Bound::Included(at(account, store, prefix)),
        };
        let values = lock(&self.keyvalues);
        let keys = values.range((from, Bound::Unbounded)).map(|(key, _)| key);
        let ours =
            keys.take_while(|(a, s, key)| (*a, s) == (account, store) && key.starts_with(prefix));
        let ours = ours.map(|(_, _, key)| key.clone());
        Ok(ours.take(limit as usize).collect())
    }
}
