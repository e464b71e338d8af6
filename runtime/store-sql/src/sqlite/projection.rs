//! The projection: a file of what is open, and files of what is closed.
//!
//! One connection writes each file, a few read it; in WAL mode neither waits for the other. An
//! execution that ended before its first checkpoint is one row of a [partition](closed), with its
//! facts in it, and never seen by the file of open ones. Any other has a row and chunks there, which
//! move to a partition when it ends and come back if it goes on.

mod closed;
mod key;
mod list;
mod load;
mod open;
mod rows;
mod shelf;
mod upgrade;

use std::collections::BTreeMap;
use std::sync::Arc;

use async_trait::async_trait;
use sqlx::migrate::Migrator;
use sqlx::{SqliteConnection, SqlitePool};
use steploom_store::journal::{Epoch, Lsn};
use steploom_store::projection::{
    Change, Chunk, Cursor, Filter, Loaded, Partition, Row, Snapshot, SnapshotAt, Status,
};
use steploom_store::{Projection, Result, projection};
use steploom_types::{AccountId, ExecutionId, MachineName, Name, ShardId, Timestamp};
use tokio::sync::Mutex;

use super::connect;
use super::folder::Folder;
use super::writer::Writer;
use crate::error::failed;
use closed::{Closed, Hashed, Parts};
use open::Checkpoint;
use rows::Machines;

static MIGRATIONS: Migrator = sqlx::migrate!("migrations/projection");

/// Pages of the WAL after which it is copied into the file: 16 MiB. Pages that are written again
/// until then, as those of indexes are, are copied once.
const WAL_PAGES_MAX: &str = "4000";

/// What the writing connection keeps in memory, in KiB (hence negative): the upper pages of the
/// indexes of a million open executions.
const WRITER_CACHE: &str = "-32768";

/// The projection's files.
pub(super) struct Executions {
    writer: Mutex<Checkpoints>,
    readers: SqlitePool,
    parts: Parts,
    /// Ours as long as this is open.
    _folder: Arc<Folder>,
}

struct Checkpoints {
    writer: Writer,
    machines: Machines,
    closed: Closed,
    /// What partitions still have of executions that are open again.
    reopened: BTreeMap<u64, Vec<Vec<u8>>>,
}

impl Executions {
    /// Opens the files. A new partition begins after `partition_rows` executions, or a day.
    pub(super) async fn open(folder: Arc<Folder>, partition_rows: u64) -> Result<Self> {
        let options = connect::options(&folder.file("projection.db"))
            .pragma("wal_autocheckpoint", WAL_PAGES_MAX);
        let cached = options.clone().pragma("cache_size", WRITER_CACHE);
        let mut writer = Writer::open(cached, &MIGRATIONS).await?;
        let connection = writer.connection().await?;
        let mut closed = Closed::open(folder.clone(), connection, partition_rows).await?;
        let mut machines = Machines::default();
        upgrade::upgrade(connection, &mut machines, &mut closed).await?;
        let mut reopened: BTreeMap<u64, Vec<_>> = BTreeMap::new();
        for (key, partition) in open::reopened(connection).await? {
            reopened.entry(partition).or_default().push(key);
        }
        let mut checkpoints = Checkpoints {
            writer,
            machines,
            closed,
            reopened,
        };
        checkpoints.clear().await?;
        Ok(Self {
            parts: checkpoints.closed.parts(),
            writer: Mutex::new(checkpoints),
            readers: connect::readers(options),
            _folder: folder,
        })
    }

    /// Up to where each shard that ever had a checkpoint is contained.
    pub(super) async fn checkpoints(&self) -> Result<Vec<(ShardId, Lsn)>> {
        open::checkpoints(&self.readers).await
    }
}

impl Checkpoints {
    /// Writes all of it, or at least nothing that counts.
    async fn write(&mut self, shard: (ShardId, Epoch, Lsn), changes: &[Change]) -> Result<()> {
        let connection = self.writer.connection().await?;
        let parts = (&mut self.machines, &mut self.closed);
        let written = write(connection, parts, shard, changes).await;
        if written.is_err() {
            // A number that was given in a transaction that failed belongs to nobody.
            self.machines.forget();
        }
        for (partition, keys) in self.writer.settle(written)? {
            self.reopened.entry(partition).or_default().extend(keys);
        }
        if let Err(error) = self.clear().await {
            tracing::warn!(%error, "an execution that goes on is still among the closed ones; trying again");
        }
        Ok(())
    }

