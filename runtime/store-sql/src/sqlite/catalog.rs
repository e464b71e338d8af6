//! The catalog: functions, machines and definitions, in one file.
//!
//! A version's number is given inside the transaction that writes it. There is one connection that
//! writes, so numbers have no gaps.

mod functions;
mod machines;

use std::sync::Arc;

use async_trait::async_trait;
use sqlx::SqlitePool;
use sqlx::migrate::Migrator;
use steploom_store::catalog::{
    Catalog, Function, FunctionVersion, Machine, MachineVersion, NewFunctionVersion, Put,
};
use steploom_store::{Error, Result};
use steploom_types::{AccountId, Digest, Name, Timestamp};
use tokio::sync::Mutex;

use super::connect;
use super::folder::Folder;
use super::writer::Writer;

static MIGRATIONS: Migrator = sqlx::migrate!("migrations/catalog");

/// The catalog's file.
pub(super) struct Entries {
    writer: Mutex<Writer>,
    readers: SqlitePool,
    /// Ours as long as this is open.
    _folder: Arc<Folder>,
}

impl Entries {
    pub(super) async fn open(folder: Arc<Folder>) -> Result<Self> {
        let options = connect::options(&folder.file("catalog.db"));
        Ok(Self {
            writer: Mutex::new(Writer::open(options.clone(), &MIGRATIONS).await?),
            readers: connect::readers(options),
            _folder: folder,
        })
    }
}

fn exists(what: &str, name: &Name) -> Error {
    Error::Exists {
        what: format!("the {what} '{name}'"),
    }
}

#[async_trait]
impl Catalog for Entries {
    async fn put_function(
        &self,
        account: AccountId,
        name: &Name,
        version: &NewFunctionVersion,
        put: Put,
    ) -> Result<Function> {
        let mut writer = self.writer.lock().await;
        let connection = writer.connection().await?;
        let put = functions::put(connection, account, name, version, put).await;
        writer.settle(put)
    }

    async fn find_function(&self, account: AccountId, name: &Name) -> Result<Option<Function>> {
        functions::find(&self.readers, account, name).await
    }

    async fn find_function_version(
        &self,
        account: AccountId,
        name: &Name,
        version: u32,
    ) -> Result<Option<FunctionVersion>> {
        functions::find_version(&self.readers, account, name, version).await
    }

    async fn function_versions(
        &self,
        account: AccountId,
        name: &Name,
        limit: u32,
    ) -> Result<Vec<FunctionVersion>> {
        functions::versions(&self.readers, account, name, limit).await
    }

    async fn list_functions(
        &self,
        account: AccountId,
        after: Option<&Name>,
        limit: u32,
    ) -> Result<Vec<Function>> {
        functions::list(&self.readers, account, after, limit).await
    }

    async fn delete_function(&self, account: AccountId, name: &Name) -> Result<bool> {
        let mut writer = self.writer.lock().await;
        let deleted = functions::delete(writer.connection().await?, account, name).await;
        writer.settle(deleted)
    }

    async fn put_machine(
        &self,
        account: AccountId,
        name: &Name,
        definition: &str,
        at: Timestamp,
        put: Put,
    ) -> Result<Machine> {
        let mut writer = self.writer.lock().await;
        let connection = writer.connection().await?;
        let put = machines::put(connection, (account, name), definition, at, put).await;
        writer.settle(put)
    }

    async fn find_machine(&self, account: AccountId, name: &Name) -> Result<Option<Machine>> {
        machines::find(&self.readers, account, name).await
    }

    async fn machine_versions(
        &self,
        account: AccountId,
        name: &Name,
        limit: u32,
    ) -> Result<Vec<MachineVersion>> {
        machines::versions(&self.readers, account, name, limit).await
    }

    async fn list_machines(
        &self,
        account: AccountId,
        after: Option<&Name>,
        limit: u32,
    ) -> Result<Vec<Machine>> {
        machines::list(&self.readers, account, after, limit).await
    }

    async fn delete_machine(&self, account: AccountId, name: &Name) -> Result<bool> {
        let mut writer = self.writer.lock().await;
        let deleted = machines::delete(writer.connection().await?, account, name).await;
        writer.settle(deleted)
    }

    async fn put_definition(&self, definition: &str) -> Result<Digest> {
        let mut writer = self.writer.lock().await;
        let kept = machines::keep(writer.connection().await?, definition).await;
        writer.settle(kept)
    }

    async fn definition(&self, digest: Digest) -> Result<Option<String>> {
        machines::definition(&self.readers, digest).await
    }
}
