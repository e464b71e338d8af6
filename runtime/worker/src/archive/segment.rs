//! A segment: one object with executions, in the order of their ids' times.
//!
//! ```text
//! "STEPSEG1" | block | block | ... | index | offset of the index, 8 bytes | its length, 8 bytes | its CRC-32C, 4 bytes
//! ```
//!
//! Numbers are little-endian. A block is a gzip stream of *records*: an execution's input, output and
//! facts, each record after its length. The index is a gzip stream too: every execution without
//! those, and where its record is. So a list reads indexes only, and one execution costs the index and
//! one block. Blocks are checked by the CRC-32C that the index has of them. What any release wrote
//! opens for ever.

mod message;

use std::io::{Read as _, Write as _};

use bytes::Bytes;
use flate2::Compression;
use flate2::read::GzDecoder;
use flate2::write::GzEncoder;
use prost::Message as _;
use steploom_store::projection::{Chunk, Row};
use steploom_types::{AccountId, Error, ExecutionId, Kind, Result, limits};

/// What a segment begins with.
const MAGIC: &[u8; 8] = b"STEPSEG1";

/// Bytes of an index or a block once it is expanded: far above what is written.
const EXPANDED_BYTES_MAX: u64 = 1024 * 1024 * 1024;

/// A segment that is being made.
pub(super) struct Writer {
    object: Vec<u8>,
    index: message::Index,
    block: Vec<u8>,
}

/// A segment that is made.
pub(super) struct Made {
    pub(super) object: Bytes,
    pub(super) index_offset: u64,
    pub(super) index_bytes: u64,
    pub(super) index_crc: u32,
}

/// What a segment has.
pub(super) struct Index {
    pub(super) rows: Vec<Row>,
    places: Vec<Place>,
    blocks: Vec<message::Block>,
}

struct Place {
    block: u32,
    offset: u32,
}

/// An execution with everything.
pub(super) struct Record {
    pub(super) row: Row,
    pub(super) chunks: Vec<Chunk>,
}

impl Writer {
    pub(super) fn new(account: AccountId, machine: &str) -> Self {
        Self {
            object: MAGIC.to_vec(),
            index: message::Index {
                account: account.as_u64(),
                machine: machine.to_owned(),
                ..message::Index::default()
            },
            block: Vec::new(),
        }
    }

    pub(super) fn rows(&self) -> usize {
        self.index.items.len()
    }

    /// Whether it has as much as a segment should.
    pub(super) fn is_full(&self) -> bool {
        self.rows() >= limits::archive::SEGMENT_ROWS_MAX
            || self.object.len() >= limits::archive::SEGMENT_BYTES
    }

    /// Adds an execution.
    pub(super) fn push(&mut self, row: &Row, chunks: Vec<Chunk>) -> Result<()> {
        let record = message::Record::of(row, chunks);
        let offset = self.block.len() as u32;
        let item = message::Item::of(row, self.index.blocks.len() as u32, offset);
        self.index.items.push(item);
        record
            .encode_length_delimited(&mut self.block)
            .map_err(Error::internal)?;
        if self.block.len() >= limits::archive::BLOCK_BYTES {
            self.end_block()?;
        }
        Ok(())
    }

    fn end_block(&mut self) -> Result<()> {
        if self.block.is_empty() {
            return Ok(());
        }
        let packed = pack(&std::mem::take(&mut self.block))?;
        self.index.blocks.push(message::Block {
            offset: self.object.len() as u64,
            bytes: packed.len() as u64,
            crc: crc32c::crc32c(&packed),
        });
        self.object.extend_from_slice(&packed);
        Ok(())
    }

    pub(super) fn finish(mut self) -> Result<Made> {
        self.end_block()?;
        let index = pack(&self.index.encode_to_vec())?;
        let (offset, crc) = (self.object.len() as u64, crc32c::crc32c(&index));
        self.object.extend_from_slice(&index);
        self.object.extend_from_slice(&offset.to_le_bytes());
        self.object
            .extend_from_slice(&(index.len() as u64).to_le_bytes());
        self.object.extend_from_slice(&crc.to_le_bytes());
        Ok(Made {
            object: self.object.into(),
            index_offset: offset,
            index_bytes: index.len() as u64,
            index_crc: crc,
        })
    }
}

