//! The catalog: functions, machines, definitions and schedules, in one file.
//!
//! A version's number is given inside the transaction that writes it. There is one connection that
//! writes, so numbers have no gaps.

mod access;
mod audit;
mod entries;
mod functions;
mod keys;
mod keyvalues;
mod machines;
mod objects;
mod schedules;
mod uploads;

use std::sync::Arc;

use async_trait::async_trait;
use sqlx::SqlitePool;
use sqlx::migrate::Migrator;
use steploom_store::catalog::{
    Catalog, Entry, EntryKind, Finish, Finished, Function, FunctionVersion, Machine,
    MachineVersion, NewFunctionVersion, Object, Over, Part, Put, Upload,
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
    writer: Arc<Mutex<Writer>>,
    readers: SqlitePool,
    /// Writes of values by key that wait for the writer.
    queue: keyvalues::Queue,
    /// Ours as long as this is open.
    folder: Arc<Folder>,
}

impl Entries {
    pub(super) async fn open(folder: Arc<Folder>) -> Result<Self> {
        let options = connect::options(&folder.file("catalog.db"));
        Ok(Self {
            writer: Arc::new(Mutex::new(
                Writer::open(options.clone(), &MIGRATIONS).await?,
            )),
            readers: connect::readers(options),
            queue: keyvalues::Queue::default(),
            folder,
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

    async fn put_entry(
        &self,
        account: AccountId,
        kind: EntryKind,
        entry: &Entry,
        put: Put,
    ) -> Result<bool> {
        let mut writer = self.writer.lock().await;
        let put = entries::put(writer.connection().await?, (account, kind), entry, put).await;
        writer.settle(put)
    }

    async fn replace_entry(
        &self,
        account: AccountId,
        kind: EntryKind,
        was: &str,
        entry: &Entry,
    ) -> Result<bool> {
        let mut writer = self.writer.lock().await;
        let to = writer.connection().await?;
        let replaced = entries::replace(to, (account, kind), was, entry).await;
        writer.settle(replaced)
    }

    async fn find_entry(
        &self,
        account: AccountId,
        kind: EntryKind,
        name: &Name,
    ) -> Result<Option<Entry>> {
        entries::find(&self.readers, (account, kind), name).await
    }

    async fn list_entries(
        &self,
        account: AccountId,
        kind: EntryKind,
        after: Option<&Name>,
        limit: u32,
    ) -> Result<Vec<Entry>> {
        entries::list(&self.readers, (account, kind), after, limit).await
    }

    async fn delete_entry(&self, account: AccountId, kind: EntryKind, name: &Name) -> Result<bool> {
        let mut writer = self.writer.lock().await;
        let deleted = entries::delete(writer.connection().await?, (account, kind), name).await;
        writer.settle(deleted)
    }

    async fn put_object(
        &self,
        account: AccountId,
        bucket: &Name,
        object: &Object,
        over: &Over,
    ) -> Result<Option<Object>> {
        let mut writer = self.writer.lock().await;
        let put = objects::put(writer.connection().await?, (account, bucket), object, over).await;
        writer.settle(put)
    }

    async fn find_object(
        &self,
        account: AccountId,
        bucket: &Name,
        key: &str,
    ) -> Result<Option<Object>> {
        objects::find(&self.readers, (account, bucket), key).await
    }

    async fn list_objects(
        &self,
        account: AccountId,
        bucket: &Name,
        prefix: &str,
        after: Option<&str>,
        limit: u32,
    ) -> Result<Vec<Object>> {
        objects::list(&self.readers, (account, bucket), prefix, after, limit).await
    }

    async fn delete_object(
        &self,
        account: AccountId,
        bucket: &Name,
        key: &str,
    ) -> Result<Option<Object>> {
        let mut writer = self.writer.lock().await;
        let deleted = objects::delete(writer.connection().await?, (account, bucket), key).await;
        writer.settle(deleted)
    }

    async fn put_upload(&self, account: AccountId, bucket: &Name, upload: &Upload) -> Result<()> {
        let mut writer = self.writer.lock().await;
        let done = uploads::put(writer.connection().await?, (account, bucket), upload).await;
        writer.settle(done)
    }

    async fn find_upload(
        &self,
        account: AccountId,
        bucket: &Name,
        key: &str,
        id: &str,
    ) -> Result<Option<Upload>> {
        uploads::find(&self.readers, (account, bucket), (key, id)).await
    }

    async fn list_uploads(
        &self,
        account: AccountId,
        bucket: &Name,
        prefix: &str,
        after: Option<(&str, &str)>,
        limit: u32,
    ) -> Result<Vec<Upload>> {
        uploads::list(&self.readers, (account, bucket), prefix, after, limit).await
    }

    async fn old_uploads(
        &self,
        before: Timestamp,
        limit: u32,
    ) -> Result<Vec<(AccountId, Name, Upload)>> {
        uploads::old(&self.readers, before, limit).await
    }

    async fn put_part(&self, account: AccountId, id: &str, part: &Part) -> Result<Option<Part>> {
        let mut writer = self.writer.lock().await;
        let done = uploads::put_part(writer.connection().await?, (account, id), part).await;
        writer.settle(done)
    }

    async fn list_parts(
        &self,
        account: AccountId,
        id: &str,
        after: u32,
        limit: u32,
    ) -> Result<Vec<Part>> {
        uploads::parts(&self.readers, (account, id), after, limit).await
    }

    async fn finish_upload(
        &self,
        account: AccountId,
        bucket: &Name,
        finish: &Finish,
    ) -> Result<Finished> {
        let mut writer = self.writer.lock().await;
        let done = uploads::finish(writer.connection().await?, (account, bucket), finish).await;
        writer.settle(done)
    }

    async fn drop_upload(
        &self,
        account: AccountId,
        bucket: &Name,
        key: &str,
        id: &str,
    ) -> Result<Option<Vec<Part>>> {
        let mut writer = self.writer.lock().await;
        let done = uploads::delete(writer.connection().await?, (account, bucket), (key, id)).await;
        writer.settle(done)
    }
}
