//! Values by key: what functions keep.

use std::collections::BTreeMap;

use async_trait::async_trait;
use bytes::Bytes;
use sqlx::{Connection, PgConnection};
use steploom_store::keyvalue::{Added, KeyValues, add};
use steploom_store::{Error, Result};
use steploom_types::{AccountId, Name};

use super::Entries;
use crate::column::{key, stored};
use crate::error::failed;
use crate::postgres::link::on;

/// How often one looks again at a value that somebody deletes at the same time.
const RACES_MAX: u32 = 8;

#[async_trait]
impl KeyValues for Entries {
    async fn get(
        &self,
        account: AccountId,
        store: &Name,
        keys: &[String],
    ) -> Result<Vec<Option<Bytes>>> {
        on!(self.links, |link| get(link, (account, store), keys))
    }

    async fn set(
        &self,
        account: AccountId,
        store: &Name,
        values: &[(String, Bytes)],
    ) -> Result<()> {
        on!(self.links, |link| set(link, (account, store), values))
    }

    async fn delete(&self, account: AccountId, store: &Name, keys: &[String]) -> Result<u64> {
        on!(self.links, |link| delete(link, (account, store), keys))
    }

    async fn increment(
        &self,
        account: AccountId,
        store: &Name,
        key: &str,
        by: i64,
    ) -> Result<Added> {
        on!(self.links, |link| increment(
            link,
            (account, store),
            key,
            by
        ))
    }

    async fn swap(
        &self,
        account: AccountId,
        store: &Name,
        key: &str,
        expected: Option<&[u8]>,
        new: &Bytes,
    ) -> Result<bool> {
        on!(self.links, |link| swap(
            link,
            (account, store),
            key,
            expected,
            new
        ))
    }

    async fn keys(
        &self,
        account: AccountId,
        store: &Name,
        prefix: &str,
        after: Option<&str>,
        limit: u32,
    ) -> Result<Vec<String>> {
        on!(self.links, |link| list(
            link,
            (account, store),
            prefix,
            after,
            limit
        ))
    }
}

fn bytes(keys: &[String]) -> Vec<&[u8]> {
    keys.iter().map(String::as_bytes).collect()
}

async fn get(
    from: &mut PgConnection,
    (account, store): (AccountId, &Name),
    keys: &[String],
) -> Result<Vec<Option<Bytes>>> {
    let found: Vec<(Vec<u8>, Vec<u8>)> = sqlx::query_as(
        "SELECT key, value FROM keyvalue WHERE account = $1 AND store = $2 AND key = ANY($3)",
    )
    .bind(stored(account.as_u64()))
    .bind(store.as_str())
    .bind(bytes(keys))
    .fetch_all(from)
    .await
    .map_err(failed)?;
    let found = found.into_iter();
    let found: BTreeMap<_, _> = found
        .map(|(key, value)| (key, Bytes::from(value)))
        .collect();
    let values = keys.iter().map(|key| found.get(key.as_bytes()).cloned());
    Ok(values.collect())
}

/// In the order of the keys, as everybody does: so no two wait for each other.
async fn set(
    to: &mut PgConnection,
    (account, store): (AccountId, &Name),
    values: &[(String, Bytes)],
) -> Result<()> {
    let values = values.iter();
    let values: BTreeMap<&[u8], &[u8]> = values.map(|(k, v)| (k.as_bytes(), &v[..])).collect();
    let (keys, values): (Vec<_>, Vec<_>) = values.into_iter().unzip();
    sqlx::query(
        "INSERT INTO keyvalue (account, store, key, value)
         SELECT $1, $2, * FROM unnest($3::bytea[], $4::bytea[])
         ON CONFLICT (account, store, key) DO UPDATE SET value = excluded.value",
    )
    .bind(stored(account.as_u64()))
    .bind(store.as_str())
    .bind(keys)
    .bind(values)
    .execute(to)
    .await
    .map_err(failed)?;
    Ok(())
}

async fn delete(
    to: &mut PgConnection,
    (account, store): (AccountId, &Name),
    keys: &[String],
) -> Result<u64> {
    let deleted = sqlx::query(
        "WITH there AS MATERIALIZED (
             SELECT key FROM keyvalue WHERE account = $1 AND store = $2 AND key = ANY($3)
             ORDER BY key FOR UPDATE
         )
         DELETE FROM keyvalue WHERE account = $1 AND store = $2 AND key IN (SELECT key FROM there)",
    )
    .bind(stored(account.as_u64()))
    .bind(store.as_str())
    .bind(bytes(keys))
    .execute(to)
    .await
    .map_err(failed)?;
    Ok(deleted.rows_affected())
}

