//! Closed executions, in files by the time in their ids.
//!
//! A partition's file is written before the file of open executions, and may be written twice: until
//! the second commit, what is open counts. So a crash between the two leaves a row that nobody
//! misses, and the journal's tail writes it again. A partition goes by unlinking its file.

mod names;
mod part;
mod write;

use std::collections::{BTreeMap, HashMap};
use std::sync::atomic::AtomicUsize;
use std::sync::{Arc, Mutex, PoisonError};

use sqlx::migrate::Migrator;
use sqlx::pool::PoolConnection;
use sqlx::{Sqlite, SqliteConnection};
use steploom_store::projection::{Change, Chunk, Partition};
use steploom_store::{Error, Result};
use steploom_types::ExecutionId;

use super::key;
use super::rows::{Machines, select};
use crate::column::{count, stored};
use crate::error::failed;
use crate::row::pack;
use crate::sqlite::connect;
use crate::sqlite::files::Series;
use crate::sqlite::folder::Folder;
use crate::sqlite::many::Many;
use crate::sqlite::writer::Writer;

pub(super) use names::Hashed;
pub(super) use part::Part;

static MIGRATIONS: Migrator = sqlx::migrate!("migrations/closed");

/// The files of partitions.
const FILES: Series = Series("closed-");

/// Milliseconds of one partition: a day.
const PARTITION_MS: i64 = 24 * 3600 * 1000;

/// Partitions whose writing connection stays open, each with a thread. Nearly everything is written
/// to the newest.
const WRITERS_MAX: usize = 4;

/// What partitions hold, and who writes them.
pub(super) struct Closed {
    folder: Arc<Folder>,
    parts: Parts,
    rows_max: u64,
    writers: HashMap<u64, PartWriter>,
}

/// The partitions there are, oldest first; they do not overlap.
#[derive(Clone, Default)]
pub(super) struct Parts {
    all: Arc<Mutex<Vec<Arc<Part>>>>,
    /// Bytes of the filters of names.
    filter_bytes: Arc<AtomicUsize>,
}

struct PartWriter {
    writer: Writer,
    machines: Machines,
}

/// What partitions have of executions that go on.
pub(super) struct Reopened {
    pub(super) partition: u64,
    pub(super) from: PoolConnection<Sqlite>,
    /// By their keys, with the facts that are in the row.
    pub(super) rows: Vec<(Vec<u8>, Option<Chunk>)>,
}

impl Parts {
    pub(super) fn all(&self) -> Vec<Arc<Part>> {
        self.lock().clone()
    }

