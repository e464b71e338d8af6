//! What is in a segment, as protocol-buffer messages: numbers of fields are for ever.

use std::collections::BTreeMap;

use bytes::Bytes;
use steploom_store::projection::{Chunk as StoredChunk, Row, Status};
use steploom_types::{AccountId, Digest, Error, ExecutionId, MachineName, Result, Timestamp};

use super::corrupt;

#[derive(Clone, PartialEq, prost::Message)]
pub(super) struct Index {
    #[prost(uint64, tag = "1")]
    pub(super) account: u64,
    #[prost(string, tag = "2")]
    pub(super) machine: String,
    #[prost(message, repeated, tag = "3")]
    pub(super) items: Vec<Item>,
    #[prost(message, repeated, tag = "4")]
    pub(super) blocks: Vec<Block>,
}

#[derive(Clone, Copy, PartialEq, Eq, prost::Message)]
pub(super) struct Block {
    #[prost(uint64, tag = "1")]
    pub(super) offset: u64,
    #[prost(uint64, tag = "2")]
    pub(super) bytes: u64,
    #[prost(fixed32, tag = "3")]
    pub(super) crc: u32,
}

/// An execution without input, output and facts.
#[derive(Clone, PartialEq, prost::Message)]
pub(super) struct Item {
    #[prost(bytes = "bytes", tag = "1")]
    id: Bytes,
    /// Empty if it is the id, printed.
    #[prost(string, tag = "2")]
    name: String,
    #[prost(uint32, tag = "3")]
    machine_version: u32,
    #[prost(bytes = "bytes", tag = "4")]
    definition: Bytes,
    #[prost(uint32, tag = "5")]
    status: u32,
    #[prost(int64, tag = "6")]
    started_at: i64,
    #[prost(int64, optional, tag = "7")]
    ended_at: Option<i64>,
    #[prost(string, optional, tag = "8")]
    error: Option<String>,
    #[prost(string, optional, tag = "9")]
    cause: Option<String>,
    #[prost(btree_map = "string, string", tag = "10")]
    tags: BTreeMap<String, String>,
    #[prost(uint32, tag = "11")]
    redrives: u32,
    #[prost(int64, optional, tag = "12")]
    redriven_at: Option<i64>,
    #[prost(bytes = "bytes", optional, tag = "13")]
    part_of: Option<Bytes>,
    #[prost(uint64, tag = "14")]
    part_action: u64,
    #[prost(sint32, tag = "15")]
    priority: i32,
    #[prost(uint32, tag = "16")]
    pub(super) block: u32,
    #[prost(uint32, tag = "17")]
    pub(super) offset: u32,
}

/// The rest of an execution.
#[derive(Clone, PartialEq, prost::Message)]
pub(super) struct Record {
    #[prost(bytes = "bytes", tag = "1")]
    input: Bytes,
    #[prost(bytes = "bytes", optional, tag = "2")]
    output: Option<Bytes>,
    #[prost(message, repeated, tag = "3")]
    chunks: Vec<Chunk>,
}

#[derive(Clone, PartialEq, Eq, prost::Message)]
struct Chunk {
    #[prost(uint64, tag = "1")]
    first_fact: u64,
    #[prost(uint64, tag = "2")]
    first_event: u64,
    #[prost(bytes = "bytes", tag = "3")]
    facts: Bytes,
}

impl Item {
    pub(super) fn of(row: &Row, block: u32, offset: u32) -> Self {
        let name = row.name.to_string();
        let part_of = row.part_of;
        Self {
            id: Bytes::copy_from_slice(&row.id.to_bytes()),
            name: if name == row.id.to_string() {
                String::new()
            } else {
                name
            },
            machine_version: row.machine_version,
            definition: Bytes::copy_from_slice(row.definition.as_bytes()),
            status: row.status.code().into(),
            started_at: row.started_at.as_millis(),
            ended_at: row.ended_at.map(Timestamp::as_millis),
            error: row.error.clone(),
            cause: row.cause.clone(),
            tags: row.tags.clone(),
            redrives: row.redrives,
            redriven_at: row.redriven_at.map(Timestamp::as_millis),
            part_of: part_of.map(|(id, _)| Bytes::copy_from_slice(&id.to_bytes())),
            part_action: part_of.map_or(0, |(_, action)| action),
            priority: row.priority.into(),
            block,
            offset,
        }
    }

    pub(super) fn into_row(self, account: AccountId, machine: &MachineName) -> Result<Row> {
        let id = execution(&self.id)?;
        let status = u8::try_from(self.status).ok().and_then(Status::from_code);
        let name = if self.name.is_empty() {
            id.to_string().parse()
        } else {
            self.name.parse()
        };
        let definition = self.definition.as_ref().try_into();
        let part_of = self.part_of.as_deref().map(execution).transpose()?;
        Ok(Row {
            account,
            id,
            name: name.map_err(|e: Error| corrupt(&e))?,
            machine: machine.clone(),
            machine_version: self.machine_version,
            definition: Digest::from_bytes(definition.map_err(|_| corrupt(&"a digest"))?),
            status: status.ok_or_else(|| corrupt(&"a status"))?,
            started_at: Timestamp::from_millis(self.started_at),
            ended_at: self.ended_at.map(Timestamp::from_millis),
            input: Bytes::new(),
            output: None,
            error: self.error,
            cause: self.cause,
            tags: self.tags,
            redrives: self.redrives,
            redriven_at: self.redriven_at.map(Timestamp::from_millis),
            part_of: part_of.map(|id| (id, self.part_action)),
            priority: i8::try_from(self.priority).map_err(|e| corrupt(&e))?,
        })
    }
}

impl Record {
    pub(super) fn of(row: &Row, chunks: Vec<StoredChunk>) -> Self {
        let chunk = |chunk: StoredChunk| Chunk {
            first_fact: chunk.first_fact,
            first_event: chunk.first_event,
            facts: chunk.facts,
        };
        Self {
            input: row.input.clone(),
            output: row.output.clone(),
            chunks: chunks.into_iter().map(chunk).collect(),
        }
    }

    pub(super) fn into_parts(self) -> (Bytes, Option<Bytes>, Vec<StoredChunk>) {
        let chunk = |chunk: Chunk| StoredChunk {
            first_fact: chunk.first_fact,
            first_event: chunk.first_event,
            facts: chunk.facts,
        };
        let chunks = self.chunks.into_iter().map(chunk).collect();
        (self.input, self.output, chunks)
    }
}

fn execution(bytes: &[u8]) -> Result<ExecutionId> {
    let bytes = bytes.try_into().map_err(|_| corrupt(&"an id"))?;
    Ok(ExecutionId::from_bytes(bytes))
}
