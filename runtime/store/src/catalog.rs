//! Functions, machines, their versions and aliases, and definitions by digest: plain rows, plain
//! transactions.
//!
//! The catalog does not know what a function's settings mean: they are JSON text here, with a
//! shape that belongs to the API.

mod upload;

use async_trait::async_trait;
use steploom_types::{AccountId, Digest, Name, Timestamp};

pub use upload::{Finish, Finished, Over, Part, Upload};

use crate::Result;

/// One immutable version of a function.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FunctionVersion {
    /// Its number, from 1, without gaps at creation; given by the catalog.
    pub version: u32,
    /// The module that is called.
    pub module: Digest,
    /// Bytes of the module.
    pub module_bytes: u64,
    /// What the module was made from, if it was not uploaded itself.
    pub source: Option<Digest>,
    /// `command`, `reactor`, `handler` or `http`.
    pub kind: String,
    /// Limits, environment and the rest: JSON text.
    pub settings: String,
    /// When it was made.
    pub created_at: Timestamp,
}

/// A version to be made; the catalog gives the number.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewFunctionVersion {
    /// See [`FunctionVersion::module`].
    pub module: Digest,
    /// See [`FunctionVersion::module_bytes`].
    pub module_bytes: u64,
    /// See [`FunctionVersion::source`].
    pub source: Option<Digest>,
    /// See [`FunctionVersion::kind`].
    pub kind: String,
    /// See [`FunctionVersion::settings`].
    pub settings: String,
    /// See [`FunctionVersion::created_at`].
    pub created_at: Timestamp,
}

/// A function with its newest version.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Function {
    /// Its name.
    pub name: Name,
    /// When it was created.
    pub created_at: Timestamp,
    /// The newest version.
    pub latest: FunctionVersion,
}

/// One immutable version of a machine.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MachineVersion {
    /// Its number, from 1; given by the catalog.
    pub version: u32,
    /// The definition, see [`Catalog::definition`].
    pub definition: Digest,
    /// When it was made.
    pub created_at: Timestamp,
}

/// A machine with its newest version.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Machine {
    /// Its name.
    pub name: Name,
    /// When it was created.
    pub created_at: Timestamp,
    /// The newest version.
    pub latest: MachineVersion,
}

/// Whether a write may create, replace, or both.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Put {
    /// Only if there is none: else `Exists`.
    Create,
    /// A further version, or the first.
    Upsert,
}

/// What an [`Entry`] is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum EntryKind {
    /// An activity.
    Activity,
    /// A bucket of objects.
    Bucket,
    /// A connection.
    Connection,
    /// What a shard's owner notes while it recovers the shard.
    Recovery,
    /// How long a machine's closed executions are kept.
    Retention,
    /// A machine's share of permits.
    Share,
    /// What a machine has besides its definitions: settings, tags, releases, aliases.
    Profile,
    /// A group of schedules.
    ScheduleGroup,
    /// What a function has besides its versions: tags, releases, aliases, a limit.
    FunctionProfile,
    /// Which function the id of an address stands for, of whatever account.
    FunctionUrl,
    /// A segment of archived executions.
    Segment,
    /// An account that has segments.
    Archived,
}

impl EntryKind {
    /// Whether a change of it is somebody's wish, and so is recorded; else it is the platform's own
    /// bookkeeping.
    pub fn is_audited(self) -> bool {
        !matches!(
            self,
            Self::Recovery | Self::FunctionUrl | Self::Segment | Self::Archived
        )
    }

    /// As it stands in a row.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Activity => "activity",
            Self::Bucket => "bucket",
            Self::Connection => "connection",
            Self::Recovery => "recovery",
            Self::Retention => "retention",
            Self::Share => "share",
            Self::Profile => "profile",
            Self::ScheduleGroup => "schedule-group",
            Self::FunctionProfile => "function-profile",
            Self::FunctionUrl => "function-url",
            Self::Segment => "segment",
            Self::Archived => "archived",
        }
    }
}

/// A thing that has a name, a body and no versions.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Its name, unique among its kind.
    pub name: Name,
    /// JSON text, with a shape that belongs to the worker.
    pub body: String,
    /// When it was put.
    pub created_at: Timestamp,
}

/// An object in a bucket, without its content.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Object {
    /// Its key: any text of 1 to 1,024 bytes.
    pub key: String,
    /// Where its content lies in object storage. Never used for another content.
    pub blob: String,
    /// Bytes of its content.
    pub size_bytes: u64,
    /// What is known of its content: JSON text, with a shape that belongs to the worker.
    pub facets: String,
    /// When it was put.
    pub modified_at: Timestamp,
}

/// The catalog of one database. A foreign account's things are simply not there.
#[async_trait]
pub trait Catalog: Send + Sync {
    /// Adds a version to a function, making the function if there is none.
    ///
    /// # Errors
    /// `Exists` with [`Put::Create`] when there is one: tell the caller.
    async fn put_function(
        &self,
        account: AccountId,
        name: &Name,
        version: &NewFunctionVersion,
        put: Put,
    ) -> Result<Function>;

    /// A function, or `None`.
    async fn find_function(&self, account: AccountId, name: &Name) -> Result<Option<Function>>;

    /// One version of a function, or `None`.
    async fn find_function_version(
        &self,
        account: AccountId,
        name: &Name,
        version: u32,
    ) -> Result<Option<FunctionVersion>>;

    /// Versions of a function, newest first.
    async fn function_versions(
        &self,
        account: AccountId,
        name: &Name,
        limit: u32,
    ) -> Result<Vec<FunctionVersion>>;

    /// Functions by name, after `after`.
    async fn list_functions(
        &self,
        account: AccountId,
        after: Option<&Name>,
        limit: u32,
    ) -> Result<Vec<Function>>;

