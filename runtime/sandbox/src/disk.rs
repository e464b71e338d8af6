//! `/tmp` of an invocation: a folder of its own on the host, gone when the invocation is, and a
//! quota that bounds what it can ever hold.
//!
//! WASI's folders have no quota, so the host functions that make files grow are wrapped, for
//! preview 1 and for 0.2. The rule is the same for both and easy to keep: each byte that is
//! written counts, each byte by which a file is otherwise made longer, and [`ENTRY_BYTES`] for each
//! file, folder or link. Nothing is given back, so whatever a guest truncates, deletes or keeps
//! open after deleting it, the disk never holds more than was counted.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::{fs, io};

use rustix::fs::{FlockOperation, flock};
use steploom_types::{Error, Kind};
use tempfile::TempDir;

pub(crate) mod preview1;
pub(crate) mod preview2;

/// What a file, folder or link counts besides its bytes: what file systems take at least.
const ENTRY_BYTES: u64 = 4096;

/// What is left of an invocation's scratch disk; clones share it.
#[derive(Clone, Debug)]
pub(crate) struct Quota(Arc<Counter>);

#[derive(Debug)]
struct Counter {
    bytes_max: u64,
    bytes: AtomicU64,
    refused: AtomicBool,
}

impl Quota {
    pub(crate) fn new(bytes_max: u64) -> Self {
        Self(Arc::new(Counter {
            bytes_max,
            bytes: AtomicU64::new(0),
            refused: AtomicBool::new(false),
        }))
    }

    /// Takes so many bytes, or none and answers that there are not as many.
    fn take(&self, bytes: u64) -> bool {
        let taken = self
            .0
            .bytes
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, |used| {
                used.checked_add(bytes)
                    .filter(|sum| *sum <= self.0.bytes_max)
            });
        if taken.is_err() {
            self.0.refused.store(true, Ordering::Relaxed);
        }
        taken.is_ok()
    }

    /// The limit, if the guest ran into it.
    pub(crate) fn refused(&self) -> Option<u64> {
        self.0
            .refused
            .load(Ordering::Relaxed)
            .then_some(self.0.bytes_max)
    }
}

/// Where the scratch folders of this process lie. A lock tells them from those that a process
/// left behind when it was killed; those are removed.
#[derive(Debug)]
pub(crate) struct ScratchRoot {
    folder: TempDir,
    /// Locked as long as this process lives.
    _lock: fs::File,
}

impl ScratchRoot {
    /// Makes this process's folder below `parent`, and removes those of processes that are gone.
    ///
    /// # Errors
    /// `Unavailable` when that cannot be written.
    pub(crate) fn open(parent: &Path) -> Result<Self, Error> {
        let make = || -> io::Result<Self> {
            fs::create_dir_all(parent)?;
            remove_orphans(parent)?;
            let folder = TempDir::with_prefix_in("process-", parent)?;
            let lock = fs::File::open(folder.path())?;
            flock(&lock, FlockOperation::NonBlockingLockExclusive)?;
            Ok(Self {
                folder,
                _lock: lock,
            })
        };
        make().map_err(|e| unusable(parent, &e))
    }

    /// A fresh folder for one invocation.
    ///
    /// # Errors
    /// `Unavailable` when it cannot be made.
    pub(crate) fn scratch(&self) -> Result<Scratch, Error> {
        TempDir::new_in(self.folder.path())
            .map(|folder| Scratch(Some(folder)))
            .map_err(|e| unusable(self.folder.path(), &e))
    }
}

/// Removes the folders that nobody holds a lock on.
fn remove_orphans(parent: &Path) -> io::Result<()> {
    for entry in fs::read_dir(parent)? {
        let path = entry?.path();
        // One that vanishes meanwhile is as good as removed.
        let Ok(folder) = fs::File::open(&path) else {
            continue;
        };
        if flock(&folder, FlockOperation::NonBlockingLockExclusive).is_ok()
            && let Err(error) = fs::remove_dir_all(&path)
        {
            tracing::warn!(path = %path.display(), %error, "a scratch folder cannot be removed");
        }
    }
    Ok(())
}

/// The scratch folder of one invocation. Removed when dropped; [`Scratch::remove`] waits for it.
#[derive(Debug)]
pub(crate) struct Scratch(Option<TempDir>);

impl Scratch {
    pub(crate) fn path(&self) -> PathBuf {
        self.0
            .as_ref()
            .map(|folder| folder.path().to_owned())
            .unwrap_or_default()
    }

    /// Removes the folder, away from the threads that serve.
    pub(crate) async fn remove(mut self) {
        if let Some(folder) = self.0.take() {
            // A panic in there is reported by the runtime.
            let _ = tokio::task::spawn_blocking(move || remove(folder)).await;
        }
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let Some(folder) = self.0.take() else {
            return;
        };
        match tokio::runtime::Handle::try_current() {
            Ok(runtime) => drop(runtime.spawn_blocking(move || remove(folder))),
            Err(_) => remove(folder),
        }
    }
}

fn remove(folder: TempDir) {
    let path = folder.path().to_owned();
    if let Err(error) = folder.close() {
        tracing::warn!(path = %path.display(), %error, "a scratch folder cannot be removed");
    }
}

fn unusable(path: &Path, cause: &io::Error) -> Error {
    Error::new(
        Kind::Unavailable,
        "ScratchUnavailable",
        "this node cannot make scratch folders right now",
    )
    .with_detail(format!("{}: {cause}", path.display()))
}

#[cfg(test)]
mod tests;
