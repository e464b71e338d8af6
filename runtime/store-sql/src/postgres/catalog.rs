//! The catalog: functions, machines, definitions and schedules, in plain tables.
//!
//! A version's number is given inside the transaction that writes it, to whoever has the row of what
//! it is a version of: so numbers have no gaps, whichever nodes write at the same time.

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
use steploom_store::catalog::{
    Catalog, Entry, EntryKind, Finish, Finished, Function, FunctionVersion, Machine,
    MachineVersion, NewFunctionVersion, Object, Over, Part, Put, Upload,
};
use steploom_store::{Error, Result};
use steploom_types::{AccountId, Digest, Name, Timestamp};

use super::link::{Links, on};

/// The catalog's tables.
pub(super) struct Entries {
    links: Arc<Links>,
}

impl Entries {
    pub(super) fn new(links: Arc<Links>) -> Self {
        Self { links }
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
        on!(self.links, |link| functions::put(
            link, account, name, version, put
        ))
    }

    async fn find_function(&self, account: AccountId, name: &Name) -> Result<Option<Function>> {
        on!(self.links, |link| functions::find(link, account, name))
    }

    async fn find_function_version(
        &self,
        account: AccountId,
        name: &Name,
        version: u32,
    ) -> Result<Option<FunctionVersion>> {
        on!(self.links, |link| functions::find_version(
            link, account, name, version
        ))
    }

    async fn function_versions(
        &self,
        account: AccountId,
        name: &Name,
        limit: u32,
    ) -> Result<Vec<FunctionVersion>> {
        on!(self.links, |link| functions::versions(
            link, account, name, limit
        ))
    }

    async fn list_functions(
        &self,
        account: AccountId,
        after: Option<&Name>,
        limit: u32,
    ) -> Result<Vec<Function>> {
        on!(self.links, |link| functions::list(
            link, account, after, limit
        ))
    }

    async fn delete_function(&self, account: AccountId, name: &Name) -> Result<bool> {
        on!(self.links, |link| functions::delete(link, account, name))
    }

    async fn put_machine(
        &self,
        account: AccountId,
        name: &Name,
        definition: &str,
        at: Timestamp,
        put: Put,
    ) -> Result<Machine> {
        on!(self.links, |link| machines::put(
            link,
            (account, name),
            definition,
            at,
            put
        ))
    }

    async fn find_machine(&self, account: AccountId, name: &Name) -> Result<Option<Machine>> {
        on!(self.links, |link| machines::find(link, account, name))
    }

    async fn machine_versions(
        &self,
        account: AccountId,
        name: &Name,
        limit: u32,
    ) -> Result<Vec<MachineVersion>> {
        on!(self.links, |link| machines::versions(
            link, account, name, limit
        ))
    }

    async fn list_machines(
        &self,
        account: AccountId,
        after: Option<&Name>,
        limit: u32,
    ) -> Result<Vec<Machine>> {
        on!(self.links, |link| machines::list(
            link, account, after, limit
        ))
    }

    async fn delete_machine(&self, account: AccountId, name: &Name) -> Result<bool> {
        on!(self.links, |link| machines::delete(link, account, name))
    }

    async fn put_definition(&self, definition: &str) -> Result<Digest> {
        on!(self.links, |link| machines::keep(link, definition))
    }

    async fn definition(&self, digest: Digest) -> Result<Option<String>> {
        on!(self.links, |link| machines::definition(link, digest))
    }

    async fn put_entry(
        &self,
        account: AccountId,
        kind: EntryKind,
        entry: &Entry,
        put: Put,
    ) -> Result<bool> {
        on!(self.links, |link| entries::put(
            link,
            (account, kind),
            entry,
            put
        ))
    }

    async fn replace_entry(
        &self,
        account: AccountId,
        kind: EntryKind,
        was: &str,
        entry: &Entry,
    ) -> Result<bool> {
        on!(self.links, |link| entries::replace(
            link,
            (account, kind),
            was,
            entry
        ))
    }

