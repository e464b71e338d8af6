//! An execution's row as two values under a checksum each: the *head*, which lists show, and the
//! *body* with input, output and the facts of an execution that is whole in its row.
//!
//! What indexes are made of (account, machine, name, status, start) is in columns beside them, and
//! covered by the head's checksum. What any release wrote opens for ever.

use bytes::{Buf, BufMut, Bytes};
use steploom_store::projection::{Chunk, Row, Status};
use steploom_store::{Error, Result, frame};
use steploom_types::{AccountId, Digest, ExecutionId, MachineName, Name, Timestamp};

use super::execution::{More, more_to_store};

const VERSION: u8 = 1;

/// The millisecond of an instant that is not there.
const NEVER: i64 = i64::MIN;

/// The columns beside a head.
pub(crate) struct Columns {
    pub(crate) account: AccountId,
    pub(crate) id: ExecutionId,
    pub(crate) machine: MachineName,
    /// `None` if it is the id, printed.
    pub(crate) name: Option<Name>,
    pub(crate) status: Status,
    pub(crate) started_at: Timestamp,
}

/// The head of a row. `name` is what its column holds.
pub(crate) fn head(row: &Row, machine: &str, name: Option<&str>) -> Bytes {
    let mut to = Vec::with_capacity(64);
    to.put_u8(VERSION);
    to.put_u32(row.machine_version);
    to.put_slice(row.definition.as_bytes());
    to.put_i64(row.ended_at.map_or(NEVER, Timestamp::as_millis));
    put_optional(&mut to, row.error.as_deref().map(str::as_bytes));
    put_optional(&mut to, row.cause.as_deref().map(str::as_bytes));
    put_optional(&mut to, more_to_store(row).as_deref());
    let about = about_head(
        (row.account, row.id, row.started_at, row.status),
        machine,
        name,
    );
    frame::seal(&about, &to)
}

/// The row of a head, without input and output.
///
/// # Errors
/// `Corrupt` when it is not the head of these columns.
pub(crate) fn open_head(columns: Columns, framed: &Bytes) -> Result<Row> {
    let id = columns.id;
    let key = (columns.account, id, columns.started_at, columns.status);
    let (machine, name) = (columns.machine.to_string(), &columns.name);
    let about = about_head(key, &machine, name.as_ref().map(Name::as_str));
    let opened = frame::open(&about, framed).and_then(|body| read_head(columns, body));
    opened.map_err(|error| named(id, "the row", error))
}

fn read_head(columns: Columns, mut from: Bytes) -> Result<Row> {
    check_version(&mut from)?;
    let machine_version = from.try_get_u32().map_err(|_| torn())?;
    let definition = take(&mut from, 32)?;
    let ended_at = from.try_get_i64().map_err(|_| torn())?;
    let error = take_optional(&mut from)?.map(text).transpose()?;
    let cause = take_optional(&mut from)?.map(text).transpose()?;
    let more = take_optional(&mut from)?.map(|more| More::read(&more));
    let more = more.transpose()?.unwrap_or_default();
    let name = match columns.name {
        Some(name) => name,
        None => columns.id.to_string().parse().map_err(|_| torn())?,
    };
    Ok(Row {
        account: columns.account,
        id: columns.id,
        name,
        machine: columns.machine,
        machine_version,
        definition: Digest::from_bytes(definition.as_ref().try_into().map_err(|_| torn())?),
        status: columns.status,
        started_at: columns.started_at,
        ended_at: (ended_at != NEVER).then(|| Timestamp::from_millis(ended_at)),
        input: Bytes::new(),
        output: None,
        error,
        cause,
        tags: more.tags,
        redrives: more.redrives,
        redriven_at: more.redriven_at,
        part_of: more.part_of,
        priority: more.priority,
    })
}

/// The body of a row, with the chunk of all its facts if it is to be in there.
pub(crate) fn body(row: &Row, whole: Option<&Chunk>) -> Bytes {
    let facts = whole.map_or(0, |chunk| chunk.facts.len());
    let output = row.output.as_ref().map_or(0, Bytes::len);
    let mut to = Vec::with_capacity(32 + row.input.len() + output + facts);
    to.put_u8(VERSION);
    put_bytes(&mut to, &row.input);
    put_optional(&mut to, row.output.as_deref());
    to.put_u8(whole.is_some().into());
    if let Some(chunk) = whole {
        to.put_u64(chunk.first_event);
        to.put_slice(&chunk.facts);
    }
    frame::seal(&about_body(row.id), &to)
}

