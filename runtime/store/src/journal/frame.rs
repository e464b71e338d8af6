//! The frame around a record: its checksum covers the record's shard, lsn and epoch as well.

use bytes::Bytes;
use steploom_types::ShardId;

use super::{Append, Epoch, Lsn, Record};
use crate::{Error, Result, frame};

/// Bytes of a record's body: far above what one group commit gathers.
pub const BODY_BYTES_MAX: usize = 64 * 1024 * 1024;

/// The bytes to store for a record.
pub fn seal(record: &Append) -> Bytes {
    let about = about(record.shard, record.lsn, record.epoch);
    frame::seal(&about, &record.body)
}

/// The record of stored bytes.
///
/// # Errors
/// `Corrupt`, with the record's place, when a check fails.
pub fn open(shard: ShardId, lsn: Lsn, epoch: Epoch, framed: &Bytes) -> Result<Record> {
    match frame::open(&about(shard, lsn, epoch), framed) {
        Ok(body) => Ok(Record { lsn, epoch, body }),
        Err(Error::Corrupt(what)) => Err(Error::Corrupt(format!(
            "record {} of shard {shard}: {what}",
            lsn.0
        ))),
        Err(other) => Err(other),
    }
}

/// Shard, lsn and epoch, big-endian.
fn about(shard: ShardId, lsn: Lsn, epoch: Epoch) -> [u8; 18] {
    let mut about = [0; 18];
    about[..2].copy_from_slice(&shard.0.to_be_bytes());
    about[2..10].copy_from_slice(&lsn.0.to_be_bytes());
    about[10..].copy_from_slice(&epoch.0.to_be_bytes());
    about
}

#[cfg(test)]
mod tests;
