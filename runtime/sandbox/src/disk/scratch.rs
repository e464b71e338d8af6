//! The folders that are `/tmp` of invocations, and how they are cleaned up.
//!
//! To make and remove a folder costs more than a short call, and waits for whoever writes to the same
//! disk. So one in which nothing was written is kept, empty as it is, for a call to come.

use std::os::unix::fs::MetadataExt;
use std::path::Path;
use std::sync::{Mutex, PoisonError};
use std::{fs, io};

use rustix::fs::{FlockOperation, flock};
use steploom_types::{Error, Kind};
use tempfile::TempDir;

/// Empty folders that are kept.
const EMPTY_MAX: usize = 64;

/// Where the scratch folders of this process lie. A lock tells them from those that a process
/// left behind when it was killed; those are removed.
#[derive(Debug)]
pub(crate) struct ScratchRoot {
    folder: TempDir,
    /// Locked as long as this process lives.
    _lock: fs::File,
    empty: Mutex<Vec<Scratch>>,
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
                empty: Mutex::default(),
            })
        };
        make().map_err(|e| unusable(parent, &e))
    }

    /// An empty folder for one invocation, and nobody else's.
    ///
    /// # Errors
    /// `Unavailable` when it cannot be made.
    pub(crate) fn scratch(&self) -> Result<Scratch, Error> {
        while let Some(kept) = self.pop() {
            if kept.is_as_it_was() {
                return Ok(kept);
            }
        }
        let make = || -> io::Result<Scratch> {
            let folder = TempDir::new_in(self.folder.path())?;
            let times = Times::of(folder.path())?;
            Ok(Scratch {
                folder: Some(folder),
                times,
            })
        };
        make().map_err(|e| unusable(self.folder.path(), &e))
    }

    /// Takes back a folder in which nothing was made.
    pub(crate) fn keep(&self, empty: Scratch) {
        let mut kept = self.empty.lock().unwrap_or_else(PoisonError::into_inner);
        if kept.len() < EMPTY_MAX {
            kept.push(empty);
        }
    }

    fn pop(&self) -> Option<Scratch> {
        let mut kept = self.empty.lock().unwrap_or_else(PoisonError::into_inner);
        kept.pop()
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
pub(crate) struct Scratch {
    folder: Option<TempDir>,
    /// When it was made.
    times: Times,
}

impl Scratch {
    pub(crate) fn path(&self) -> &Path {
        self.folder.as_ref().map_or(Path::new(""), TempDir::path)
    }

    /// Whether it is there, and shows nothing of who had it.
    fn is_as_it_was(&self) -> bool {
        Times::of(self.path()).is_ok_and(|times| times == self.times)
    }

    /// Removes the folder, away from the threads that serve.
    pub(crate) async fn remove(mut self) {
        if let Some(folder) = self.folder.take() {
            // A panic in there is reported by the runtime.
            let _ = tokio::task::spawn_blocking(move || remove(folder)).await;
        }
    }
}

/// When a folder was read, when something was made in it, and when either was set; in seconds and
/// nanoseconds.
#[derive(Debug, PartialEq, Eq)]
struct Times([(i64, i64); 3]);

impl Times {
    fn of(path: &Path) -> io::Result<Self> {
        let found = fs::symlink_metadata(path)?;
        Ok(Self([
            (found.atime(), found.atime_nsec()),
            (found.mtime(), found.mtime_nsec()),
            (found.ctime(), found.ctime_nsec()),
        ]))
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let Some(folder) = self.folder.take() else {
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
