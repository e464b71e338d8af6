//! The catalog in memory.

use std::collections::BTreeMap;
use std::ops::Bound;

use async_trait::async_trait;
use steploom_types::audit::AuditRecord;
use steploom_types::key::{Key as AccessKey, KeyId};
use steploom_types::{AccountId, Digest, Name, Timestamp};

use super::{Memory, lock};
use crate::audit::Change;
use crate::catalog::{
    Entry, EntryKind, Finish, Finished, Function, FunctionVersion, Machine, MachineVersion,
    NewFunctionVersion, Object, Over, Part, Put, Upload,
};
use crate::{Catalog, Error, Result};

type Key = (AccountId, Name);

/// Where an object is.
type Place = (AccountId, Name, String);

/// Everything in the catalog. Versions are in order, the oldest first; none is ever empty.
#[derive(Default)]
pub(super) struct Entries {
    functions: BTreeMap<Key, Vec<FunctionVersion>>,
    machines: BTreeMap<Key, Vec<MachineVersion>>,
    definitions: BTreeMap<Digest, String>,
    named: BTreeMap<(AccountId, EntryKind, Name), Entry>,
    pub(super) keys: BTreeMap<KeyId, AccessKey>,
    pub(super) audit: BTreeMap<AccountId, Vec<AuditRecord>>,
    objects: BTreeMap<Place, Object>,
    uploads: BTreeMap<(AccountId, Name, String, String), Upload>,
    parts: BTreeMap<(AccountId, String, u32), Part>,
}

impl Entries {
    fn function(&self, key: &Key) -> Option<Function> {
        let versions = self.functions.get(key)?;
        Some(Function {
            name: key.1.clone(),
            created_at: versions.first()?.created_at,
            latest: versions.last()?.clone(),
        })
    }

    fn machine(&self, key: &Key) -> Option<Machine> {
        let versions = self.machines.get(key)?;
        Some(Machine {
            name: key.1.clone(),
            created_at: versions.first()?.created_at,
            latest: versions.last()?.clone(),
        })
    }

    fn keep(&mut self, definition: &str) -> Digest {
        let digest = Digest::of(definition.as_bytes());
        self.definitions
            .entry(digest)
            .or_insert_with(|| definition.to_owned());
        digest
    }

    fn put_object(&mut self, key: Place, object: &Object, over: &Over) -> Result<Option<Object>> {
        if !over.allows(self.objects.get(&key)) {
            return Err(changed("the object", &object.key));
        }
        Ok(self.objects.insert(key, object.clone()))
    }

    fn has_upload(&self, account: AccountId, id: &str) -> bool {
        let mut uploads = self.uploads.keys();
        uploads.any(|(a, _, _, i)| *a == account && i == id)
    }

    fn take_parts(&mut self, account: AccountId, id: &str) -> Vec<Part> {
        let all = (account, id.to_owned(), 0)..=(account, id.to_owned(), u32::MAX);
        let taken = self.parts.extract_if(all, |_, _| true);
        taken.map(|(_, part)| part).collect()
    }
}

fn changed(what: &str, name: &str) -> Error {
    Error::Changed {
        what: format!("{what} '{name}'"),
    }
}

fn exists(what: &str, name: &Name) -> Error {
    Error::Exists {
        what: format!("the {what} '{name}'"),
    }
}

/// The keys of an account after `after`, by name.
fn names_after<'a, V>(
    map: &'a BTreeMap<Key, V>,
    account: AccountId,
    after: Option<&Name>,
    limit: u32,
) -> impl Iterator<Item = &'a Key> {
    let start = after.map(|name| (account, name.clone()));
    let range = (
        start.map_or(Bound::Unbounded, Bound::Excluded),
        Bound::Unbounded,
    );
    map.range::<Key, _>(range)
        .map(|(key, _)| key)
        .filter(move |key| key.0 == account)
        .take(limit as usize)
}

fn newest_first<V: Clone>(versions: Option<&Vec<V>>, limit: u32) -> Vec<V> {
    let versions = versions.map(Vec::as_slice).unwrap_or_default();
    versions
        .iter()
        .rev()
        .take(limit as usize)
        .cloned()
        .collect()
}