    /// The partition that an execution belongs to once it is closed, if there is one.
    pub(super) fn of(&self, id: ExecutionId) -> Option<Arc<Part>> {
        let at = id.created().as_millis();
        let parts = self.lock();
        let after = parts.partition_point(|part| part.begins_by(at));
        let part = parts.get(after.checked_sub(1)?)?;
        part.holds(at).then(|| part.clone())
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Vec<Arc<Part>>> {
        self.all.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn find(&self, id: u64) -> Option<Arc<Part>> {
        self.lock().iter().find(|part| part.id == id).cloned()
    }
}

impl Closed {
    /// Opens the partitions that the file of open executions names, and removes all other files.
    pub(super) async fn open(
        folder: Arc<Folder>,
        main: &mut SqliteConnection,
        rows_max: u64,
    ) -> Result<Self> {
        let rows: Vec<(i64, Option<i64>, Option<i64>)> =
            sqlx::query_as("SELECT id, time_first, time_end FROM partition")
                .fetch_all(main)
                .await
                .map_err(failed)?;
        FILES.remove_orphans(&folder)?;
        let mut parts = Vec::new();
        let filter_bytes = Arc::<AtomicUsize>::default();
        for (id, first, end) in rows {
            let part = Part::open(&folder, count(id)?, (first, end), &filter_bytes).await?;
            parts.push(Arc::new(part));
        }
        parts.sort_by_key(|part| part.first());
        for number in FILES.numbers(&folder)? {
            if parts.iter().all(|part| part.id != number) {
                FILES.remove(&folder, number)?;
            }
        }
        Ok(Self {
            folder,
            parts: Parts {
                all: Arc::new(Mutex::new(parts)),
                filter_bytes,
            },
            rows_max,
            writers: HashMap::new(),
        })
    }

    pub(super) fn parts(&self) -> Parts {
        self.parts.clone()
    }

    /// Writes executions that have ended, each to the partition of its time. What `main` has of
    /// those that were open goes with them.
    pub(super) async fn write(
        &mut self,
        main: &mut SqliteConnection,
        changes: &[&Change],
    ) -> Result<()> {
        let mut by_part: BTreeMap<u64, Vec<&Change>> = BTreeMap::new();
        for change in changes {
            let part = match self.parts.of(change.row.id) {
                Some(part) => part,
                None => self.begin(main, change.row.id).await?,
            };
            by_part.entry(part.id).or_default().push(change);
        }
        for (id, changes) in by_part {
            let Some(part) = self.parts.find(id) else {
                continue;
            };
            // Before and after: a filter denies nothing that is there, whenever it was made.
            part.writes(changes.iter().map(|change| &change.row));
            let writer = self.writer(&part).await?;
            let connection = writer.writer.connection().await?;
            let written = write::write(connection, &mut writer.machines, main, &changes).await;
            if written.is_err() {
                writer.machines.forget();
            }
            let meta = writer.writer.settle(written)?;
            part.wrote(meta, changes.iter().map(|change| &change.row));
            self.cut(main, &part).await?;
        }
        Ok(())
    }

    /// What partitions have of these executions, if anything.
    pub(super) async fn find(&self, ids: &[ExecutionId]) -> Result<Vec<Reopened>> {
        static SELECT: Many = Many::new(
            "SELECT key, is_whole, body FROM execution WHERE key IN (",
            "?",
            ")",
        );
        let mut by_part: BTreeMap<u64, (Arc<Part>, Vec<Vec<u8>>)> = BTreeMap::new();
        for id in ids {
            if let Some(part) = self.parts.of(*id) {
                let (_, keys) = by_part.entry(part.id).or_insert((part, Vec::new()));
                keys.push(key::key(*id));
            }
        }
        let mut found = Vec::new();
        for (partition, (part, keys)) in by_part {
            let mut from = part.readers.acquire().await.map_err(failed)?;
            let rows: Vec<(Vec<u8>, bool, Vec<u8>)> = select(&mut from, &SELECT, &keys).await?;
            let mut taken = Vec::new();
            for (key, is_whole, body) in rows {
                let whole = if is_whole {
                    pack::open_body(key::id(&key)?, &body.into())?.whole
                } else {
                    None
                };
                taken.push((key, whole));
            }
            if !taken.is_empty() {
                let rows = taken;
                found.push(Reopened {
                    partition,
                    from,
                    rows,
                });
            }
        }
        Ok(found)
    }

    /// Removes executions that are open again, and durably so.
    pub(super) async fn remove(&mut self, partition: u64, keys: &[Vec<u8>]) -> Result<()> {
        let Some(part) = self.parts.find(partition) else {
            return Ok(());
        };
        let writer = self.writer(&part).await?;
        let connection = writer.writer.connection().await?;
        let removed = write::remove(connection, keys).await;
        let meta = writer.writer.settle(removed)?;
        part.wrote(meta, std::iter::empty());
        Ok(())
    }

    pub(super) fn partitions(&self) -> Result<Vec<Partition>> {
        let parts = self.parts.all();
        parts
            .iter()
            .map(|part| part.describe(&self.folder))
            .collect()
    }

    /// Drops a partition: first its row goes, then its file, so that a crash in between leaves a
    /// file that the next opening removes.
    pub(super) async fn drop(
        &mut self,
        main: &mut SqliteConnection,
        partition: u64,
        version: u64,
    ) -> Result<()> {
        let Some(part) = self.parts.find(partition) else {
            return Ok(());
        };
        if part.version() != version {
            let what = format!("partition {partition}");
            return Err(Error::Changed { what });
        }
        sqlx::query("DELETE FROM partition WHERE id = ?")
            .bind(stored(partition))
            .execute(main)
            .await
            .map_err(failed)?;
        self.parts.lock().retain(|part| part.id != partition);
        self.writers.remove(&partition);
        FILES.remove(&self.folder, partition)
    }

    /// Begins a partition where there is none: from the one before to the one after.
    async fn begin(&mut self, main: &mut SqliteConnection, id: ExecutionId) -> Result<Arc<Part>> {
        let at = id.created().as_millis();
        let parts = self.parts.all();
        let place = parts.partition_point(|part| part.begins_by(at));
        let before = place.checked_sub(1).and_then(|before| parts.get(before));
        let first = before.and_then(|part| part.end());
        let end = parts.get(place).and_then(|part| part.first());
        let next: i64 = sqlx::query_scalar(
            "INSERT INTO partition (time_first, time_end) VALUES (?, ?) RETURNING id",
        )
        .bind(first)
        .bind(end)
        .fetch_one(&mut *main)
        .await
        .map_err(failed)?;
        let bytes = &self.parts.filter_bytes;
        let part = Part::open(&self.folder, count(next)?, (first, end), bytes).await?;
        let part = Arc::new(part);
        self.parts.lock().insert(place, part.clone());
        Ok(part)
    }

    /// The newest partition ends once it is full, after the newest of its executions.
    async fn cut(&mut self, main: &mut SqliteConnection, part: &Part) -> Result<()> {
        let Some(end) = part.to_be_cut(self.rows_max, PARTITION_MS) else {
            return Ok(());
        };
        sqlx::query("UPDATE partition SET time_end = ? WHERE id = ?")
            .bind(end)
            .bind(stored(part.id))
            .execute(main)
            .await
            .map_err(failed)?;
        part.cut(end);
        Ok(())
    }

    async fn writer(&mut self, part: &Part) -> Result<&mut PartWriter> {
        if self.writers.len() >= WRITERS_MAX && !self.writers.contains_key(&part.id) {
            let oldest = self.writers.keys().min().copied().unwrap_or_default();
            self.writers.remove(&oldest);
        }
        match self.writers.entry(part.id) {
            std::collections::hash_map::Entry::Occupied(writer) => Ok(writer.into_mut()),
            std::collections::hash_map::Entry::Vacant(vacant) => {
                let options = part::writer_options(&self.folder, part.id);
                Ok(vacant.insert(PartWriter {
                    writer: Writer::open(options, &MIGRATIONS).await?,
                    machines: Machines::default(),
                }))
            }
        }
    }
}

/// Makes a partition's file, or opens it, and reads what is kept of it in memory.
async fn make(folder: &Folder, id: u64) -> Result<SqliteConnection> {
    let options = part::writer_options(folder, id);
    let connection = connect::writer(&options, &MIGRATIONS).await?;
    folder.sync().map_err(crate::sqlite::files::failed)?;
    Ok(connection)
}
