//! The writes of values, each a part of whoever's transaction it is.

use bytes::Bytes;
use sqlx::{SqliteConnection, SqliteExecutor};
use steploom_store::keyvalue::{Added, add};
use steploom_store::{Error, Result};
use steploom_types::{AccountId, Name};

use crate::column::stored;
use crate::error::failed;

/// What is to be done.
pub(super) enum Write {
    Set(Vec<(String, Bytes)>),
    Delete(Vec<String>),
    Increment(String, i64),
    Swap {
        key: String,
        expected: Option<Bytes>,
        new: Bytes,
    },
}

/// What came of it.
pub(super) enum Done {
    Set,
    Deleted(u64),
    Added(Added),
    Swapped(bool),
}

impl Write {
    /// Bytes of what it brings.
    pub(super) fn bytes(&self) -> usize {
        match self {
            Self::Set(values) => values
                .iter()
                .map(|(key, value)| key.len() + value.len())
                .sum(),
            Self::Delete(keys) => keys.iter().map(String::len).sum(),
            Self::Increment(key, _) => key.len(),
            Self::Swap { key, expected, new } => {
                key.len() + expected.as_ref().map_or(0, Bytes::len) + new.len()
            }
        }
    }

    /// Does it within a transaction.
    pub(super) async fn apply(
        &self,
        to: &mut SqliteConnection,
        place: (AccountId, &Name),
    ) -> Result<Done> {
        match self {
            Self::Set(values) => {
                for (key, value) in values {
                    put(to, place, key, value).await?;
                }
                Ok(Done::Set)
            }
            Self::Delete(keys) => {
                let mut deleted = 0;
                for key in keys {
                    deleted += delete(to, place, key).await?;
                }
                Ok(Done::Deleted(deleted))
            }
            Self::Increment(key, by) => {
                let there = find(&mut *to, place, key).await?;
                let added = add(there.as_deref(), *by);
                if let Added::To(sum) = added {
                    put(to, place, key, sum.to_string().as_bytes()).await?;
                }
                Ok(Done::Added(added))
            }
            Self::Swap { key, expected, new } => {
                let there = find(&mut *to, place, key).await?;
                let was_expected = there.as_deref() == expected.as_deref();
                if was_expected {
                    put(to, place, key, new).await?;
                }
                Ok(Done::Swapped(was_expected))
            }
        }
    }
}

impl Done {
    /// It was told of another write: a mistake of ours.
    pub(super) fn is_another(&self) -> Error {
        let what = match self {
            Self::Set => "set",
            Self::Deleted(_) => "delete",
            Self::Added(_) => "increment",
            Self::Swapped(_) => "swap",
        };
        Error::Unavailable(format!("a write was answered as if it was another: {what}"))
    }
}

pub(super) async fn find(
    from: impl SqliteExecutor<'_>,
    (account, store): (AccountId, &Name),
    key: &str,
) -> Result<Option<Vec<u8>>> {
    sqlx::query_scalar("SELECT value FROM keyvalue WHERE account = ? AND store = ? AND key = ?")
        .bind(stored(account.as_u64()))
        .bind(store.as_str())
        .bind(key.as_bytes())
        .fetch_optional(from)
        .await
        .map_err(failed)
}

async fn put(
    to: &mut SqliteConnection,
    (account, store): (AccountId, &Name),
    key: &str,
    value: &[u8],
) -> Result<()> {
    sqlx::query(
        "INSERT INTO keyvalue (account, store, key, value) VALUES (?, ?, ?, ?)
         ON CONFLICT (account, store, key) DO UPDATE SET value = excluded.value",
    )
    .bind(stored(account.as_u64()))
    .bind(store.as_str())
    .bind(key.as_bytes())
    .bind(value)
    .execute(to)
    .await
    .map_err(failed)?;
    Ok(())
}

async fn delete(
    to: &mut SqliteConnection,
    (account, store): (AccountId, &Name),
    key: &str,
) -> Result<u64> {
    let deleted = sqlx::query("DELETE FROM keyvalue WHERE account = ? AND store = ? AND key = ?")
        .bind(stored(account.as_u64()))
        .bind(store.as_str())
        .bind(key.as_bytes())
        .execute(to)
        .await
        .map_err(failed)?;
    Ok(deleted.rows_affected())
}
