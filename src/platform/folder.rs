//! The data folder: what lies where below it, and the secrets that are made with it.

use std::fs::{self, File, OpenOptions};
use std::io::{ErrorKind, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use steploom_store::lease::NodeId;
use steploom_types::{ExecutionId, Slot, Timestamp};

/// A folder that was found to be writable.
pub(super) struct Folder(PathBuf);

impl Folder {
    /// Opens the folder, making it if there is none.
    pub(super) fn open(path: &Path) -> anyhow::Result<Self> {
        let explain = || {
            format!(
                "cannot keep data in '{}': it must be a folder on a disk with room that this user may write to; choose another with --data",
                path.display()
            )
        };
        fs::create_dir_all(path).with_context(explain)?;
        let path = path.canonicalize().with_context(explain)?;
        let folder = Self(path);
        folder.probe().with_context(explain)?;
        Ok(folder)
    }

    /// Writes a little, durably, so that a full or read-only disk shows now and not in the middle.
    fn probe(&self) -> std::io::Result<()> {
        const BYTES: usize = 64 * 1024;
        let path = self.0.join(format!(".probe-{}", std::process::id()));
        let written = File::create(&path).and_then(|mut file| {
            file.write_all(&vec![0x5a; BYTES])?;
            file.sync_all()
        });
        // What cannot be written cannot always be removed either; the first error is the one to tell.
        let _ = fs::remove_file(&path);
        written
    }

    /// Takes the folder for this process alone, until the file is dropped: its id is in there, and two
    /// processes of one id would take each other's shards. (A store in the folder sees to that itself.)
    pub(super) fn lock(&self) -> anyhow::Result<File> {
        let path = self.0.join("lock");
        let file = OpenOptions::new()
            .write(true)
            .create(true)
            .truncate(false)
            .open(&path)
            .with_context(|| format!("cannot open '{}'", path.display()))?;
        if file.try_lock().is_err() {
            bail!(
                "another process uses the data folder '{}'; every node has a folder of its own: choose another with --data",
                self.0.display()
            );
        }
        Ok(file)
    }

    /// Journal, projection and catalog.
    pub(super) fn store(&self) -> PathBuf {
        self.0.join("store")
    }

    /// Modules and logs, unless they are elsewhere.
    pub(super) fn objects(&self) -> PathBuf {
        self.0.join("objects")
    }

    /// Compiled code; may be deleted at any time while nothing runs.
    pub(super) fn compiled(&self) -> PathBuf {
        self.0.join("compiled")
    }

    /// This node's id, made once.
    pub(super) fn node(&self) -> anyhow::Result<NodeId> {
        let id = self.read_or_make("node", || {
            ExecutionId::new(Slot(rand::random()), Timestamp::default(), rand::random())
                .to_string()
                .into_bytes()
        })?;
        Ok(NodeId(String::from_utf8(id).context(
            "the file 'node' in the data folder is not text",
        )?))
    }

    /// The secret under which compiled code is sealed, made once, for this user only.
    pub(super) fn mac_key(&self) -> anyhow::Result<[u8; 32]> {
        let key = self.read_or_make("compiled.key", || rand::random::<[u8; 32]>().to_vec())?;
        let Ok(key) = key.try_into() else {
            bail!(
                "the file 'compiled.key' in the data folder is not 32 bytes; delete it, and modules are compiled anew"
            );
        };
        Ok(key)
    }

    /// The secret under which the secrets of connections are sealed, made once, for this user only.
    pub(super) fn secret_key(&self) -> anyhow::Result<[u8; 32]> {
        let key = self.read_or_make("secrets.key", || rand::random::<[u8; 32]>().to_vec())?;
        let Ok(key) = key.try_into() else {
            bail!(
                "the file 'secrets.key' in the data folder is not 32 bytes; put the right one back: without it the connections' secrets are lost"
            );
        };
        Ok(key)
    }

    /// The master key that seals the secrets of access keys, unless the operator has another; made once,
    /// for this user only.
    pub(super) fn master_key(&self) -> anyhow::Result<[u8; 32]> {
        let key = self.read_or_make("master.key", || rand::random::<[u8; 32]>().to_vec())?;
        let Ok(key) = key.try_into() else {
            bail!(
                "the file 'master.key' in the data folder is not 32 bytes; put the right one back: without it access keys are lost"
            );
        };
        Ok(key)
    }

    /// A small file, made with what `make` gives if there is none; never half written.
    fn read_or_make(&self, name: &str, make: impl FnOnce() -> Vec<u8>) -> anyhow::Result<Vec<u8>> {
        let path = self.0.join(name);
        let explain = || format!("cannot read or write '{}'", path.display());
        match fs::read(&path) {
            Ok(bytes) => return Ok(bytes),
            Err(error) if error.kind() == ErrorKind::NotFound => {}
            Err(error) => return Err(error).with_context(explain),
        }
        let bytes = make();
        let new = self.0.join(format!("{name}.new"));
        let mut file = OpenOptions::new()
            .write(true)
            .create(true)
            .truncate(true)
            .mode(0o600)
            .open(&new)
            .with_context(explain)?;
        file.write_all(&bytes)
            .and_then(|()| file.sync_all())
            .with_context(explain)?;
        fs::rename(&new, &path).with_context(explain)?;
        File::open(&self.0)
            .and_then(|folder| folder.sync_all())
            .with_context(explain)?;
        Ok(bytes)
    }
}

#[cfg(test)]
mod tests;
