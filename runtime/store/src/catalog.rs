//! Functions, machines, their versions and aliases, and definitions by digest: plain rows, plain
//! transactions.
//!
//! The catalog does not know what a function's settings mean: they are JSON text here, with a
//! shape that belongs to the API.

use async_trait::async_trait;
use steploom_types::{AccountId, Digest, Name, Timestamp};

use crate::Result;

/// One immutable version of a function.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FunctionVersion {
    /// Its number, from 1, without gaps at creation; given by the catalog.
    pub version: u32,
    /// The module as uploaded.
    pub module: Digest,
    /// Bytes of the module.
    pub module_bytes: u64,
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
}
