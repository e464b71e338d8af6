//! Rows of executions as they are bound and selected.

use bytes::Bytes;
use sqlx::postgres::PgArguments;
use sqlx::query::Query;
use sqlx::{FromRow, Postgres};
use steploom_store::projection::{Change, Row};
use steploom_store::{Error, Result, frame};
use steploom_types::{Digest, ExecutionId, Timestamp};

use crate::column::{self, stored};
use crate::row::execution::{More, more_to_store, name_to_store};

/// What [`Stored`] is made of, from an execution `e` and its machine `m`.
pub(super) const SELECTED: &str = "e.id, m.account, m.name AS machine, e.machine_version, e.name, \
     e.definition, e.status, e.started_at, e.ended_at, e.input, e.output, e.error, e.cause, e.more";

/// The same without what may be large.
pub(super) const SELECTED_BARE: &str = "e.id, m.account, m.name AS machine, e.machine_version, \
     e.name, e.definition, e.status, e.started_at, e.ended_at, ''::bytea AS input, \
     NULL::bytea AS output, e.error, e.cause, e.more";

/// An execution as it is selected.
#[derive(FromRow)]
pub(super) struct Stored {
    id: Vec<u8>,
    account: i64,
    machine: String,
    machine_version: i64,
    name: Option<String>,
    definition: Vec<u8>,
    status: i64,
    started_at: i64,
    ended_at: Option<i64>,
    input: Vec<u8>,
    output: Option<Vec<u8>>,
    error: Option<Vec<u8>>,
    cause: Option<Vec<u8>>,
    more: Option<Vec<u8>>,
}

impl Stored {
    /// The execution, its columns checked.
    pub(super) fn check(self) -> Result<Row> {
        let id = column::execution(&self.id)?;
        let more = self.more.as_deref().map(More::read).transpose()?;
        let more = more.unwrap_or_default();
        Ok(Row {
            account: column::account(self.account)?,
            id,
            name: column::name(&self.name.unwrap_or_else(|| id.to_string()))?,
            machine: column::machine(&self.machine)?,
            machine_version: column::number("version", self.machine_version)?,
            definition: column::digest(&self.definition)?,
            status: column::status(self.status)?,
            started_at: column::instant(self.started_at)?,
            ended_at: self.ended_at.map(column::instant).transpose()?,
            input: self.input.into(),
            output: self.output.map(Into::into),
            error: self.error.map(text).transpose()?,
            cause: self.cause.map(text).transpose()?,
            tags: more.tags,
            redrives: more.redrives,
            redriven_at: more.redriven_at,
            part_of: more.part_of,
            priority: more.priority,
        })
    }
}

fn text(bytes: Vec<u8>) -> Result<String> {
    String::from_utf8(bytes).map_err(|_| Error::Corrupt("a stored text is none".into()))
}

/// Rows to be written, a column each.
#[derive(Default)]
pub(super) struct Columns<'a> {
    pub(super) ids: Vec<Vec<u8>>,
    machines: Vec<i64>,
    machine_versions: Vec<i64>,
    names: Vec<Option<&'a str>>,
    definitions: Vec<Vec<u8>>,
    statuses: Vec<i64>,
    started_ats: Vec<i64>,
    ended_ats: Vec<Option<i64>>,
    inputs: Vec<&'a [u8]>,
    outputs: Vec<Option<&'a [u8]>>,
    errors: Vec<Option<&'a [u8]>>,
    error_hashes: Vec<Option<i64>>,
    causes: Vec<Option<&'a [u8]>>,
    mores: Vec<Option<Vec<u8>>>,
    parts_of: Vec<Option<Vec<u8>>>,
    part_actions: Vec<Option<i64>>,
}

impl<'a> Columns<'a> {
    /// Adds a row of the machine with this number.
    pub(super) fn push(&mut self, row: &'a Row, machine: i64) {
        self.ids.push(row.id.to_bytes().to_vec());
        self.machines.push(machine);
        self.machine_versions.push(row.machine_version.into());
        self.names.push(name_to_store(row));
        self.definitions.push(row.definition.as_bytes().to_vec());
        self.statuses.push(row.status.code().into());
        self.started_ats.push(row.started_at.as_millis());
        self.ended_ats.push(row.ended_at.map(Timestamp::as_millis));
        self.inputs.push(&row.input);
        self.outputs.push(row.output.as_deref());
        self.errors.push(row.error.as_deref().map(str::as_bytes));
        self.error_hashes
            .push(row.error.as_deref().map(hash_of_error));
        self.causes.push(row.cause.as_deref().map(str::as_bytes));
        self.mores.push(more_to_store(row));
        let part_of = row.part_of.map(|(id, _)| id.to_bytes().to_vec());
        self.parts_of.push(part_of);
        self.part_actions.push(row.part_of.map(|(_, n)| stored(n)));
    }

    /// Binds them as [`super::table::ARRAYS`] says.
    pub(super) fn bind<'q>(
        &'q self,
        query: Query<'q, Postgres, PgArguments>,
    ) -> Query<'q, Postgres, PgArguments> {
        query
            .bind(&self.ids)
            .bind(&self.machines)
            .bind(&self.machine_versions)
            .bind(&self.names)
            .bind(&self.definitions)
            .bind(&self.statuses)
            .bind(&self.started_ats)
            .bind(&self.ended_ats)
            .bind(&self.inputs)
            .bind(&self.outputs)
            .bind(&self.errors)
            .bind(&self.error_hashes)
            .bind(&self.causes)
            .bind(&self.mores)
            .bind(&self.parts_of)
            .bind(&self.part_actions)
    }
}

/// What is searched instead of an error's name, which may be longer than an index holds.
pub(super) fn hash_of_error(error: &str) -> i64 {
    hash(error.as_bytes())
}

/// What is searched instead of a tag.
pub(super) fn hash_of_tag(key: &str, value: &str) -> i64 {
    let mut bytes = (key.len() as u64).to_be_bytes().to_vec();
    bytes.extend_from_slice(key.as_bytes());
    bytes.extend_from_slice(value.as_bytes());
    hash(&bytes)
}

fn hash(bytes: &[u8]) -> i64 {
    let digest = Digest::of(bytes);
    let (first, _) = digest.as_bytes().split_at(8);
    first
        .iter()
        .fold(0, |hash, byte| hash << 8 | i64::from(*byte))
}

/// A change's facts as they are stored.
pub(super) fn framed(change: &Change) -> Bytes {
    let chunk = &change.chunk;
    let about = about(change.row.id, chunk.first_fact, chunk.first_event);
    frame::seal(&about, &chunk.facts)
}

/// What the checksum of a chunk or a snapshot covers besides its bytes.
pub(super) fn about(id: ExecutionId, first: u64, second: u64) -> Vec<u8> {
    let numbers = [first.to_be_bytes(), second.to_be_bytes()];
    [&id.to_bytes()[..], &numbers[0], &numbers[1]].concat()
}

/// A failed check, named after what it is about.
pub(super) fn named(id: ExecutionId, what: &str, number: u64, error: Error) -> Error {
    match error {
        Error::Corrupt(why) => Error::Corrupt(format!("execution {id}, {what} {number}: {why}")),
        other => other,
    }
}
