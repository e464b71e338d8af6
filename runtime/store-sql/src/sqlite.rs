//! The store on SQLite: one folder, one process.
//!
//! Journal, projection and catalog are separate files, so that the commits of one do not wait for
//! another's, and a generation of the journal or a partition of closed executions goes by unlinking
//! its file. Every file is in WAL mode
//! with `synchronous=FULL`: a commit that returned is on the disk. A lock on the folder keeps every
//! other process out, so leases need not be stored; the epochs are.

mod batch;
mod catalog;
mod connect;
mod files;
mod folder;
mod journal;
mod lease;
mod many;
mod projection;
mod writer;

use std::path::Path;
use std::sync::Arc;

use steploom_store::{Clock, Error, Store};

use folder::Folder;
use journal::{Log, Size};

/// Bytes of records after which the journal goes on in a new file: small enough that recovery never
/// reads much more than it must, and large enough that making files costs nothing.
pub const GENERATION_BYTES: usize = 32 * 1024 * 1024;

/// Closed executions in one file of the projection: a file's indexes then stay small enough to be
/// kept in memory while it is written.
pub const PARTITION_ROWS: u64 = 1_000_000;

/// Opens the store in `dir`, making the folder and the databases if there are none.
///
/// # Errors
/// Says what the operator must do: another process has the folder, it is no folder, or nothing can
/// be written there. `Corrupt` when the files do not belong together.
pub async fn open(dir: &Path) -> Result<Store, steploom_types::Error> {
    let options = Options {
        clock: Clock::system(),
        generation: Size {
            full_bytes: GENERATION_BYTES,
            prepare_bytes: GENERATION_BYTES / 2,
        },
        partition_rows: PARTITION_ROWS,
    };
    open_with(dir, options).await
}

/// What tests need otherwise.
struct Options {
    clock: Clock,
    generation: Size,
    partition_rows: u64,
}

async fn open_with(dir: &Path, options: Options) -> Result<Store, steploom_types::Error> {
    let folder = Arc::new(Folder::open(dir).await?);
    let log = Log::open(folder.clone(), options.generation).await?;
    let projection = projection::Executions::open(folder.clone(), options.partition_rows).await?;
    let catalog = Arc::new(catalog::Entries::open(folder).await?);
    let log = Arc::new(tokio::sync::Mutex::new(log));
    check_order(&log, &projection).await?;
    let leases = lease::Leases::new(log.clone(), options.clock);
    Ok(Store {
        journal: Arc::new(journal::Journal::new(log)),
        projection: Arc::new(projection),
        catalog: catalog.clone(),
        keys: catalog.clone(),
        audit: catalog.clone(),
        leases: Arc::new(leases),
        schedules: catalog.clone(),
        keyvalues: catalog,
    })
}

/// The projection follows the journal. A journal that ends before it has lost records: its next ones
/// would be taken for known, and be lost as well.
async fn check_order(
    log: &tokio::sync::Mutex<Log>,
    projection: &projection::Executions,
) -> Result<(), Error> {
    let heads = log.lock().await.heads().await?;
    for (shard, lsn) in projection.checkpoints().await? {
        let last = heads.get(&shard).map(|head| head.last_lsn);
        if last.is_none_or(|last| last < lsn) {
            return Err(Error::Corrupt(format!(
                "shard {shard}: the projection holds its journal up to {}, but the journal ends at {}",
                lsn.0,
                last.unwrap_or_default().0
            )));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests;
