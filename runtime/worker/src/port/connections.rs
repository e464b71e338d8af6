//! Connections: their secrets are sealed before they reach the catalog, and never shown.

use async_trait::async_trait;
use serde::{Deserialize, Serialize};
use steploom_api::port::Connections;
use steploom_api::wire;
use steploom_store::catalog::{Entry, EntryKind, Put};
use steploom_store::{Catalog, Error as StoreError};
use steploom_types::{AccountId, Error, Name, Result};

use super::{Port, after_name, page_by_name};
use crate::seal::Seal;

/// Bytes of all that one connection holds.
const BYTES_MAX: usize = 32 * 1024;

/// A connection's row.
#[derive(Serialize, Deserialize)]
struct Kept {
    /// As it is shown.
    auth: String,
    /// A [`wire::PutConnection`], sealed.
    sealed: String,
}

#[async_trait]
impl Connections for Port {
    async fn put_connection(
        &self,
        account: AccountId,
        name: Name,
        put: wire::PutConnection,
    ) -> Result<(wire::Connection, bool)> {
        let auth = match put.auth {
            None => "none",
            Some(wire::ConnectionAuth::Basic { .. }) => "basic",
            Some(wire::ConnectionAuth::ApiKey { .. }) => "apiKey",
        };
        let text = serde_json::to_string(&put).map_err(Error::internal)?;
        if text.len() > BYTES_MAX {
            return Err(Error::invalid(
                "ConnectionTooLarge",
                format!("a connection may have {BYTES_MAX} bytes at the most"),
            ));
        }
        let kept = Kept {
            auth: auth.to_owned(),
            sealed: self.shared.seal.close(&place(account, &name), &text)?,
        };
        let entry = Entry {
            name,
            body: serde_json::to_string(&kept).map_err(Error::internal)?,
            created_at: self.shared.clock.now(),
        };
        let catalog = &self.shared.store.catalog;
        let is_new = catalog
            .put_entry(account, EntryKind::Connection, &entry, Put::Upsert)
            .await?;
        Ok((view(account, entry)?, is_new))
    }

    async fn list_connections(
        &self,
        account: AccountId,
        limit: u32,
        next: Option<String>,
    ) -> Result<wire::ConnectionPage> {
        let after = after_name(next)?;
        let catalog = &self.shared.store.catalog;
        let found = catalog
            .list_entries(account, EntryKind::Connection, after.as_ref(), limit + 1)
            .await?;
        let (found, next) = page_by_name(found, limit, |entry| &entry.name);
        let items = found.into_iter().map(|entry| view(account, entry));
        Ok(wire::ConnectionPage {
            items: items.collect::<Result<_>>()?,
            next,
        })
    }

    async fn delete_connection(&self, account: AccountId, name: &Name) -> Result<()> {
        let catalog = &self.shared.store.catalog;
        let there = catalog
            .delete_entry(account, EntryKind::Connection, name)
            .await?;
        there.then_some(()).ok_or_else(|| not_found(name))
    }
}

impl Port {
    /// A connection with its secrets, for a call that is made with it.
    pub(crate) async fn connection(
        &self,
        account: AccountId,
        name: &Name,
    ) -> Result<wire::PutConnection> {
        let catalog = &*self.shared.store.catalog;
        open(catalog, &self.shared.seal, account, name).await
    }
}

/// A connection with its secrets.
pub(crate) async fn open(
    catalog: &dyn Catalog,
    seal: &Seal,
    account: AccountId,
    name: &Name,
) -> Result<wire::PutConnection> {
    let found = catalog
        .find_entry(account, EntryKind::Connection, name)
        .await?;
    let kept = kept(&found.ok_or_else(|| not_found(name))?)?;
    let text = seal.open(&place(account, name), &kept.sealed)?;
    serde_json::from_str(&text).map_err(Error::internal)
}

fn place(account: AccountId, name: &Name) -> String {
    format!("connection/{account}/{name}")
}

fn kept(entry: &Entry) -> Result<Kept> {
    serde_json::from_str(&entry.body)
        .map_err(|why| StoreError::Corrupt(format!("connection '{}': {why}", entry.name)).into())
}

fn view(account: AccountId, entry: Entry) -> Result<wire::Connection> {
    let kept = kept(&entry)?;
    Ok(wire::Connection {
        arn: format!(
            "arn:aws:events:us-east-1:{account}:connection/{}/00000000-0000-0000-0000-000000000000",
            entry.name
        ),
        name: entry.name,
        auth: kept.auth,
        created_at: entry.created_at,
    })
}

fn not_found(name: &Name) -> Error {
    Error::not_found(
        "ConnectionNotFound",
        format!(
            "there is no connection '{name}'; 'steploom connection list' shows those there are"
        ),
    )
}
