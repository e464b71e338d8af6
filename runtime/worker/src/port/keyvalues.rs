//! Values by key: checked here, kept by the store.

use async_trait::async_trait;
use bytes::Bytes;
use steploom_api::port::KeyValues;
use steploom_api::wire;
use steploom_store::keyvalue::Added;
use steploom_types::limits::keyvalue::{
    BATCH_BYTES_MAX, BATCH_KEYS_MAX, KEY_BYTES_MAX, VALUE_BYTES_MAX,
};
use steploom_types::{AccountId, Error, Name, Result};

use super::{Port, page_size};

/// Keys of a batch that are read at once, so that too large a batch is noticed before it is in memory.
const READ_AT_ONCE: usize = 16;

#[async_trait]
impl KeyValues for Port {
    async fn get_many(
        &self,
        account: AccountId,
        store: &Name,
        keys: &[String],
    ) -> Result<Vec<Option<Bytes>>> {
        check_keys(keys)?;
        let keyvalues = &self.shared.store.keyvalues;
        let (mut values, mut bytes) = (Vec::with_capacity(keys.len()), 0);
        for some in keys.chunks(READ_AT_ONCE) {
            let found = keyvalues.get(account, store, some).await?;
            bytes += found.iter().flatten().map(Bytes::len).sum::<usize>();
            check_bytes(bytes)?;
            values.extend(found);
        }
        Ok(values)
    }

    async fn set_many(
        &self,
        account: AccountId,
        store: &Name,
        values: &[(String, Bytes)],
    ) -> Result<()> {
        check_number(values.len())?;
        for (key, value) in values {
            check_key(key)?;
            check_value(key, value)?;
        }
        check_bytes(values.iter().map(|(_, value)| value.len()).sum())?;
        let keyvalues = &self.shared.store.keyvalues;
        Ok(keyvalues.set(account, store, values).await?)
    }

    async fn delete_many(&self, account: AccountId, store: &Name, keys: &[String]) -> Result<()> {
        check_keys(keys)?;
        let keyvalues = &self.shared.store.keyvalues;
        keyvalues.delete(account, store, keys).await?;
        Ok(())
    }

    async fn increment(&self, account: AccountId, store: &Name, key: &str, by: i64) -> Result<i64> {
        check_key(key)?;
        let keyvalues = &self.shared.store.keyvalues;
        let place = || {
            format!(
                "the value of '{}' in the store '{store}'",
                key.escape_debug()
            )
        };
        match keyvalues.increment(account, store, key, by).await? {
            Added::To(sum) => Ok(sum),
            Added::NoNumber => Err(Error::conflict(
                "NotANumber",
                format!(
                    "{} is no whole number in decimal digits, so nothing can be added to it; set it to one, or delete it",
                    place()
                ),
            )),
            Added::TooLarge => Err(Error::conflict(
                "NumberTooLarge",
                format!(
                    "{} would have more than 64 bits; it stays as it is",
                    place()
                ),
            )),
        }
    }

    async fn swap(
        &self,
        account: AccountId,
        store: &Name,
        key: &str,
        expected: Option<&[u8]>,
        new: Bytes,
    ) -> Result<bool> {
        check_key(key)?;
        check_value(key, &new)?;
        let keyvalues = &self.shared.store.keyvalues;
        Ok(keyvalues.swap(account, store, key, expected, &new).await?)
    }

    async fn keys(
        &self,
        account: AccountId,
        store: &Name,
        prefix: &str,
        after: Option<&str>,
        limit: u32,
    ) -> Result<wire::StoreKeys> {
        let limit = page_size(Some(limit))?;
        let keyvalues = &self.shared.store.keyvalues;
        let mut keys = keyvalues
            .keys(account, store, prefix, after, limit + 1)
            .await?;
        let more = keys.len() > limit as usize;
        keys.truncate(limit as usize);
        let next = keys.last().filter(|_| more).cloned();
        Ok(wire::StoreKeys { keys, next })
    }
}

fn check_key(key: &str) -> Result<()> {
    if (1..=KEY_BYTES_MAX).contains(&key.len()) {
        return Ok(());
    }
    Err(Error::invalid(
        "InvalidKey",
        format!(
            "a key has 1 to {KEY_BYTES_MAX} bytes in UTF-8; this one has {}",
            key.len()
        ),
    ))
}

fn check_keys(keys: &[String]) -> Result<()> {
    check_number(keys.len())?;
    keys.iter().try_for_each(|key| check_key(key))
}

fn check_value(key: &str, value: &Bytes) -> Result<()> {
    if value.len() <= VALUE_BYTES_MAX {
        return Ok(());
    }
    Err(Error::invalid(
        "ValueTooLarge",
        format!(
            "the value of '{}' has {} bytes; a store's values have {VALUE_BYTES_MAX} at the most, larger ones are objects of a bucket",
            key.escape_debug(),
            value.len()
        ),
    ))
}

fn check_number(keys: usize) -> Result<()> {
    if keys <= BATCH_KEYS_MAX {
        return Ok(());
    }
    let message = format!("{keys} keys at once; {BATCH_KEYS_MAX} are allowed: use several batches");
    Err(Error::invalid("BatchTooLarge", message))
}

fn check_bytes(bytes: usize) -> Result<()> {
    if bytes <= BATCH_BYTES_MAX {
        return Ok(());
    }
    let message = format!(
        "the values of a batch have more than {BATCH_BYTES_MAX} bytes together: use several batches"
    );
    Err(Error::invalid("BatchTooLarge", message))
}
