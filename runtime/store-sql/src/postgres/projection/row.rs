//! Rows of executions as they are bound and selected.

use sqlx::postgres::PgArguments;
use sqlx::query::Query;
use sqlx::{FromRow, Postgres};
use steploom_store::Result;
use steploom_store::projection::Row;
use steploom_types::Digest;

use crate::column::{self, stored};
use crate::row::execution::name_to_store;
use crate::row::pack;

/// What [`Stored`] is made of, from an execution `e` and its machine `m`.
pub(super) const SELECTED: &str =
    "e.id, m.account, m.name AS machine, e.name, e.status, e.started_at, e.head, e.body";

/// The same without what may be large.
pub(super) const SELECTED_BARE: &str = "e.id, m.account, m.name AS machine, e.name, e.status, \
     e.started_at, e.head, NULL::bytea AS body";

/// An execution as it is selected.
#[derive(FromRow)]
pub(super) struct Stored {
    id: Vec<u8>,
    account: i64,
    machine: String,
    name: Option<String>,
    status: i64,
    started_at: i64,
    head: Vec<u8>,
    body: Option<Vec<u8>>,
}

impl Stored {
    /// The execution, checked; without input and output if these were not selected.
    pub(super) fn check(self) -> Result<Row> {
        let columns = pack::Columns {
            account: column::account(self.account)?,
            id: column::execution(&self.id)?,
            machine: column::machine(&self.machine)?,
            name: self.name.as_deref().map(column::name).transpose()?,
            status: column::status(self.status)?,
            started_at: column::instant(self.started_at)?,
        };
        let row = pack::open_head(columns, &self.head.into())?;
        let Some(body) = self.body else {
            return Ok(row);
        };
        let body = pack::open_body(row.id, &body.into())?;
        Ok(Row {
            input: body.input,
            output: body.output,
            ..row
        })
    }
}

/// The head of a row as it is stored.
pub(super) fn head(row: &Row) -> Vec<u8> {
    let machine = row.machine.to_string();
    pack::head(row, &machine, name_to_store(row)).to_vec()
}

/// Rows to be written, a column each.
#[derive(Default)]
pub(super) struct Columns<'a> {
    pub(super) ids: Vec<Vec<u8>>,
    machines: Vec<i64>,
    names: Vec<Option<&'a str>>,
    statuses: Vec<i64>,
    started_ats: Vec<i64>,
    heads: Vec<Vec<u8>>,
    bodies: Vec<Vec<u8>>,
    error_hashes: Vec<Option<i64>>,
    parts_of: Vec<Option<Vec<u8>>>,
    part_actions: Vec<Option<i64>>,
}

impl<'a> Columns<'a> {
    /// Adds a row of the machine with this number.
    pub(super) fn push(&mut self, row: &'a Row, machine: i64) {
        self.ids.push(row.id.to_bytes().to_vec());
        self.machines.push(machine);
        self.names.push(name_to_store(row));
        self.statuses.push(row.status.code().into());
        self.started_ats.push(row.started_at.as_millis());
        self.heads.push(head(row));
        // The facts of one that is whole are in a column of their own, which may become a chunk.
        self.bodies.push(pack::body(row, None).to_vec());
        self.error_hashes
            .push(row.error.as_deref().map(hash_of_error));
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
            .bind(&self.names)
            .bind(&self.statuses)
            .bind(&self.started_ats)
            .bind(&self.heads)
            .bind(&self.bodies)
            .bind(&self.error_hashes)
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