#[async_trait]
impl Catalog for Memory {
    async fn put_function(
        &self,
        account: AccountId,
        name: &Name,
        version: &NewFunctionVersion,
        put: Put,
    ) -> Result<Function> {
        let mut entries = lock(&self.catalog);
        let key = (account, name.clone());
        let versions = entries.functions.entry(key.clone()).or_default();
        if put == Put::Create && !versions.is_empty() {
            return Err(exists("function", name));
        }
        versions.push(FunctionVersion {
            version: versions.last().map_or(1, |latest| latest.version + 1),
            module: version.module,
            module_bytes: version.module_bytes,
            source: version.source,
            kind: version.kind.clone(),
            settings: version.settings.clone(),
            created_at: version.created_at,
        });
        let function = entries.function(&key).expect("it was written just now");
        entries.record(account, Change::function(name, &function.latest));
        Ok(function)
    }

    async fn find_function(&self, account: AccountId, name: &Name) -> Result<Option<Function>> {
        Ok(lock(&self.catalog).function(&(account, name.clone())))
    }

    async fn find_function_version(
        &self,
        account: AccountId,
        name: &Name,
        version: u32,
    ) -> Result<Option<FunctionVersion>> {
        let entries = lock(&self.catalog);
        let versions = entries.functions.get(&(account, name.clone()));
        Ok(versions
            .into_iter()
            .flatten()
            .find(|v| v.version == version)
            .cloned())
    }

    async fn function_versions(
        &self,
        account: AccountId,
        name: &Name,
        limit: u32,
    ) -> Result<Vec<FunctionVersion>> {
        let entries = lock(&self.catalog);
        let versions = entries.functions.get(&(account, name.clone()));
        Ok(newest_first(versions, limit))
    }

    async fn list_functions(
        &self,
        account: AccountId,
        after: Option<&Name>,
        limit: u32,
    ) -> Result<Vec<Function>> {
        let entries = lock(&self.catalog);
        Ok(names_after(&entries.functions, account, after, limit)
            .filter_map(|key| entries.function(key))
            .collect())
    }

    async fn delete_function(&self, account: AccountId, name: &Name) -> Result<bool> {
        let key = (account, name.clone());
        let mut entries = lock(&self.catalog);
        let was_there = entries.functions.remove(&key).is_some();
        if was_there {
            entries.record(account, Change::deleted("function", name));
        }
        Ok(was_there)
    }

    async fn put_machine(
        &self,
        account: AccountId,
        name: &Name,
        definition: &str,
        at: Timestamp,
        put: Put,
    ) -> Result<Machine> {
        let mut entries = lock(&self.catalog);
        let digest = Digest::of(definition.as_bytes());
        let key = (account, name.clone());
        let latest = entries.machine(&key).map(|machine| machine.latest);
        if latest.as_ref().is_none_or(|l| l.definition != digest) {
            if put == Put::Create && latest.is_some() {
                return Err(exists("machine", name));
            }
            entries.keep(definition);
            let versions = entries.machines.entry(key.clone()).or_default();
            versions.push(MachineVersion {
                version: latest.map_or(1, |latest| latest.version + 1),
                definition: digest,
                created_at: at,
            });
            let machine = entries.machine(&key).expect("it was written just now");
            entries.record(account, Change::machine(name, &machine.latest));
        }
        let machine = entries.machine(&key);
        Ok(machine.expect("it is there or was written just now"))
    }

    async fn find_machine(&self, account: AccountId, name: &Name) -> Result<Option<Machine>> {
        Ok(lock(&self.catalog).machine(&(account, name.clone())))
    }

    async fn machine_versions(
        &self,
        account: AccountId,
        name: &Name,
        limit: u32,
    ) -> Result<Vec<MachineVersion>> {
        let entries = lock(&self.catalog);
        let versions = entries.machines.get(&(account, name.clone()));
        Ok(newest_first(versions, limit))
    }

    async fn list_machines(
        &self,
        account: AccountId,
        after: Option<&Name>,
        limit: u32,
    ) -> Result<Vec<Machine>> {
        let entries = lock(&self.catalog);
        Ok(names_after(&entries.machines, account, after, limit)
            .filter_map(|key| entries.machine(key))
            .collect())
    }