impl Index {
    /// Reads an index of `crc`.
    ///
    /// # Errors
    /// `Corrupt` when it is not what was written.
    pub(super) fn read(packed: &[u8], crc: u32) -> Result<Self> {
        let unpacked = unpack(packed, crc)?;
        let index = message::Index::decode(&unpacked[..]).map_err(|e| corrupt(&e))?;
        let account = AccountId::from_u64(index.account).ok_or_else(|| corrupt(&"its account"))?;
        let machine = index.machine.parse().map_err(|e| corrupt(&e))?;
        let mut rows = Vec::with_capacity(index.items.len());
        let mut places = Vec::with_capacity(index.items.len());
        for item in index.items {
            places.push(Place {
                block: item.block,
                offset: item.offset,
            });
            rows.push(item.into_row(account, &machine)?);
        }
        Ok(Self {
            rows,
            places,
            blocks: index.blocks,
        })
    }

    /// Where an execution is among the others. They are in the order in which the store gave them,
    /// which is not the same for every store, so all are looked at.
    pub(super) fn find(&self, id: ExecutionId) -> Option<usize> {
        self.rows.iter().position(|row| row.id == id)
    }

    /// The bytes of the object that have the `n`th execution.
    pub(super) fn block(&self, n: usize) -> Result<std::ops::Range<u64>> {
        let block = self.block_of(n)?;
        Ok(block.offset..block.offset + block.bytes)
    }

    /// The `n`th execution, from its block.
    pub(super) fn record(&self, n: usize, block: &[u8]) -> Result<Record> {
        let unpacked = Bytes::from(unpack(block, self.block_of(n)?.crc)?);
        let offset = self.places[n].offset as usize;
        let from = unpacked.get(offset..).ok_or_else(|| corrupt(&"a place"))?;
        let record = message::Record::decode_length_delimited(from).map_err(|e| corrupt(&e))?;
        let (input, output, chunks) = record.into_parts();
        let row = Row {
            input,
            output,
            ..self.rows[n].clone()
        };
        Ok(Record { row, chunks })
    }

    fn block_of(&self, n: usize) -> Result<&message::Block> {
        let place = self.places.get(n);
        let block = place.and_then(|place| self.blocks.get(place.block as usize));
        block.ok_or_else(|| corrupt(&"a block is missing"))
    }
}

/// Reads all of a segment, as it is done before what it was made from goes.
///
/// # Errors
/// `Corrupt` when anything is not what was written.
pub(super) fn verify(object: &[u8], made: &Made) -> Result<usize> {
    let range = |offset: u64, bytes: u64| {
        let (from, to) = (offset as usize, (offset + bytes) as usize);
        object.get(from..to).ok_or_else(|| corrupt(&"it is short"))
    };
    if object.get(..MAGIC.len()) != Some(MAGIC) || object.len() != made.object.len() {
        return Err(corrupt(&"it is not what was written"));
    }
    let index = Index::read(range(made.index_offset, made.index_bytes)?, made.index_crc)?;
    for block in &index.blocks {
        unpack(range(block.offset, block.bytes)?, block.crc)?;
    }
    Ok(index.rows.len())
}

fn pack(bytes: &[u8]) -> Result<Vec<u8>> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(bytes).map_err(Error::internal)?;
    encoder.finish().map_err(Error::internal)
}

fn unpack(packed: &[u8], crc: u32) -> Result<Vec<u8>> {
    if crc32c::crc32c(packed) != crc {
        return Err(corrupt(&"a checksum does not match"));
    }
    let mut bytes = Vec::new();
    let mut decoder = GzDecoder::new(packed).take(EXPANDED_BYTES_MAX);
    decoder.read_to_end(&mut bytes).map_err(|e| corrupt(&e))?;
    Ok(bytes)
}

pub(super) fn corrupt(why: &dyn std::fmt::Display) -> Error {
    Error::new(
        Kind::Corrupt,
        "SegmentCorrupt",
        "a segment of the archive fails its check; the log says which",
    )
    .with_detail(why)
}

#[cfg(test)]
mod tests;
