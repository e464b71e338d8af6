//! From a URL to a store: which one it names, and whether it can be used.

use std::fs;
use std::io;
use std::path::Path;
use std::sync::{Arc, Once};

use object_store::ObjectStore;
use object_store::aws::AmazonS3Builder;
use object_store::local::LocalFileSystem;
use object_store::prefix::PrefixStore;
use steploom_types::{Error, Kind, Result};

/// The file that is written and removed to find out whether a folder can be written.
const PROBE: &str = ".steploom-probe";

pub(crate) fn store(url: &str) -> Result<Arc<dyn ObjectStore>> {
    match url.split_once("://") {
        Some(("s3", rest)) => bucket(url, rest),
        Some((scheme, _)) => Err(Error::invalid(
            "UnknownStorage",
            format!("'{scheme}' is no storage we know: give a folder or s3://bucket/prefix"),
        )),
        None => folder(Path::new(url)),
    }
}

fn folder(path: &Path) -> Result<Arc<dyn ObjectStore>> {
    let create = || -> io::Result<()> {
        fs::create_dir_all(path)?;
        fs::write(path.join(PROBE), [])?;
        fs::remove_file(path.join(PROBE))?;
        fs::File::open(path)?.sync_all()
    };
    create().map_err(|e| refuse(path, &e))?;
    let local = LocalFileSystem::new_with_prefix(path)
        .map_err(|e| refuse(path, &io::Error::other(e)))?
        .with_automatic_cleanup(true)
        .with_fsync(true);
    Ok(Arc::new(local))
}

fn refuse(path: &Path, cause: &io::Error) -> Error {
    let (kind, why) = match cause.kind() {
        io::ErrorKind::NotADirectory | io::ErrorKind::AlreadyExists => {
            (Kind::Invalid, "it is not a folder")
        }
        io::ErrorKind::ReadOnlyFilesystem | io::ErrorKind::PermissionDenied => {
            (Kind::Unavailable, "it cannot be written")
        }
        _ => (Kind::Unavailable, "it cannot be used"),
    };
    Error::new(
        kind,
        "StorageUnusable",
        format!(
            "the folder '{}' cannot hold artifacts: {why}",
            path.display()
        ),
    )
    .with_detail(cause)
}

fn bucket(url: &str, rest: &str) -> Result<Arc<dyn ObjectStore>> {
    install_tls();
    let (name, prefix) = rest.split_once('/').unwrap_or((rest, ""));
    if name.is_empty() {
        return Err(Error::invalid(
            "UnknownStorage",
            format!("'{url}' names no bucket: give s3://bucket/prefix"),
        ));
    }
    let s3 = AmazonS3Builder::from_env()
        .with_bucket_name(name)
        .build()
        .map_err(|e| {
            Error::invalid(
                "UnknownStorage",
                format!("the bucket of '{url}' cannot be used: {e}"),
            )
        })?;
    let prefix = object_store::path::Path::parse(prefix).map_err(|e| {
        Error::invalid(
            "UnknownStorage",
            format!("'{prefix}' cannot be a prefix of keys: {e}"),
        )
    })?;
    if prefix.is_root() {
        return Ok(Arc::new(s3));
    }
    Ok(Arc::new(PrefixStore::new(s3, prefix)))
}

/// Gives rustls its provider. Somebody else in the process may have done so before.
fn install_tls() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let _ = rustls::crypto::ring::default_provider().install_default();
    });
}

#[cfg(test)]
mod tests;
