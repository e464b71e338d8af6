//! An execution's row.

use std::collections::BTreeMap;

use bytes::{Buf, BufMut};
use sqlx::FromRow;
use steploom_store::projection::Row;
use steploom_store::{Error, Result};
use steploom_types::{ExecutionId, Timestamp};

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
    more: Option<Vec<u8>>,
}

impl Stored {
    /// The execution, its columns checked.
    pub(crate) fn check(self) -> Result<Row> {
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
            error: self.error,
            cause: self.cause,
            tags: more.tags,
            redrives: more.redrives,
            redriven_at: more.redriven_at,
            part_of: more.part_of,
            priority: more.priority,
        })
    }
}

/// The name to store: none, if it is the id.
pub(crate) fn name_to_store(row: &Row) -> Option<&str> {
    let name = row.name.as_str();
    (*name != *row.id.text()).then_some(name)
}

/// What a row has beside its columns.
#[derive(Default)]
pub(crate) struct More {
    pub(crate) tags: BTreeMap<String, String>,
    pub(crate) redrives: u32,
    pub(crate) redriven_at: Option<Timestamp>,
    pub(crate) part_of: Option<(ExecutionId, u64)>,
    pub(crate) priority: i8,
}

/// The value of the column `more`; `None` for most.
pub(crate) fn more_to_store(row: &Row) -> Option<Vec<u8>> {
    let plain = row.tags.is_empty()
        && row.redrives == 0
        && row.redriven_at.is_none()
        && row.part_of.is_none()
        && row.priority == 0;
    (!plain).then(|| {
        let mut to = Vec::new();
        to.put_u8(1);
        to.put_i8(row.priority);
        to.put_u32(row.redrives);
        to.put_i64(row.redriven_at.map_or(i64::MIN, Timestamp::as_millis));
        let (id, action) = row
            .part_of
            .map_or(([0; 16], 0), |(id, n)| (id.to_bytes(), n));
        to.put_slice(&id);
        to.put_u64(action);
        to.put_u16(row.tags.len() as u16);
        for text in row.tags.iter().flat_map(|(key, value)| [key, value]) {
            to.put_u32(text.len() as u32);
            to.put_slice(text.as_bytes());
        }
        to
    })
}

impl More {
    pub(crate) fn read(mut from: &[u8]) -> Result<Self> {
        let torn = || Error::Corrupt("a stored row is torn".into());
        if from.len() < 40 || from.get_u8() != 1 {
            return Err(torn());
        }
        let priority = from.get_i8();
        let redrives = from.get_u32();
        let redriven_at = from.get_i64();
        let mut id = [0; 16];
        from.copy_to_slice(&mut id);
        let action = from.get_u64();
        let mut texts = Vec::new();
        for _ in 0..from.get_u16() * 2 {
            let bytes = from.try_get_u32().map_err(|_| torn())? as usize;
            let text = from.get(..bytes).ok_or_else(torn)?;
            texts.push(String::from_utf8(text.to_vec()).map_err(|_| torn())?);
            from.advance(bytes);
        }
        let pairs = texts.chunks_exact(2);
        Ok(Self {
            tags: pairs
                .map(|pair| (pair[0].clone(), pair[1].clone()))
                .collect(),
            redrives,
            redriven_at: (redriven_at != i64::MIN).then(|| Timestamp::from_millis(redriven_at)),
            part_of: (id != [0; 16]).then(|| (ExecutionId::from_bytes(id), action)),
            priority,
        })
    }
}
