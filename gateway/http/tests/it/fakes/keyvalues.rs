//! Values by key: kept in a map.

use async_trait::async_trait;
use bytes::Bytes;
use steploom_api::port::KeyValues;
use steploom_api::wire;
use steploom_types::{AccountId, Error, Name, Result};

use super::{World, check_account};

#[async_trait]
impl KeyValues for World {
    async fn get_many(
        &self,
        account: AccountId,
        store: &Name,
        keys: &[String],
    ) -> Result<Vec<Option<Bytes>>> {
        check_account(account);
        let state = self.state();
        let values = &state.keyvalues;
        let get = |key: &String| values.get(&(store.clone(), key.clone())).cloned();
        Ok(keys.iter().map(get).collect())
    }

    async fn set_many(
        &self,
        account: AccountId,
        store: &Name,
        values: &[(String, Bytes)],
    ) -> Result<()> {
        check_account(account);
        let values = values.iter();
        let new = values.map(|(key, value)| ((store.clone(), key.clone()), value.clone()));
        self.change(|state| state.keyvalues.extend(new));
        Ok(())
    }

    async fn delete_many(&self, account: AccountId, store: &Name, keys: &[String]) -> Result<()> {
        check_account(account);
        let is_left = |(of, key): &(Name, String)| of != store || !keys.contains(key);
        self.change(|state| state.keyvalues.retain(|key, _| is_left(key)));
        Ok(())
    }

    async fn increment(&self, account: AccountId, store: &Name, key: &str, by: i64) -> Result<i64> {
        let there = self.get(account, store, key).await?.unwrap_or("0".into());
        let there = std::str::from_utf8(&there).ok();
        let Some(there) = there.and_then(|text| text.parse::<i64>().ok()) else {
            return Err(Error::conflict("NotANumber", "it is none"));
        };
        let sum = there + by;
        self.set(account, store, key, sum.to_string().into())
            .await?;
        Ok(sum)
    }

    /// The front never asks for it.
    async fn swap(
        &self,
        _: AccountId,
        _: &Name,
        _: &str,
        _: Option<&[u8]>,
        _: Bytes,
    ) -> Result<bool> {
        Ok(false)
    }

    async fn keys(
        &self,
        account: AccountId,
        store: &Name,
        prefix: &str,
        after: Option<&str>,
        limit: u32,
    ) -> Result<wire::StoreKeys> {
        check_account(account);
        let state = self.state();
        let keys = state.keyvalues.keys().filter(|(of, _)| of == store);
        let keys = keys.map(|(_, key)| key).filter(|key| {
            key.starts_with(prefix) && after.is_none_or(|after| key.as_str() > after)
        });
        let keys: Vec<_> = keys.take(limit as usize).cloned().collect();
        let is_full = keys.len() == limit as usize;
        let next = keys.last().filter(|_| is_full).cloned();
        Ok(wire::StoreKeys { keys, next })
    }
}
