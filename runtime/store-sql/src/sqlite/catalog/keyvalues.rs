//! Values by key: what functions keep. Their writes share transactions, see [`queue`].

mod queue;
mod write;

use async_trait::async_trait;
use bytes::Bytes;
use steploom_store::Result;
use steploom_store::keyvalue::{Added, KeyValues};
use steploom_types::{AccountId, Name};

use super::Entries;
use crate::column::{key, stored};
use crate::error::failed;

pub(super) use queue::Queue;
use write::{Done, Write};

#[async_trait]
impl KeyValues for Entries {
    async fn get(
        &self,
        account: AccountId,
        store: &Name,
        keys: &[String],
    ) -> Result<Vec<Option<Bytes>>> {
        let mut reader = self.readers.acquire().await.map_err(failed)?;
        let mut values = Vec::with_capacity(keys.len());
        for key in keys {
            let found = write::find(&mut *reader, (account, store), key).await?;
            values.push(found.map(Bytes::from));
        }
        Ok(values)
    }

    async fn set(
        &self,
        account: AccountId,
        store: &Name,
        values: &[(String, Bytes)],
    ) -> Result<()> {
        let write = Write::Set(values.to_vec());
        queue::write(self, (account, store), write).await.map(drop)
    }

    async fn delete(&self, account: AccountId, store: &Name, keys: &[String]) -> Result<u64> {
        let write = Write::Delete(keys.to_vec());
        match queue::write(self, (account, store), write).await? {
            Done::Deleted(values) => Ok(values),
            other => Err(other.is_another()),
        }
    }

    async fn increment(
        &self,
        account: AccountId,
        store: &Name,
        key: &str,
        by: i64,
    ) -> Result<Added> {
        let write = Write::Increment(key.to_owned(), by);
        match queue::write(self, (account, store), write).await? {
            Done::Added(added) => Ok(added),
            other => Err(other.is_another()),
        }
    }

    async fn swap(
        &self,
        account: AccountId,
        store: &Name,
        key: &str,
        expected: Option<&[u8]>,
        new: &Bytes,
    ) -> Result<bool> {
        let write = Write::Swap {
            key: key.to_owned(),
            expected: expected.map(Bytes::copy_from_slice),
            new: new.clone(),
        };
        match queue::write(self, (account, store), write).await? {
            Done::Swapped(was_expected) => Ok(was_expected),
            other => Err(other.is_another()),
        }
    }

    async fn keys(
        &self,
        account: AccountId,
        store: &Name,
        prefix: &str,
        after: Option<&str>,
        limit: u32,
    ) -> Result<Vec<String>> {
        // Behind everything that begins so: no byte of a text is 255.
        let mut end = prefix.as_bytes().to_vec();
        end.push(u8::MAX);
        let found: Vec<Vec<u8>> = sqlx::query_scalar(
            "SELECT key FROM keyvalue
             WHERE account = ? AND store = ? AND key > ? AND key >= ? AND key < ?
             ORDER BY key LIMIT ?",
        )
        .bind(stored(account.as_u64()))
        .bind(store.as_str())
        .bind(after.unwrap_or_default().as_bytes())
        .bind(prefix.as_bytes())
        .bind(end)
        .bind(limit)
        .fetch_all(&self.readers)
        .await
        .map_err(failed)?;
        found.into_iter().map(key).collect()
    }
}