    async fn find_entry(
        &self,
        account: AccountId,
        kind: EntryKind,
        name: &Name,
    ) -> Result<Option<Entry>> {
        on!(self.links, |link| entries::find(
            link,
            (account, kind),
            name
        ))
    }

    async fn list_entries(
        &self,
        account: AccountId,
        kind: EntryKind,
        after: Option<&Name>,
        limit: u32,
    ) -> Result<Vec<Entry>> {
        on!(self.links, |link| entries::list(
            link,
            (account, kind),
            after,
            limit
        ))
    }

    async fn delete_entry(&self, account: AccountId, kind: EntryKind, name: &Name) -> Result<bool> {
        on!(self.links, |link| entries::delete(
            link,
            (account, kind),
            name
        ))
    }

    async fn put_object(
        &self,
        account: AccountId,
        bucket: &Name,
        object: &Object,
        over: &Over,
    ) -> Result<Option<Object>> {
        on!(self.links, |link| objects::put(
            link,
            (account, bucket),
            object,
            over
        ))
    }

    async fn find_object(
        &self,
        account: AccountId,
        bucket: &Name,
        key: &str,
    ) -> Result<Option<Object>> {
        on!(self.links, |link| objects::find(
            link,
            (account, bucket),
            key
        ))
    }

    async fn list_objects(
        &self,
        account: AccountId,
        bucket: &Name,
        prefix: &str,
        after: Option<&str>,
        limit: u32,
    ) -> Result<Vec<Object>> {
        on!(self.links, |link| objects::list(
            link,
            (account, bucket),
            prefix,
            after,
            limit
        ))
    }

    async fn delete_object(
        &self,
        account: AccountId,
        bucket: &Name,
        key: &str,
    ) -> Result<Option<Object>> {
        on!(self.links, |link| objects::delete(
            link,
            (account, bucket),
            key
        ))
    }

    async fn put_upload(&self, account: AccountId, bucket: &Name, upload: &Upload) -> Result<()> {
        on!(self.links, |link| uploads::put(
            link,
            (account, bucket),
            upload
        ))
    }

    async fn find_upload(
        &self,
        account: AccountId,
        bucket: &Name,
        key: &str,
        id: &str,
    ) -> Result<Option<Upload>> {
        on!(self.links, |link| uploads::find(
            link,
            (account, bucket),
            (key, id)
        ))
    }

    async fn list_uploads(
        &self,
        account: AccountId,
        bucket: &Name,
        prefix: &str,
        after: Option<(&str, &str)>,
        limit: u32,
    ) -> Result<Vec<Upload>> {
        on!(self.links, |link| uploads::list(
            link,
            (account, bucket),
            prefix,
            after,
            limit
        ))
    }

    async fn old_uploads(
        &self,
        before: Timestamp,
        limit: u32,
    ) -> Result<Vec<(AccountId, Name, Upload)>> {
        on!(self.links, |link| uploads::old(link, before, limit))
    }

    async fn put_part(&self, account: AccountId, id: &str, part: &Part) -> Result<Option<Part>> {
        on!(self.links, |link| uploads::put_part(
            link,
            (account, id),
            part
        ))
    }

    async fn list_parts(
        &self,
        account: AccountId,
        id: &str,
        after: u32,
        limit: u32,
    ) -> Result<Vec<Part>> {
        on!(self.links, |link| uploads::parts(
            link,
            (account, id),
            after,
            limit
        ))
    }

    async fn finish_upload(
        &self,
        account: AccountId,
        bucket: &Name,
        finish: &Finish,
    ) -> Result<Finished> {
        on!(self.links, |link| uploads::finish(
            link,
            (account, bucket),
            finish
        ))
    }

    async fn drop_upload(
        &self,
        account: AccountId,
        bucket: &Name,
        key: &str,
        id: &str,
    ) -> Result<Option<Vec<Part>>> {
        on!(self.links, |link| uploads::delete(
            link,
            (account, bucket),
            (key, id)
        ))
    }
}