    async fn delete_machine(&self, account: AccountId, name: &Name) -> Result<bool> {
        let key = (account, name.clone());
        let mut entries = lock(&self.catalog);
        let was_there = entries.machines.remove(&key).is_some();
        if was_there {
            entries.record(account, Change::deleted("machine", name));
        }
        Ok(was_there)
    }

    async fn put_definition(&self, definition: &str) -> Result<Digest> {
        Ok(lock(&self.catalog).keep(definition))
    }

    async fn definition(&self, digest: Digest) -> Result<Option<String>> {
        Ok(lock(&self.catalog).definitions.get(&digest).cloned())
    }

    async fn put_entry(
        &self,
        account: AccountId,
        kind: EntryKind,
        entry: &Entry,
        put: Put,
    ) -> Result<bool> {
        let mut entries = lock(&self.catalog);
        let key = (account, kind, entry.name.clone());
        let is_new = !entries.named.contains_key(&key);
        if is_new || put == Put::Upsert {
            entries.named.insert(key, entry.clone());
            if let Some(change) = Change::entry(kind, entry) {
                entries.record(account, change);
            }
        }
        Ok(is_new)
    }

    async fn replace_entry(
        &self,
        account: AccountId,
        kind: EntryKind,
        was: &str,
        entry: &Entry,
    ) -> Result<bool> {
        let mut entries = lock(&self.catalog);
        let kept = entries.named.get_mut(&(account, kind, entry.name.clone()));
        let Some(kept) = kept.filter(|kept| kept.body == was) else {
            return Ok(false);
        };
        *kept = entry.clone();
        if let Some(change) = Change::entry(kind, entry) {
            entries.record(account, change);
        }
        Ok(true)
    }

    async fn find_entry(
        &self,
        account: AccountId,
        kind: EntryKind,
        name: &Name,
    ) -> Result<Option<Entry>> {
        let key = (account, kind, name.clone());
        Ok(lock(&self.catalog).named.get(&key).cloned())
    }

    async fn list_entries(
        &self,
        account: AccountId,
        kind: EntryKind,
        after: Option<&Name>,
        limit: u32,
    ) -> Result<Vec<Entry>> {
        let entries = lock(&self.catalog);
        Ok(entries
            .named
            .iter()
            .filter(|((a, k, name), _)| {
                (*a, *k) == (account, kind) && after.is_none_or(|after| name > after)
            })
            .take(limit as usize)
            .map(|(_, entry)| entry.clone())
            .collect())
    }

    async fn delete_entry(&self, account: AccountId, kind: EntryKind, name: &Name) -> Result<bool> {
        let key = (account, kind, name.clone());
        let mut entries = lock(&self.catalog);
        let was_there = entries.named.remove(&key).is_some();
        if was_there && kind.is_audited() {
            entries.record(account, Change::deleted(kind.as_str(), name));
        }
        Ok(was_there)
    }

    async fn put_object(
        &self,
        account: AccountId,
        bucket: &Name,
        object: &Object,
        over: &Over,
    ) -> Result<Option<Object>> {
        let key = (account, bucket.clone(), object.key.clone());
        lock(&self.catalog).put_object(key, object, over)
    }

    async fn find_object(
        &self,
        account: AccountId,
        bucket: &Name,
        key: &str,
    ) -> Result<Option<Object>> {
        let key = (account, bucket.clone(), key.to_owned());
        Ok(lock(&self.catalog).objects.get(&key).cloned())
    }

    async fn list_objects(
        &self,
        account: AccountId,
        bucket: &Name,
        prefix: &str,
        after: Option<&str>,
        limit: u32,
    ) -> Result<Vec<Object>> {
        let from = match after {
            Some(after) if after >= prefix => Bound::Excluded(after),
            _ => Bound::Included(prefix),
        };
        let from = from.map(|key| (account, bucket.clone(), key.to_owned()));
        let entries = lock(&self.catalog);
        Ok(entries
            .objects
            .range((from, Bound::Unbounded))
            .take_while(|((a, b, key), _)| (*a, b) == (account, bucket) && key.starts_with(prefix))
            .take(limit as usize)
            .map(|(_, object)| object.clone())
            .collect())
    }

