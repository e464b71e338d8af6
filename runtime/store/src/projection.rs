//! Rows of executions, written in batches behind the journal.
//!
//! A checkpoint writes, for every execution touched since the last one: if it has ended, one row
//! with everything; if it is open, its row and a chunk of its new facts. The checkpoint's lsn
//! commits with those rows; only then may the journal before it be dropped. Recovery is the
//! projection plus the journal's tail.
//!
//! Open executions are kept apart from those that have ended, so that neither a million of the one
//! nor ten million of the other cost a checkpoint anything. Those that have ended are in partitions
//! by the time in their ids, and go by partition.

mod query;
mod row;
mod status;

use async_trait::async_trait;
use steploom_types::{AccountId, ExecutionId, MachineName, Name, ShardId, Timestamp};

use crate::Result;
use crate::journal::{Epoch, Lsn};

pub use query::{Closed, Cursor, Filter, Partition};
pub use row::{Change, Chunk, Loaded, Offer, Row, Sleep, Snapshot, SnapshotAt};
pub use status::Status;

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

    /// Open executions of the slots `slots` (both ends included) that do not sleep
    /// ([`Sleep::No`]), by id, `limit` at most, after `after`: for taking over a shard.
    async fn open(
        &self,
        slots: (u16, u16),
        after: Option<ExecutionId>,
        limit: u32,
    ) -> Result<Vec<Row>>;

    /// Open executions of the slots `slots` (both ends included) that sleep until `until` or a time
    /// before, the earliest first (the lesser id first, within a millisecond), `limit` at most, after
    /// `after`.
    async fn due(
        &self,
        slots: (u16, u16),
        after: Option<(Timestamp, ExecutionId)>,
        until: Timestamp,
        limit: u32,
    ) -> Result<Vec<(Timestamp, ExecutionId)>>;

    /// Those of these executions that there are, open or closed, in any order, whoever's they are: for
    /// the owner of their shard. With their facts, where they are few and about `bytes_max` over all
    /// leaves room for them.
    ///
    /// # Errors
    /// `Corrupt` when a row fails its check. Facts that do are left out.
    async fn load(&self, ids: &[ExecutionId], bytes_max: usize) -> Result<Vec<Loaded>>;

    /// Tasks of `activity` that open executions of the slots `slots` (both ends included) offer, by
    /// execution and action, `limit` at most, after `after`.
    async fn offers(
        &self,
        account: AccountId,
        activity: &Name,
        slots: (u16, u16),
        after: Option<(ExecutionId, u64)>,
        limit: u32,
    ) -> Result<Vec<(ExecutionId, u64)>>;

    /// An execution by id.
    ///
    /// # Errors
    /// `Corrupt` when its row fails its check.
    async fn find(&self, account: AccountId, id: ExecutionId) -> Result<Option<Row>>;

    /// The newest execution of this name.
    async fn find_by_name(
        &self,
        account: AccountId,
        machine: &MachineName,
        name: &Name,
    ) -> Result<Option<Row>>;

    /// An execution's chunks, oldest first, from the one that holds the fact `from_fact` on, as many
    /// as fit into about `bytes_max` (at least one, if there is one). So the next page begins after
    /// the last fact of this one; past the last fact, it is the last chunk again. The id comes from
    /// a row of the caller's account: this does not check.
    ///
    /// # Errors
    /// `Corrupt` when one of them fails its check.
    async fn chunks(&self, id: ExecutionId, from_fact: u64, bytes_max: usize)
    -> Result<Vec<Chunk>>;

    /// A snapshot of an execution, if there is such a one. The id comes from a row of the caller's
    /// account: this does not check.
    ///
    /// # Errors
    /// `Corrupt` when it fails its check: the chunks tell the same.
    async fn snapshot(&self, id: ExecutionId, at: SnapshotAt) -> Result<Option<Snapshot>>;

    /// Executions that pass the filter, newest first, `limit` at most; those of the same millisecond
    /// in an order of the store's own that stays the same. Their `input` is empty and their `output`
    /// is `None`, so that a page stays small whatever the executions carry: [`Projection::find`] has
    /// both.
    async fn list(
        &self,
        account: AccountId,
        filter: &Filter,
        after: Option<Cursor>,
        limit: u32,
    ) -> Result<Vec<Row>>;

    /// How many executions there are by machine and status, of one machine or of all, by name and
    /// status; those of which there are none are left out. Kept up with every checkpoint, so it
    /// costs the same however many there are.
    async fn counts(
        &self,
        account: AccountId,
        machine: Option<&MachineName>,
    ) -> Result<Vec<(MachineName, Status, u64)>>;

    /// The partitions that closed executions are in, oldest first.
    async fn partitions(&self) -> Result<Vec<Partition>>;

    /// The closed executions of a partition, of every account, `limit` at most, after `after`, in an
    /// order of the store's own that stays the same. None if there is no such partition.
    async fn read_partition(
        &self,
        partition: u64,
        after: Option<ExecutionId>,
        limit: u32,
    ) -> Result<Vec<Closed>>;

    /// Drops a partition with every closed execution in it; nothing happens if it is gone already.
    ///
    /// # Errors
    /// `Changed` when it is not of `version` any more, because an execution of that time has ended
    /// or was redriven since: read it again.
    async fn drop_partition(&self, partition: u64, version: u64) -> Result<()>;
}
