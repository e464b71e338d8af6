//! The projection: rows of executions and their chunks, in one file.
//!
//! One connection writes, a few read; in WAL mode neither waits for the other. An execution that
//! ended before its first checkpoint is one row with its facts in it. Any other has chunks, which
//! stay where they are when it ends.

mod list;
mod load;
mod read;
mod write;

use std::collections::HashMap;
use std::sync::Arc;

use async_trait::async_trait;
use sqlx::SqlitePool;
use sqlx::migrate::Migrator;
use steploom_store::journal::{Epoch, Lsn};
use steploom_store::projection::{
    Change, Chunk, Closed, Cursor, Filter, Loaded, Partition, Row, Snapshot, SnapshotAt, Status,
};
use steploom_store::{Projection, Result};
use steploom_types::{AccountId, ExecutionId, MachineName, Name, ShardId, Timestamp};
use tokio::sync::Mutex;

use super::connect;
use super::folder::Folder;
use super::writer::Writer;
use crate::column::{count, shard};
use crate::error::failed;

static MIGRATIONS: Migrator = sqlx::migrate!("migrations/projection");

/// Pages of the WAL after which it is copied into the file: 16 MiB. Pages that are written again
/// until then, as those of indexes are, are copied once.
const WAL_PAGES_MAX: &str = "4000";

/// What the writing connection keeps in memory, in KiB (hence negative): the upper pages of the
/// indexes of some ten million executions.
const WRITER_CACHE: &str = "-32768";

/// The projection's file.
pub(super) struct Executions {
    writer: Mutex<Checkpoints>,
    readers: SqlitePool,
    /// Ours as long as this is open.
    _folder: Arc<Folder>,
}

struct Checkpoints {
    writer: Writer,
    /// Numbers of machines that were used lately.
    machines: HashMap<(AccountId, MachineName), i64>,
}

impl Executions {
    pub(super) async fn open(folder: Arc<Folder>) -> Result<Self> {
        let options = connect::options(&folder.file("projection.db"))
            .pragma("wal_autocheckpoint", WAL_PAGES_MAX);
        let cached = options.clone().pragma("cache_size", WRITER_CACHE);
        let checkpoints = Checkpoints {
            writer: Writer::open(cached, &MIGRATIONS).await?,
            machines: HashMap::new(),
        };
        Ok(Self {
            writer: Mutex::new(checkpoints),
            readers: connect::readers(options),
            _folder: folder,
        })
    }

    /// Up to where each shard that ever had a checkpoint is contained.
    pub(super) async fn checkpoints(&self) -> Result<Vec<(ShardId, Lsn)>> {
        let rows: Vec<(i64, i64)> = sqlx::query_as("SELECT shard, lsn FROM checkpoint")
            .fetch_all(&self.readers)
            .await
            .map_err(failed)?;
        let checkpoint = |(id, lsn)| Ok((shard(id)?, Lsn(count(lsn)?)));
        rows.into_iter().map(checkpoint).collect()
    }
}

#[async_trait]
impl Projection for Executions {
    async fn checkpoint(
        &self,
        shard: ShardId,
        epoch: Epoch,
        upto: Lsn,
        changes: &[Change],
    ) -> Result<()> {
        let mut checkpoints = self.writer.lock().await;
        checkpoints.write(shard, epoch, upto, changes).await
    }

    async fn checkpointed(&self, shard: ShardId) -> Result<Lsn> {
        read::checkpointed(&self.readers, shard).await
    }

    async fn open(
        &self,
        slots: (u16, u16),
        after: Option<ExecutionId>,
        limit: u32,
    ) -> Result<Vec<Row>> {
        read::open(&self.readers, slots, after, limit).await
    }

    async fn due(
        &self,
        slots: (u16, u16),
        after: Option<(Timestamp, ExecutionId)>,
        until: Timestamp,
        limit: u32,
    ) -> Result<Vec<(Timestamp, ExecutionId)>> {
        read::due(&self.readers, slots, after, until, limit).await
    }

    async fn load(&self, ids: &[ExecutionId], bytes_max: usize) -> Result<Vec<Loaded>> {
        let mut snapshot = self.readers.begin().await.map_err(failed)?;
        load::load(&mut snapshot, ids, bytes_max).await
    }

    async fn find(&self, account: AccountId, id: ExecutionId) -> Result<Option<Row>> {
        read::find(&self.readers, account, id).await
    }

    async fn find_by_name(
        &self,
        account: AccountId,
        machine: &MachineName,
        name: &Name,
    ) -> Result<Option<Row>> {
        read::find_by_name(&self.readers, account, machine, name).await
    }

    async fn offers(
        &self,
        account: AccountId,
        activity: &Name,
        slots: (u16, u16),
        after: Option<(ExecutionId, u64)>,
        limit: u32,
    ) -> Result<Vec<(ExecutionId, u64)>> {
        read::offers(&self.readers, (account, activity), slots, after, limit).await
    }

    async fn chunks(
        &self,
        id: ExecutionId,
        from_fact: u64,
        bytes_max: usize,
    ) -> Result<Vec<Chunk>> {
        read::chunks(&self.readers, id, from_fact, bytes_max).await
    }

    async fn snapshot(&self, id: ExecutionId, at: SnapshotAt) -> Result<Option<Snapshot>> {
        read::snapshot(&self.readers, id, at).await
    }

    async fn counts(
        &self,
        account: AccountId,
        machine: Option<&MachineName>,
    ) -> Result<Vec<(MachineName, Status, u64)>> {
        read::counts(&self.readers, account, machine).await
    }

    async fn partitions(&self) -> Result<Vec<Partition>> {
        Ok(Vec::new())
    }

    async fn read_partition(&self, _: u64, _: Option<ExecutionId>, _: u32) -> Result<Vec<Closed>> {
        Ok(Vec::new())
    }

    async fn drop_partition(&self, _: u64, _: u64) -> Result<()> {
        Ok(())
    }

    async fn list(
        &self,
        account: AccountId,
        filter: &Filter,
        after: Option<Cursor>,
        limit: u32,
    ) -> Result<Vec<Row>> {
        let mut snapshot = self.readers.begin().await.map_err(failed)?;
        list::list(&mut snapshot, account, filter, after, limit).await
    }
}
