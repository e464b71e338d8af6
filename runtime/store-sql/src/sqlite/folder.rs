//! The folder of a store: ours alone, and fit for writing.

use std::fs::{self, File, TryLockError};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use steploom_types::{Error, Kind};

/// The file whose lock says whose the folder is. It stays when the process ends; the lock does not.
const LOCK: &str = "lock";

/// How long to wait for the lock, since a process that is replaced may still be on its way out, and
/// between two tries.
const LOCK_WAIT: Duration = Duration::from_secs(1);
/// See [`LOCK_WAIT`].
const LOCK_RETRY: Duration = Duration::from_millis(10);

/// The file that shows at opening that the disk takes and keeps bytes.
const PROBE: &str = "probe";

/// Bytes of the probe: a page of a database.
const PROBE_BYTES: usize = 4096;

/// A locked folder. It is free again when the last clone of whatever holds it is dropped.
pub(super) struct Folder {
    path: PathBuf,
    _lock: File,
}

impl Folder {
    /// Makes the folder if there is none, locks it, and writes and removes a probe.
    ///
    /// # Errors
    /// Each names the folder and what is wrong with it.
    pub(super) async fn open(path: &Path) -> Result<Self, Error> {
        let path = path.to_owned();
        tokio::task::spawn_blocking(move || open(path))
            .await
            .map_err(Error::internal)?
    }

    /// Where `name` is, or will be.
    pub(super) fn file(&self, name: &str) -> PathBuf {
        self.path.join(name)
    }

    /// The names in the folder that are text, in order.
    pub(super) fn names(&self) -> io::Result<Vec<String>> {
        let entries = fs::read_dir(&self.path)?;
        let mut names = entries
            .map(|entry| Ok(entry?.file_name().into_string().ok()))
            .filter_map(Result::transpose)
            .collect::<io::Result<Vec<_>>>()?;
        names.sort();
        Ok(names)
    }

    /// Makes the folder's own entries durable: which files there are.
    pub(super) fn sync(&self) -> io::Result<()> {
        sync(&self.path)
    }
}

fn open(path: PathBuf) -> Result<Folder, Error> {
    fs::create_dir_all(&path).map_err(|error| unusable(&path, &error))?;
    let lock = lock(&path)?;
    probe(&path).map_err(|error| unusable(&path, &error))?;
    Ok(Folder { path, _lock: lock })
}

fn lock(path: &Path) -> Result<File, Error> {
    let file = File::options()
        .create(true)
        .truncate(false)
        .write(true)
        .open(path.join(LOCK))
        .map_err(|error| unusable(path, &error))?;
    let begin = Instant::now();
    let mut locked = file.try_lock();
    while matches!(locked, Err(TryLockError::WouldBlock)) && begin.elapsed() < LOCK_WAIT {
        std::thread::sleep(LOCK_RETRY);
        locked = file.try_lock();
    }
    match locked {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(Error::conflict(
            "DataFolderInUse",
            format!(
                "another process has the data folder {}: stop it, or use another folder",
                path.display()
            ),
        )),
        Err(TryLockError::Error(error)) => Err(unusable(path, &error)),
    }
}

fn probe(path: &Path) -> io::Result<()> {
    let probe = path.join(PROBE);
    let written = write_probe(&probe);
    let removed = fs::remove_file(&probe);
    written.and(removed)?;
    sync(path)
}

fn write_probe(probe: &Path) -> io::Result<()> {
    let mut file = File::create(probe)?;
    file.write_all(&[0; PROBE_BYTES])?;
    file.sync_all()
}

/// A folder is synced through a handle of its own, which Windows does not have.
fn sync(path: &Path) -> io::Result<()> {
    if cfg!(unix) {
        File::open(path)?.sync_all()?;
    }
    Ok(())
}

fn unusable(path: &Path, error: &io::Error) -> Error {
    Error::new(
        Kind::Unavailable,
        "DataFolderUnusable",
        format!("the data folder {} cannot be used: {error}", path.display()),
    )
}