    /// Deletes a function with its versions; whether there was one.
    async fn delete_function(&self, account: AccountId, name: &Name) -> Result<bool>;

    /// Adds a version to a machine, making the machine if there is none. `definition` is kept by
    /// its digest, for ever. The same definition as the newest version's makes no new version.
    ///
    /// # Errors
    /// `Exists` with [`Put::Create`] when there is one with another definition: tell the caller.
    async fn put_machine(
        &self,
        account: AccountId,
        name: &Name,
        definition: &str,
        at: Timestamp,
        put: Put,
    ) -> Result<Machine>;

    /// A machine, or `None`.
    async fn find_machine(&self, account: AccountId, name: &Name) -> Result<Option<Machine>>;

    /// Versions of a machine, newest first.
    async fn machine_versions(
        &self,
        account: AccountId,
        name: &Name,
        limit: u32,
    ) -> Result<Vec<MachineVersion>>;

    /// Machines by name, after `after`.
    async fn list_machines(
        &self,
        account: AccountId,
        after: Option<&Name>,
        limit: u32,
    ) -> Result<Vec<Machine>>;

    /// Deletes a machine with its versions; whether there was one. Its executions go on.
    async fn delete_machine(&self, account: AccountId, name: &Name) -> Result<bool>;

    /// Keeps a definition by its digest (for machines that have no name, such as a function's own).
    async fn put_definition(&self, definition: &str) -> Result<Digest>;

    /// A definition's text.
    async fn definition(&self, digest: Digest) -> Result<Option<String>>;

    /// Puts an entry; whether it is new. One that is there stays as it is with [`Put::Create`],
    /// and is replaced, with its body and its time, by [`Put::Upsert`].
    async fn put_entry(
        &self,
        account: AccountId,
        kind: EntryKind,
        entry: &Entry,
        put: Put,
    ) -> Result<bool>;

    /// Replaces an entry's body and time if its body is still `was`; whether it was.
    async fn replace_entry(
        &self,
        account: AccountId,
        kind: EntryKind,
        was: &str,
        entry: &Entry,
    ) -> Result<bool>;

    /// An entry, or `None`.
    async fn find_entry(
        &self,
        account: AccountId,
        kind: EntryKind,
        name: &Name,
    ) -> Result<Option<Entry>>;

    /// Entries of a kind by name, after `after`.
    async fn list_entries(
        &self,
        account: AccountId,
        kind: EntryKind,
        after: Option<&Name>,
        limit: u32,
    ) -> Result<Vec<Entry>>;

    /// Deletes an entry; whether there was one.
    async fn delete_entry(&self, account: AccountId, kind: EntryKind, name: &Name) -> Result<bool>;

    /// Puts an object into a bucket, which the caller knows to be there; gives back what it replaced.
    ///
    /// # Errors
    /// `Changed` when what is there is not what it may be put over.
    async fn put_object(
        &self,
        account: AccountId,
        bucket: &Name,
        object: &Object,
        over: &Over,
    ) -> Result<Option<Object>>;

    /// An object, or `None`.
    async fn find_object(
        &self,
        account: AccountId,
        bucket: &Name,
        key: &str,
    ) -> Result<Option<Object>>;

    /// Objects whose key begins with `prefix`, after the key `after`, by the bytes of their keys.
    async fn list_objects(
        &self,
        account: AccountId,
        bucket: &Name,
        prefix: &str,
        after: Option<&str>,
        limit: u32,
    ) -> Result<Vec<Object>>;

    /// Deletes an object; gives it back if there was one.
    async fn delete_object(
        &self,
        account: AccountId,
        bucket: &Name,
        key: &str,
    ) -> Result<Option<Object>>;

    /// Notes that an object of a bucket, which the caller knows to be there, is put in parts. Its id is
    /// new.
    async fn put_upload(&self, account: AccountId, bucket: &Name, upload: &Upload) -> Result<()>;

    /// An upload of a key, or `None`.
    async fn find_upload(
        &self,
        account: AccountId,
        bucket: &Name,
        key: &str,
        id: &str,
    ) -> Result<Option<Upload>>;

    /// Uploads whose key begins with `prefix`, after a key and an id, by the bytes of both.
    async fn list_uploads(
        &self,
        account: AccountId,
        bucket: &Name,
        prefix: &str,
        after: Option<(&str, &str)>,
        limit: u32,
    ) -> Result<Vec<Upload>>;

    /// Uploads of all accounts and buckets that were begun before `before`, the oldest first.
    async fn old_uploads(
        &self,
        before: Timestamp,
        limit: u32,
    ) -> Result<Vec<(AccountId, Name, Upload)>>;

    /// Puts a part of an upload; gives back the part of that number that it replaced.
    ///
    /// # Errors
    /// `Changed` when there is no such upload (any more).
    async fn put_part(&self, account: AccountId, id: &str, part: &Part) -> Result<Option<Part>>;

    /// Parts of an upload whose number is above `after`, by number.
    async fn list_parts(
        &self,
        account: AccountId,
        id: &str,
        after: u32,
        limit: u32,
    ) -> Result<Vec<Part>>;

    /// Makes an upload an object, at once: the upload and its parts are gone, and the object is there.
    ///
    /// # Errors
    /// `Changed`, and nothing was done, when there is no such upload, a part is not there (any more), or
    /// what is there is not what the object may be put over.
    async fn finish_upload(
        &self,
        account: AccountId,
        bucket: &Name,
        finish: &Finish,
    ) -> Result<Finished>;

    /// Forgets an upload; gives back its parts, or `None` if there was no such upload.
    async fn drop_upload(
        &self,
        account: AccountId,
        bucket: &Name,
        key: &str,
        id: &str,
    ) -> Result<Option<Vec<Part>>>;
}