/// The row is held from the look at it to the commit.
async fn increment(
    to: &mut PgConnection,
    (account, store): (AccountId, &Name),
    key: &str,
    by: i64,
) -> Result<Added> {
    let mut transaction = to.begin().await.map_err(failed)?;
    for _ in 0..RACES_MAX {
        let there: Option<Vec<u8>> = sqlx::query_scalar(
            "SELECT value FROM keyvalue WHERE account = $1 AND store = $2 AND key = $3 FOR UPDATE",
        )
        .bind(stored(account.as_u64()))
        .bind(store.as_str())
        .bind(key.as_bytes())
        .fetch_optional(&mut *transaction)
        .await
        .map_err(failed)?;
        let added = add(there.as_deref(), by);
        let written = match (added, there) {
            (Added::To(sum), Some(_)) => {
                let sum = sum.to_string();
                replace(
                    &mut transaction,
                    (account, store),
                    key,
                    None,
                    sum.as_bytes(),
                )
                .await?
            }
            (Added::To(sum), None) => {
                let sum = sum.to_string();
                insert(&mut transaction, (account, store), key, sum.as_bytes()).await?
            }
            (Added::NoNumber | Added::TooLarge, _) => true,
        };
        if written {
            transaction.commit().await.map_err(failed)?;
            return Ok(added);
        }
    }
    transaction.rollback().await.map_err(failed)?;
    Err(Error::Changed {
        what: format!("the value of '{}'", key.escape_debug()),
    })
}

async fn swap(
    to: &mut PgConnection,
    place: (AccountId, &Name),
    key: &str,
    expected: Option<&[u8]>,
    new: &[u8],
) -> Result<bool> {
    match expected {
        None => insert(to, place, key, new).await,
        Some(expected) => replace(to, place, key, Some(expected), new).await,
    }
}

/// Whether there was none.
async fn insert(
    to: &mut PgConnection,
    (account, store): (AccountId, &Name),
    key: &str,
    value: &[u8],
) -> Result<bool> {
    let made = sqlx::query(
        "INSERT INTO keyvalue (account, store, key, value) VALUES ($1, $2, $3, $4)
         ON CONFLICT DO NOTHING",
    )
    .bind(stored(account.as_u64()))
    .bind(store.as_str())
    .bind(key.as_bytes())
    .bind(value)
    .execute(to)
    .await
    .map_err(failed)?;
    Ok(made.rows_affected() > 0)
}

/// Whether there was one, and it was the one that was expected.
async fn replace(
    to: &mut PgConnection,
    (account, store): (AccountId, &Name),
    key: &str,
    expected: Option<&[u8]>,
    value: &[u8],
) -> Result<bool> {
    let replaced = sqlx::query(
        "UPDATE keyvalue SET value = $4
         WHERE account = $1 AND store = $2 AND key = $3 AND ($5::bytea IS NULL OR value = $5)",
    )
    .bind(stored(account.as_u64()))
    .bind(store.as_str())
    .bind(key.as_bytes())
    .bind(value)
    .bind(expected)
    .execute(to)
    .await
    .map_err(failed)?;
    Ok(replaced.rows_affected() > 0)
}

async fn list(
    from: &mut PgConnection,
    (account, store): (AccountId, &Name),
    prefix: &str,
    after: Option<&str>,
    limit: u32,
) -> Result<Vec<String>> {
    // Behind everything that begins so: no byte of a text is 255.
    let mut end = prefix.as_bytes().to_vec();
    end.push(u8::MAX);
    let found: Vec<Vec<u8>> = sqlx::query_scalar(
        "SELECT key FROM keyvalue
         WHERE account = $1 AND store = $2 AND key > $3 AND key >= $4 AND key < $5
         ORDER BY key LIMIT $6",
    )
    .bind(stored(account.as_u64()))
    .bind(store.as_str())
    .bind(after.unwrap_or_default().as_bytes())
    .bind(prefix.as_bytes())
    .bind(end)
    .bind(i64::from(limit))
    .fetch_all(from)
    .await
    .map_err(failed)?;
    found.into_iter().map(key).collect()
}
