//! Rows of executions, written in batches behind the journal.
//!
//! A checkpoint writes, for every execution touched since the last one: if it has ended, one row
//! with everything; if it is open, its row and a chunk of its new facts. The checkpoint's lsn
//! commits with those rows; only then may the journal before it be dropped. Recovery is the
//! projection plus the journal's tail.

use async_trait::async_trait;
use bytes::Bytes;
use serde::{Deserialize, Serialize};
use steploom_types::{AccountId, Digest, ExecutionId, MachineName, Name, ShardId, Timestamp};

use crate::Result;
use crate::journal::{Epoch, Lsn};

/// How an execution stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Status {
    /// Not ended.
    Running,
    /// Ended with an output.
    Succeeded,
    /// Ended with an error.
    Failed,
    /// Its own time ran out.
    TimedOut,
    /// Somebody stopped it.
    Aborted,
}

impl Status {
    /// All of them, in the order of their stored numbers.
    pub const ALL: [Self; 5] = [
        Self::Running,
        Self::Succeeded,
        Self::Failed,
        Self::TimedOut,
        Self::Aborted,
    ];

    /// The number that is stored; never changes for a given status.
    pub fn code(self) -> u8 {
        Self::ALL
            .iter()
            .position(|s| *s == self)
            .unwrap_or_default() as u8
    }

    /// The status of a stored number.
    pub fn from_code(code: u8) -> Option<Self> {
        Self::ALL.get(usize::from(code)).copied()
    }
}

/// An execution as lists and `describe` show it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// Whose.
    pub account: AccountId,
    /// Its id, which tells its slot.
    pub id: ExecutionId,
    /// Its name.
    pub name: Name,
    /// What it runs.
    pub machine: MachineName,
    /// The machine's version.
    pub machine_version: u32,
    /// The definition.
    pub definition: Digest,
    /// How it stands.
    pub status: Status,
    /// When it was accepted.
    pub started_at: Timestamp,
    /// When it ended.
    pub ended_at: Option<Timestamp>,
    /// JSON text.
    pub input: Bytes,
    /// JSON text, once it has succeeded.
    pub output: Option<Bytes>,
    /// The error's name, if it failed or was stopped with one.
    pub error: Option<String>,
    /// And its cause.
    pub cause: Option<String>,
}

/// A run of an execution's facts, in the worker's code.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Chunk {
    /// The number of the first event that these facts tell, for paging.
    pub first_event: u64,
    /// The facts.
    pub facts: Bytes,
}

/// What one checkpoint writes for one execution.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// The row as it is now.
    pub row: Row,
    /// The facts since the last checkpoint.
    pub chunk: Chunk,
    /// The earliest instant at which it must wake up, if it only waits for the clock.
    pub wake_at: Option<Timestamp>,
}

/// Which executions a list shows.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Filter {
    /// Only those of this machine.
    pub machine: Option<MachineName>,
    /// Only those that stand like this.
    pub status: Option<Status>,
    /// Only those whose name starts with this.
    pub name_prefix: Option<String>,
}

/// Where a list goes on: after this execution. Newest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cursor {
    /// When it started.
    pub started_at: Timestamp,
    /// And which it is.
    pub id: ExecutionId,
}

/// The projection of one database.
#[async_trait]
pub trait Projection: Send + Sync {
    /// Writes the changes of one shard since its last checkpoint, and with them that the journal
    /// up to `upto` is contained in the projection. A chunk without facts is not kept. Writing the
    /// same checkpoint again changes nothing, so it may be repeated when its answer was lost.
    ///
    /// # Errors
    /// `Fenced` when a newer epoch has written a checkpoint, or a later one was written: drop the
    /// shard.
    async fn checkpoint(
        &self,
        shard: ShardId,
        epoch: Epoch,
        upto: Lsn,
        changes: &[Change],
    ) -> Result<()>;

    /// Up to where the shard's journal is contained; 0 if it never had a checkpoint.
    async fn checkpointed(&self, shard: ShardId) -> Result<Lsn>;

    /// Open executions of the slots `slots` (both ends included) by id, `limit` at most, after
    /// `after`: for taking over a shard.
    async fn open(
        &self,
        slots: (u16, u16),
        after: Option<ExecutionId>,
        limit: u32,
    ) -> Result<Vec<Row>>;

    /// Open executions of the slots `slots` (both ends included) that must wake up at `until` or
    /// before, the earliest first, `limit` at most.
    async fn due(
        &self,
        slots: (u16, u16),
        until: Timestamp,
        limit: u32,
    ) -> Result<Vec<(Timestamp, ExecutionId)>>;

    /// An execution by id.
    async fn find(&self, account: AccountId, id: ExecutionId) -> Result<Option<Row>>;

    /// The newest execution of this name.
    async fn find_by_name(
        &self,
        account: AccountId,
        machine: &MachineName,
        name: &Name,
    ) -> Result<Option<Row>>;

    /// An execution's chunks, oldest first; from the one that holds event `from_event` on. The id
    /// comes from a row of the caller's account: this does not check.
    async fn chunks(&self, id: ExecutionId, from_event: u64) -> Result<Vec<Chunk>>;

    /// Executions that pass the filter, newest first (the greater id first, within a millisecond),
    /// `limit` at most. Their `input` is empty and their `output` is `None`, so that a page stays
    /// small whatever the executions carry: [`Projection::find`] has both.
    async fn list(
        &self,
        account: AccountId,
        filter: &Filter,
        after: Option<Cursor>,
        limit: u32,
    ) -> Result<Vec<Row>>;
}
