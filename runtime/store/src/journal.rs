//! The log of every shard: one record per group commit.
//!
//! A record is opaque bytes, framed and checksummed by this module, so that every implementation
//! detects a flipped bit in the same way. It is appended by compare-and-swap on (epoch, lsn) in the
//! same transaction: that is the fence. There is no row per step and no update of a status here.

use async_trait::async_trait;
use bytes::Bytes;
use serde::{Deserialize, Serialize};
use steploom_types::ShardId;

use crate::Result;

pub mod frame;

/// The number that fences stale owners of a shard: grows with every change of owner.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Default, Serialize, Deserialize,
)]
pub struct Epoch(pub u64);

/// A record's place in its shard's log: 1 for the first, without gaps. 0 means "none yet".
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Default, Serialize, Deserialize,
)]
pub struct Lsn(pub u64);

impl Lsn {
    /// The place after this one.
    #[must_use]
    pub fn next(self) -> Self {
        Self(self.0 + 1)
    }
}

/// A record to be appended.
#[derive(Clone, Debug)]
pub struct Append {
    /// Whose log.
    pub shard: ShardId,
    /// The epoch under which the writer owns the shard.
    pub epoch: Epoch,
    /// Where: the shard's last lsn and one.
    pub lsn: Lsn,
    /// What; at most [`frame::BODY_BYTES_MAX`].
    pub body: Bytes,
}

/// What became of one record of a batch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Appended {
    /// It is durable.
    Done,
    /// The writer no longer owns the shard, or the lsn is not the next: nothing was written.
    Fenced,
}

/// A record read back, its checksum verified.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Record {
    /// Its place.
    pub lsn: Lsn,
    /// Under which epoch it was written.
    pub epoch: Epoch,
    /// What was appended.
    pub body: Bytes,
}

/// The logs of all shards of one database.
#[async_trait]
pub trait Journal: Send + Sync {
    /// Appends records of several shards in one transaction, at most one a shard. The answer has
    /// one element per record, in order: a shard that is fenced is left out alone, the rest commit.
    /// A shard that does not exist counts as fenced, and so does a shard's second record.
    ///
    /// # Errors
    /// `Unavailable`: it is unknown whether anything was written; the caller must drop the shards
    /// concerned and load them again.
    async fn append(&self, batch: &[Append]) -> Result<Vec<Appended>>;

    /// Records of `shard` from `from` on, in order, as many as fit into about `bytes_max` (at least
    /// one, if there is one).
    ///
    /// # Errors
    /// `Corrupt` when a record fails its check or an lsn is missing: in between, at the end, or
    /// because it was trimmed and is gone. Recovery asks for nothing that was trimmed.
    async fn read(&self, shard: ShardId, from: Lsn, bytes_max: usize) -> Result<Vec<Record>>;

    /// Allows every record of `shard` up to and including `upto` to be dropped. It happens by
    /// generation, when all shards allow it; records may be read a while longer. Never takes back
    /// what was allowed before. It may cost a commit: call it once a checkpoint, not once a record.
    async fn trim(&self, shard: ShardId, upto: Lsn) -> Result<()>;
}
