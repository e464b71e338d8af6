//! The catalog: functions, machines and definitions, in one file.
//!
//! A version's number is given inside the transaction that writes it. There is one connection that
//! writes, so numbers have no gaps.

mod functions;
mod machines;

use std::sync::Arc;

use async_trait::async_trait;
use sqlx::migrate::Migrator;
use sqlx::{SqliteConnection, SqlitePool};
use steploom_store::catalog::{
    Catalog, Function, FunctionVersion, Machine, MachineVersion, NewFunctionVersion, Put,
};
use steploom_store::{Error, Result};
use steploom_types::{AccountId, Digest, Name, Timestamp};
use tokio::sync::Mutex;

use super::connect;
use super::folder::Folder;

static MIGRATIONS: Migrator = sqlx::migrate!("migrations/catalog");

/// The catalog's file.
pub(super) struct Entries {
    writer: Mutex<SqliteConnection>,
    readers: SqlitePool,
    /// Ours as long as this is open.
    _folder: Arc<Folder>,
}

impl Entries {
    pub(super) async fn open(folder: Arc<Folder>) -> Result<Self> {
        let options = connect::options(&folder.file("catalog.db"));
        Ok(Self {
            writer: Mutex::new(connect::writer(&options, &MIGRATIONS).await?),
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
        functions::put(&mut writer, account, name, version, put).await
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
        functions::delete(&mut *self.writer.lock().await, account, name).await
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
        machines::put(&mut writer, (account, name), definition, at, put).await
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
        machines::delete(&mut *self.writer.lock().await, account, name).await
    }

    async fn put_definition(&self, definition: &str) -> Result<Digest> {
        machines::keep(&mut *self.writer.lock().await, definition).await
    }

    async fn definition(&self, digest: Digest) -> Result<Option<String>> {
        machines::definition(&self.readers, digest).await
    }
}
