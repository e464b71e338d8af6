use std::path::Path;

use async_trait::async_trait;
use bytes::Bytes;
use sqlx::{ConnectOptions, Connection, SqliteConnection};
use steploom_store::contract::Subject;
use steploom_store::journal::{Append, Appended, Lsn};
use steploom_store::lease::{Lease, NodeId};
use steploom_store::{Clock, Error, Result, Store};
use steploom_types::{ExecutionId, Kind, ShardId, limits};
use tempfile::TempDir;

use super::journal::Size;
use super::{Options, connect, open_with};

mod crash;
mod folder;
mod keyvalues;
mod plans;
mod rotation;
mod upgrade;

/// Small, so that tests see many generations.
const GENERATION_BYTES: usize = 64 * 1024;

/// Small, so that tests see many partitions.
const PARTITION_ROWS: u64 = 10;

/// Which files there are does not depend on how fast one is made.
const ON_DEMAND: Size = Size {
    full_bytes: GENERATION_BYTES,
    prepare_bytes: usize::MAX,
};

/// Files in a folder of their own.
struct Files {
    dir: TempDir,
    clock: Clock,
    size: Size,
}

impl Files {
    fn new() -> Self {
        Self {
            dir: tempfile::tempdir().unwrap(),
            clock: Clock::manual(),
            size: ON_DEMAND,
        }
    }

    /// Where the next file of the journal is made while there is room in the present one.
    fn prepared() -> Self {
        let prepare_bytes = GENERATION_BYTES / 2;
        Self {
            size: Size {
                prepare_bytes,
                ..ON_DEMAND
            },
            ..Self::new()
        }
    }

    /// The files as a kill would leave them now, in a folder of their own: a store that is dropped closes its own
    /// a moment later, and would change what is put in their place.
    fn left_behind(self) -> Self {
        Self {
            dir: copy(self.dir.path()),
            ..self
        }
    }
}

#[async_trait]
impl Subject for Files {
    async fn open(&self) -> Result<Store> {
        open_sized(self.dir.path(), &self.clock, self.size).await
    }

    async fn let_leases_run_out(&self, _: &Store) -> Result<()> {
        self.clock
            .advance_ms(u64::from(limits::LEASE_SECONDS) * 1_000);
        Ok(())
    }

    async fn flip_record(&self, shard: ShardId, lsn: Lsn) -> Result<()> {
        let mut file = raw(&self.dir.path().join("journal-000001.db")).await;
        let flipped = sqlx::query(
            "UPDATE record SET body = CAST(substr(body, 1, length(body) - 1) || x'00' AS BLOB)
             WHERE shard = ? AND lsn = ?",
        )
        .bind(i64::from(shard.0))
        .bind(lsn.0.cast_signed())
        .execute(&mut file)
        .await
        .unwrap();
        assert_eq!(flipped.rows_affected(), 1);
        file.close().await.unwrap();
        Ok(())
    }

    async fn flip_chunk(&self, id: ExecutionId) -> Result<()> {
        let mut file = raw(&self.dir.path().join("projection.db")).await;
        let id = id.to_bytes();
        let key = [&id[2..8], &id[..2], &id[8..]].concat();
        let flipped = sqlx::query(
            "UPDATE chunk SET facts = CAST(substr(facts, 1, length(facts) - 1) || x'00' AS BLOB)
             WHERE key = ?",
        )
        .bind(key)
        .execute(&mut file)
        .await
        .unwrap();
        assert_eq!(flipped.rows_affected(), 1);
        file.close().await.unwrap();
        Ok(())
    }

    fn partition_rows(&self) -> u64 {
        PARTITION_ROWS
    }

    fn generation_bytes(&self) -> usize {
        GENERATION_BYTES
    }
}

steploom_store::contract!(Files::prepared());

async fn open_at(dir: &Path, clock: &Clock) -> Result<Store> {
    open_sized(dir, clock, ON_DEMAND).await
}

async fn open_sized(dir: &Path, clock: &Clock, size: Size) -> Result<Store> {
    let options = Options {
        clock: clock.clone(),
        generation: size,
        partition_rows: PARTITION_ROWS,
    };
    let opened = open_with(dir, options).await;
    opened.map_err(|error| match error.kind {
        Kind::Corrupt => Error::Corrupt(error.to_string()),
        _ => Error::Unavailable(error.to_string()),
    })
}

/// A connection of one's own to a file.
async fn raw(file: &Path) -> SqliteConnection {
    connect::options(file).connect().await.unwrap()
}

async fn acquire(store: &Store, shard: u16) -> Lease {
    let node = NodeId("a".into());
    let lease = store.leases.acquire(ShardId(shard), &node).await.unwrap();
    lease.unwrap()
}

async fn append(store: &Store, lease: Lease, lsn: u64, body: impl Into<Bytes>) {
    let record = Append {
        shard: lease.shard,
        epoch: lease.epoch,
        lsn: Lsn(lsn),
        body: body.into(),
    };
    let done = store.journal.append(&[record]).await.unwrap();
    assert_eq!(done, [Appended::Done]);
}

/// The records of a shard that are there, from `from` on.
async fn lsns(store: &Store, shard: u16, from: u64) -> Result<Vec<u64>> {
    let journal = &store.journal;
    let records = journal.read(ShardId(shard), Lsn(from), usize::MAX).await?;
    Ok(records.iter().map(|record| record.lsn.0).collect())
}

/// The files of the journal, without what SQLite keeps beside them.
fn journal_files(dir: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(dir).unwrap();
    let names = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap());
    let number = |name: &String| Some(name.strip_prefix("journal-")?.strip_suffix(".db")?.len());
    let mut names: Vec<_> = names.filter(|name| number(name).is_some()).collect();
    names.sort();
    names
}

/// Where the frames of a log end: behind them there may be zeros, see `journal/ahead.rs`.
fn log_end(wal: &Path) -> u64 {
    const HEADER: u64 = 32;
    const FRAME: u64 = 4096 + 24;
    let bytes = std::fs::read(wal).unwrap();
    let last = bytes.iter().rposition(|byte| *byte != 0).unwrap() as u64;
    HEADER + (last + 1 - HEADER).div_ceil(FRAME) * FRAME
}

/// Copies every file as it is now, as a disk is after the process was killed.
fn copy(from: &Path) -> TempDir {
    let to = tempfile::tempdir().unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        // What a new process makes anew from the log beside it.
        if !entry.file_name().to_string_lossy().ends_with("-shm") {
            std::fs::copy(entry.path(), to.path().join(entry.file_name())).unwrap();
        }
    }
    to
}
