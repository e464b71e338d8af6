//! An execution's row.

use sqlx::FromRow;
use steploom_store::Result;
use steploom_store::projection::Row;

use crate::column;

/// The columns of an execution, its machine's joined to it.
#[derive(FromRow)]
pub(crate) struct Stored {
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
    error: Option<String>,
    cause: Option<String>,
}

impl Stored {
    /// The execution, its columns checked.
    pub(crate) fn check(self) -> Result<Row> {
        let id = column::execution(&self.id)?;
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
            error: self.error,
            cause: self.cause,
        })
    }
}

/// The name to store: none, if it is the id.
pub(crate) fn name_to_store(row: &Row) -> Option<&str> {
    let name = row.name.as_str();
    (name != row.id.to_string()).then_some(name)
}