    /// Removes executions that are open again from their partitions.
    async fn clear(&mut self) -> Result<()> {
        while let Some((partition, keys)) = self.reopened.first_key_value() {
            let partition = *partition;
            self.closed.remove(partition, keys).await?;
            let connection = self.writer.connection().await?;
            let forgotten = open::forget_reopened(connection, keys).await;
            self.writer.settle(forgotten)?;
            self.reopened.remove(&partition);
        }
        Ok(())
    }
}

/// Writes a checkpoint, first the partitions. Gives the executions that were closed and are not any
/// more, by partition.
async fn write(
    main: &mut SqliteConnection,
    (machines, closed): (&mut Machines, &mut Closed),
    shard: (ShardId, Epoch, Lsn),
    changes: &[Change],
) -> Result<Vec<(u64, Vec<Vec<u8>>)>> {
    open::check_fence(main, shard).await?;
    let (open, over): (Vec<_>, Vec<_>) = changes.iter().partition(|c| c.row.status.is_open());
    closed.write(main, &over).await?;
    let may_have_ended = |change: &&&Change| {
        let (row, chunk) = (&change.row, &change.chunk);
        row.redrives > 0 || chunk.first_fact > 0 || chunk.facts.is_empty()
    };
    let ids: Vec<_> = open
        .iter()
        .filter(may_have_ended)
        .map(|c| c.row.id)
        .collect();
    let keys: Vec<_> = ids.iter().map(|id| key::key(*id)).collect();
    let known = open::among(main, &keys).await?;
    let unknown = ids.into_iter().filter(|id| !known.contains(&key::key(*id)));
    let unknown: Vec<_> = unknown.collect();
    let mut checkpoint = Checkpoint {
        shard,
        open,
        closed: over.iter().map(|c| key::key(c.row.id)).collect(),
        reopened: closed.find(&unknown).await?,
    };
    open::write(main, machines, &mut checkpoint).await?;
    let keys = |reopened: closed::Reopened| {
        let keys = reopened.rows.into_iter().map(|(key, _)| key).collect();
        (reopened.partition, keys)
    };
    Ok(checkpoint.reopened.into_iter().map(keys).collect())
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
        checkpoints.write((shard, epoch, upto), changes).await
    }

    async fn checkpointed(&self, shard: ShardId) -> Result<Lsn> {
        open::checkpointed(&self.readers, shard).await
    }

    async fn open(
        &self,
        slots: (u16, u16),
        after: Option<ExecutionId>,
        limit: u32,
    ) -> Result<Vec<Row>> {
        open::open(&self.readers, slots, after, limit).await
    }

    async fn due(
        &self,
        slots: (u16, u16),
        after: Option<(Timestamp, ExecutionId)>,
        until: Timestamp,
        limit: u32,
    ) -> Result<Vec<(Timestamp, ExecutionId)>> {
        open::due(&self.readers, slots, after, until, limit).await
    }

    async fn load(&self, ids: &[ExecutionId], bytes_max: usize) -> Result<Vec<Loaded>> {
        load::load(&self.readers, &self.parts, ids, bytes_max).await
    }

    async fn offers(
        &self,
        account: AccountId,
        activity: &Name,
        slots: (u16, u16),
        after: Option<(ExecutionId, u64)>,
        limit: u32,
    ) -> Result<Vec<(ExecutionId, u64)>> {
        open::offers(&self.readers, (account, activity), slots, after, limit).await
    }

    async fn find(&self, account: AccountId, id: ExecutionId) -> Result<Option<Row>> {
        let open = shelf::find(&self.readers, account, id).await?;
        let Some(part) = self.parts.of(id).filter(|_| open.is_none()) else {
            return Ok(open);
        };
        match shelf::find(&part.readers, account, id).await? {
            // It may have been taken back since the first question.
            None => shelf::find(&self.readers, account, id).await,
            closed => Ok(closed),
        }
    }

    /// A name that reads as an id may be that execution's own, which is not stored, or one that was
    /// given to another. Of those that were given, the newest partition that has one has the newest,
    /// as far as ids tell the time of the start.
    async fn find_by_name(
        &self,
        account: AccountId,
        machine: &MachineName,
        name: &Name,
    ) -> Result<Option<Row>> {
        let mut found = shelf::find_by_name(&self.readers, account, machine, name).await?;
        let mut parts = self.parts.all();
        parts.sort_by_key(|part| std::cmp::Reverse(part.started_last()));
        let hashed = Hashed::of(account.as_u64(), &machine.to_string(), name.as_str());
        for part in parts.iter().filter(|part| part.may_have(hashed)) {
            let newest = found.as_ref().map(|row| row.started_at.as_millis());
            if newest.is_some() && part.started_last() < newest {
                break;
            }
            let here = shelf::find_by_name(&part.readers, account, machine, name).await?;
            let is_newer = |row: &Row| found.as_ref().is_none_or(|f| f.started_at < row.started_at);
            if let Some(row) = here.filter(is_newer) {
                found = Some(row);
            }
        }
        let own = match name.as_str().parse() {
            Ok(id) => self.find(account, id).await?,
            Err(_) => None,
        };
        let own = own.filter(|row| row.machine == *machine && row.name == *name);
        let found = found.into_iter().chain(own);
        Ok(found.max_by_key(|row| (row.started_at, row.id)))
    }

    async fn chunks(
        &self,
        id: ExecutionId,
        from_fact: u64,
        bytes_max: usize,
    ) -> Result<Vec<Chunk>> {
        let open = shelf::chunks(&self.readers, id, from_fact, bytes_max).await?;
        let Some(part) = self.parts.of(id).filter(|_| open.is_none()) else {
            return Ok(open.unwrap_or_default());
        };
        let closed = shelf::chunks(&part.readers, id, from_fact, bytes_max).await?;
        Ok(closed.unwrap_or_default())
    }

    async fn snapshot(&self, id: ExecutionId, at: SnapshotAt) -> Result<Option<Snapshot>> {
        let open = shelf::snapshot(&self.readers, id, at).await?;
        match self.parts.of(id).filter(|_| open.is_none()) {
            Some(part) => shelf::snapshot(&part.readers, id, at).await,
            None => Ok(open),
        }
    }

    async fn list(
        &self,
        account: AccountId,
        filter: &Filter,
        after: Option<Cursor>,
        limit: u32,
    ) -> Result<Vec<Row>> {
        let wanted = (account, filter);
        list::list(&self.readers, self.parts.all(), wanted, after, limit).await
    }

    async fn counts(
        &self,
        account: AccountId,
        machine: Option<&MachineName>,
    ) -> Result<Vec<(MachineName, Status, u64)>> {
        let mut sums: BTreeMap<(String, u8), (MachineName, Status, u64)> = BTreeMap::new();
        let parts = self.parts.all();
        let files = parts.iter().map(|part| &part.readers);
        for file in [&self.readers].into_iter().chain(files) {
            for (machine, status, n) in shelf::counts(file, account, machine).await? {
                let key = (machine.to_string(), status.code());
                sums.entry(key).or_insert((machine, status, 0)).2 += n;
            }
        }
        Ok(sums.into_values().collect())
    }

    async fn partitions(&self) -> Result<Vec<Partition>> {
        self.writer.lock().await.closed.partitions()
    }

    async fn read_partition(
        &self,
        partition: u64,
        after: Option<ExecutionId>,
        limit: u32,
    ) -> Result<Vec<projection::Closed>> {
        let parts = self.parts.all();
        let Some(part) = parts.iter().find(|part| part.id() == partition) else {
            return Ok(Vec::new());
        };
        let mut after = after;
        loop {
            let page = shelf::page(&part.readers, after, limit).await?;
            let Some(last) = page.last() else {
                return Ok(page);
            };
            after = Some(last.row.id);
            let keys: Vec<_> = page.iter().map(|closed| key::key(closed.row.id)).collect();
            let mut main = self.readers.acquire().await.map_err(failed)?;
            let open = open::among(&mut main, &keys).await?;
            let closed = page.into_iter();
            let closed = closed.filter(|closed| !open.contains(&key::key(closed.row.id)));
            let closed: Vec<_> = closed.collect();
            // An empty page would be the end.
            if !closed.is_empty() {
                return Ok(closed);
            }
        }
    }

    async fn drop_partition(&self, partition: u64, version: u64) -> Result<()> {
        let mut checkpoints = self.writer.lock().await;
        let checkpoints = &mut *checkpoints;
        let connection = checkpoints.writer.connection().await?;
        let dropped = checkpoints.closed.drop(connection, partition, version);
        let dropped = dropped.await;
        checkpoints.writer.settle(dropped)
    }
}

#[cfg(test)]
mod tests;