/// A body, read.
pub(crate) struct Body {
    pub(crate) input: Bytes,
    pub(crate) output: Option<Bytes>,
    pub(crate) whole: Option<Chunk>,
}

/// The contents of a body.
///
/// # Errors
/// `Corrupt` when it is not the body of this execution.
pub(crate) fn open_body(id: ExecutionId, framed: &Bytes) -> Result<Body> {
    let opened = frame::open(&about_body(id), framed).and_then(read_body);
    opened.map_err(|error| named(id, "input, output and facts", error))
}

fn read_body(mut from: Bytes) -> Result<Body> {
    check_version(&mut from)?;
    let input = take_bytes(&mut from)?;
    let output = take_optional(&mut from)?;
    let is_whole = from.try_get_u8().map_err(|_| torn())? != 0;
    let whole = if is_whole {
        Some(Chunk {
            first_fact: 0,
            first_event: from.try_get_u64().map_err(|_| torn())?,
            facts: from,
        })
    } else {
        None
    };
    Ok(Body {
        input,
        output,
        whole,
    })
}

/// A chunk's facts, framed.
pub(crate) fn facts(id: ExecutionId, chunk: &Chunk) -> Bytes {
    let about = about(id, chunk.first_fact, chunk.first_event);
    frame::seal(&about, &chunk.facts)
}

/// The facts of a chunk that was [framed](facts).
pub(crate) fn open_facts(
    id: ExecutionId,
    (first_fact, first_event): (u64, u64),
    framed: &Bytes,
) -> Result<Chunk> {
    let facts = frame::open(&about(id, first_fact, first_event), framed);
    Ok(Chunk {
        first_fact,
        first_event,
        facts: facts.map_err(|error| {
            let what = format!("the facts from {first_fact} on");
            named(id, &what, error)
        })?,
    })
}

/// What the checksum of a chunk or a snapshot covers besides its bytes.
pub(crate) fn about(id: ExecutionId, first: u64, second: u64) -> Vec<u8> {
    let numbers = [first.to_be_bytes(), second.to_be_bytes()];
    [&id.to_bytes()[..], &numbers[0], &numbers[1]].concat()
}

fn about_head(
    (account, id, started_at, status): (AccountId, ExecutionId, Timestamp, Status),
    machine: &str,
    name: Option<&str>,
) -> Vec<u8> {
    let mut about = Vec::with_capacity(96);
    about.put_u64(account.as_u64());
    about.put_slice(&id.to_bytes());
    about.put_i64(started_at.as_millis());
    about.put_u8(status.code());
    put_bytes(&mut about, machine.as_bytes());
    put_optional(&mut about, name.map(str::as_bytes));
    about
}

fn about_body(id: ExecutionId) -> Vec<u8> {
    [&id.to_bytes()[..], b"body"].concat()
}

/// Says which execution it is about.
pub(crate) fn named(id: ExecutionId, what: &str, error: Error) -> Error {
    match error {
        Error::Corrupt(why) => Error::Corrupt(format!("execution {id}, {what}: {why}")),
        other => other,
    }
}

fn torn() -> Error {
    Error::Corrupt("the bytes end too early".into())
}

fn check_version(from: &mut Bytes) -> Result<()> {
    match from.try_get_u8() {
        Ok(VERSION) => Ok(()),
        Ok(version) => Err(Error::Corrupt(format!(
            "version {version}; this release reads version {VERSION}"
        ))),
        Err(_) => Err(torn()),
    }
}

fn put_bytes(to: &mut Vec<u8>, bytes: &[u8]) {
    to.put_u32(bytes.len() as u32);
    to.put_slice(bytes);
}

/// Nothing is the length that nothing has.
fn put_optional(to: &mut Vec<u8>, bytes: Option<&[u8]>) {
    match bytes {
        Some(bytes) => put_bytes(to, bytes),
        None => to.put_u32(u32::MAX),
    }
}

fn take(from: &mut Bytes, bytes: usize) -> Result<Bytes> {
    if from.len() < bytes {
        return Err(torn());
    }
    Ok(from.split_to(bytes))
}

fn take_bytes(from: &mut Bytes) -> Result<Bytes> {
    take_optional(from)?.ok_or_else(torn)
}

fn take_optional(from: &mut Bytes) -> Result<Option<Bytes>> {
    match from.try_get_u32().map_err(|_| torn())? {
        u32::MAX => Ok(None),
        length => take(from, length as usize).map(Some),
    }
}

fn text(bytes: Bytes) -> Result<String> {
    let text = String::from_utf8(bytes.into());
    text.map_err(|_| Error::Corrupt("a text is no UTF-8".into()))
}

#[cfg(test)]
mod tests;