    async fn delete_object(
        &self,
        account: AccountId,
        bucket: &Name,
        key: &str,
    ) -> Result<Option<Object>> {
        let key = (account, bucket.clone(), key.to_owned());
        Ok(lock(&self.catalog).objects.remove(&key))
    }

    async fn put_upload(&self, account: AccountId, bucket: &Name, upload: &Upload) -> Result<()> {
        let (key, id) = (upload.key.clone(), upload.id.clone());
        let key = (account, bucket.clone(), key, id);
        lock(&self.catalog).uploads.insert(key, upload.clone());
        Ok(())
    }

    async fn find_upload(
        &self,
        account: AccountId,
        bucket: &Name,
        key: &str,
        id: &str,
    ) -> Result<Option<Upload>> {
        let key = (account, bucket.clone(), key.to_owned(), id.to_owned());
        Ok(lock(&self.catalog).uploads.get(&key).cloned())
    }

    async fn list_uploads(
        &self,
        account: AccountId,
        bucket: &Name,
        prefix: &str,
        after: Option<(&str, &str)>,
        limit: u32,
    ) -> Result<Vec<Upload>> {
        let entries = lock(&self.catalog);
        let ours = entries.uploads.iter().filter(|((a, b, key, id), _)| {
            (*a, b) == (account, bucket)
                && key.starts_with(prefix)
                && after.is_none_or(|after| (key.as_str(), id.as_str()) > after)
        });
        let ours = ours.map(|(_, upload)| upload.clone());
        Ok(ours.take(limit as usize).collect())
    }

    async fn old_uploads(
        &self,
        before: Timestamp,
        limit: u32,
    ) -> Result<Vec<(AccountId, Name, Upload)>> {
        let entries = lock(&self.catalog);
        let all = entries.uploads.iter();
        let mut old: Vec<_> = all
            .filter(|(_, upload)| upload.started_at < before)
            .map(|((account, bucket, _, _), upload)| (*account, bucket.clone(), upload.clone()))
            .collect();
        old.sort_by_key(|(_, _, upload)| upload.started_at);
        old.truncate(limit as usize);
        Ok(old)
    }

    async fn put_part(&self, account: AccountId, id: &str, part: &Part) -> Result<Option<Part>> {
        let mut entries = lock(&self.catalog);
        if !entries.has_upload(account, id) {
            return Err(changed("the upload", id));
        }
        let key = (account, id.to_owned(), part.number);
        Ok(entries.parts.insert(key, part.clone()))
    }

    async fn list_parts(
        &self,
        account: AccountId,
        id: &str,
        after: u32,
        limit: u32,
    ) -> Result<Vec<Part>> {
        let from = Bound::Excluded((account, id.to_owned(), after));
        let to = Bound::Included((account, id.to_owned(), u32::MAX));
        let entries = lock(&self.catalog);
        let parts = entries
            .parts
            .range((from, to))
            .map(|(_, part)| part.clone());
        Ok(parts.take(limit as usize).collect())
    }

    async fn finish_upload(
        &self,
        account: AccountId,
        bucket: &Name,
        finish: &Finish,
    ) -> Result<Finished> {
        let mut entries = lock(&self.catalog);
        let Finish { id, object, .. } = finish;
        let all = (account, id.clone(), 0)..=(account, id.clone(), u32::MAX);
        let all = entries.parts.range(all).map(|(_, part)| part.clone());
        let upload = (account, bucket.clone(), object.key.clone(), id.clone());
        let unused = finish
            .unused(all.collect())
            .filter(|_| entries.uploads.contains_key(&upload))
            .ok_or_else(|| changed("the upload", id))?;
        let key = (account, bucket.clone(), object.key.clone());
        let before = entries.put_object(key, object, &finish.over)?;
        entries.uploads.remove(&upload);
        entries.take_parts(account, id);
        Ok(Finished { before, unused })
    }

    async fn drop_upload(
        &self,
        account: AccountId,
        bucket: &Name,
        key: &str,
        id: &str,
    ) -> Result<Option<Vec<Part>>> {
        let key = (account, bucket.clone(), key.to_owned(), id.to_owned());
        let mut entries = lock(&self.catalog);
        let gone = entries.uploads.remove(&key);
        Ok(gone.map(|_| entries.take_parts(account, id)))
    }
}
