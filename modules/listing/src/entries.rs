//! The entries of one folder, by name and kind.
//!
//! In a sandbox the host answers each `fd_readdir` by looking at every entry of the folder again,
//! and the standard library asks for 4 KiB at a time: 20,000 files in one folder took minutes. So
//! the guest asks with a buffer that holds the whole folder; elsewhere `std::fs` does.

#[cfg(target_os = "wasi")]
mod wasi;

use std::io;
use std::path::Path;

/// What stands behind a name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    File,
    Folder,
    /// A link, a device, a socket: nothing that a listing looks into.
    Other,
}

/// An entry of a folder.
#[derive(Debug)]
pub(crate) struct Entry {
    pub(crate) name: String,
    pub(crate) kind: Kind,
}

/// Reads the folder at `path`, sorted by the bytes of the names. A name that is not UTF-8 is
/// spelled as well as it can be, and of the kind [`Kind::Other`].
pub(crate) fn read_entries(path: &Path) -> io::Result<Vec<Entry>> {
    #[cfg(target_os = "wasi")]
    let mut entries = wasi::read_entries(path)?;
    #[cfg(not(target_os = "wasi"))]
    let mut entries = native(path)?;
    entries.sort_unstable_by(|left, right| left.name.cmp(&right.name));
    Ok(entries)
}

#[cfg(not(target_os = "wasi"))]
fn native(path: &Path) -> io::Result<Vec<Entry>> {
    let mut entries = Vec::new();
    for entry in std::fs::read_dir(path)? {
        let entry = entry?;
        let kind = kind(entry.file_type()?);
        entries.push(match entry.file_name().into_string() {
            Ok(name) => Entry { name, kind },
            Err(name) => Entry {
                name: name.to_string_lossy().into_owned(),
                kind: Kind::Other,
            },
        });
    }
    Ok(entries)
}

/// The kind that stands in a file's metadata.
pub(crate) fn kind(file_type: std::fs::FileType) -> Kind {
    if file_type.is_file() {
        Kind::File
    } else if file_type.is_dir() {
        Kind::Folder
    } else {
        Kind::Other
    }
}
