//! Compiled code on disk. A file is sealed: it begins with an HMAC-SHA256 over the module's digest,
//! the engine's configuration and the code. Only code whose seal holds is ever run; a file whose
//! seal is broken is set aside for an operator to look at, and counts as missing.

use std::fs::{self, File};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;
use steploom_types::{Digest, Error, Kind};
use tempfile::NamedTempFile;

/// Bytes of a seal.
const SEAL_BYTES: usize = 32;
/// Bytes of all files; the oldest go first. A small module's code has a few hundred kilobytes.
const CACHE_BYTES_MAX: u64 = 16 << 30;
/// How names of code end, and of files that were set aside.
const SUFFIX: &str = "code";
const BROKEN: &str = "broken";

/// The cache of one engine configuration. All calls block on the disk.
#[derive(Clone)]
pub(crate) struct Cache {
    folder: PathBuf,
    mac_key: [u8; 32],
    fingerprint: [u8; 32],
}

impl Cache {
    /// Opens the folder, which is made if missing.
    ///
    /// # Errors
    /// `Unavailable` when the folder cannot be made.
    pub(crate) fn open(
        folder: PathBuf,
        mac_key: [u8; 32],
        fingerprint: [u8; 32],
    ) -> Result<Self, Error> {
        fs::create_dir_all(&folder).map_err(|e| unusable(&folder, &e))?;
        Ok(Self {
            folder,
            mac_key,
            fingerprint,
        })
    }

    /// Loads the code of a module whose seal holds; `None` if there is none.
    ///
    /// # Errors
    /// `Unavailable` when the file cannot be read.
    pub(crate) fn load(&self, digest: Digest) -> Result<Option<Vec<u8>>, Error> {
        let path = self.path(digest);
        let mut sealed = match fs::read(&path) {
            Ok(sealed) => sealed,
            Err(e) if e.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(e) => return Err(unusable(&path, &e)),
        };
        if !self.seal_holds(digest, &sealed) {
            tracing::error!(path = %path.display(), "compiled code with a broken seal is set aside");
            fs::rename(&path, path.with_extension(BROKEN)).map_err(|e| unusable(&path, &e))?;
            return Ok(None);
        }
        sealed.drain(..SEAL_BYTES);
        Ok(Some(sealed))
    }

    /// Stores the code of a module. When this returns it is durable; a reader sees all or nothing.
    ///
    /// # Errors
    /// `Unavailable` when the folder cannot be written.
    pub(crate) fn store(&self, digest: Digest, code: &[u8]) -> Result<(), Error> {
        let seal = self.mac(digest, code).finalize().into_bytes();
        let write = || -> io::Result<()> {
            let mut file = NamedTempFile::new_in(&self.folder)?;
            file.write_all(&seal)?;
            file.write_all(code)?;
            file.as_file().sync_all()?;
            file.persist(self.path(digest))?;
            File::open(&self.folder)?.sync_all()?;
            self.trim()
        };
        write().map_err(|e| unusable(&self.folder, &e))
    }

    /// The file of a module's code under this engine's configuration.
    fn path(&self, digest: Digest) -> PathBuf {
        let engine = Digest::from_bytes(self.fingerprint).to_string();
        self.folder
            .join(format!("{digest}-{}.{SUFFIX}", &engine[..16]))
    }

    fn seal_holds(&self, digest: Digest, sealed: &[u8]) -> bool {
        sealed
            .split_at_checked(SEAL_BYTES)
            .is_some_and(|(seal, code)| self.mac(digest, code).verify_slice(seal).is_ok())
    }

    fn mac(&self, digest: Digest, code: &[u8]) -> Hmac<Sha256> {
        let mut mac = Hmac::<Sha256>::new_from_slice(&self.mac_key)
            .expect("an HMAC takes keys of every length");
        mac.update(digest.as_bytes());
        mac.update(&self.fingerprint);
        mac.update(code);
        mac
    }

    /// Removes the oldest files until the rest are within the limit.
    fn trim(&self) -> io::Result<()> {
        let mut files = Vec::new();
        let mut total = 0;
        for entry in fs::read_dir(&self.folder)? {
            let entry = entry?;
            let meta = entry.metadata()?;
            if meta.is_file() {
                total += meta.len();
                let age = meta.modified().unwrap_or(SystemTime::UNIX_EPOCH);
                files.push((age, meta.len(), entry.path()));
            }
        }
        files.sort();
        for (_, size, path) in files {
            if total <= CACHE_BYTES_MAX {
                break;
            }
            fs::remove_file(path)?;
            total -= size;
        }
        Ok(())
    }
}

fn unusable(path: &Path, cause: &io::Error) -> Error {
    Error::new(
        Kind::Unavailable,
        "CodeCacheUnavailable",
        "this node's cache of compiled code cannot be used right now",
    )
    .with_detail(format!("{}: {cause}", path.display()))
}

#[cfg(test)]
mod tests;
