//! Zips. What they say of themselves is not believed: files are counted before the zip is opened, and
//! bytes while they are unpacked.

use std::collections::BTreeMap;
use std::io::{Cursor, Read as _, Write as _};

use bytes::Bytes;
use steploom_types::limits::{self, package};
use steploom_types::{Error, Result};
use zip::write::SimpleFileOptions;
use zip::{ZipArchive, ZipWriter};

/// The module of this name is taken, wherever there are more.
const BOOTSTRAP: &str = "bootstrap.wasm";
/// What zips have besides what was meant, by a part of the path.
const LEFT_OUT: [&str; 4] = ["__MACOSX", "__pycache__", ".DS_Store", ".git"];
/// How zips begin.
const MAGIC: &[u8] = b"PK\x03\x04";

/// A zip.
pub struct Archive {
    zip: ZipArchive<Cursor<Bytes>>,
}

impl Archive {
    /// A zip of files: the same files make the same zip.
    ///
    /// # Errors
    /// Never: it is written to memory.
    pub fn write(files: &BTreeMap<String, Vec<u8>>) -> Result<Bytes> {
        let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
        let mut write = || -> zip::result::ZipResult<()> {
            for (path, content) in files {
                zip.start_file(path.as_str(), SimpleFileOptions::default())?;
                zip.write_all(content)?;
            }
            Ok(())
        };
        write().map_err(Error::internal)?;
        let zip = zip.finish().map_err(Error::internal)?;
        Ok(zip.into_inner().into())
    }

    /// Whether bytes begin as a zip does.
    pub fn is_one(bytes: &[u8]) -> bool {
        bytes.starts_with(MAGIC)
    }

    /// Opens a zip.
    ///
    /// # Errors
    /// `Invalid`: `NotAZip`, `TooManyFiles`.
    pub fn open(zip: Bytes) -> Result<Self> {
        let most = limits::LAMBDA_ZIP_ENTRIES_MAX;
        if entries(&zip) > most {
            return Err(too_many_files(most));
        }
        let zip = ZipArchive::new(Cursor::new(zip)).map_err(|error| not_a_zip(&error))?;
        Ok(Self { zip })
    }

    /// Whether there is a module in it.
    pub fn has_module(&self) -> bool {
        !self.modules().is_empty()
    }

    /// The one module in it, or the one that is called `bootstrap.wasm`.
    ///
    /// # Errors
    /// `Invalid`: `NoModule`, `SeveralModules`, `ModuleTooLarge`, `NotAZip` when it is damaged.
    pub fn module(&mut self) -> Result<Bytes> {
        let modules = self.modules();
        let name = match modules.as_slice() {
            [one] => one.clone(),
            [] => {
                let message = "the zip has no WebAssembly module (*.wasm) in it";
                return Err(Error::invalid("NoModule", message));
            }
            several if several.iter().any(|name| name == BOOTSTRAP) => BOOTSTRAP.to_owned(),
            several => {
                let count = several.len();
                let message = format!(
                    "the zip has {count} WebAssembly modules; call the one to run {BOOTSTRAP}"
                );
                return Err(Error::invalid("SeveralModules", message));
            }
        };
        let most = limits::MODULE_BYTES_MAX;
        let module = self.read(&name, most)?.ok_or_else(|| {
            let message = format!("the module in the zip has more than {most} bytes");
            Error::invalid("ModuleTooLarge", message)
        })?;
        Ok(module.into())
    }

    /// The text of every file, by its path.
    ///
    /// # Errors
    /// `Invalid`: `UnsafePath` when a path leads out of the zip, `NotText`, `PackageTooLarge`, `TooManyFiles`,
    /// `NotAZip` when it is damaged.
    pub fn texts(&mut self) -> Result<BTreeMap<String, String>> {
        let names: Vec<_> = self.names().filter(|name| !name.ends_with('/')).collect();
        if names.len() > package::FILES_MAX {
            return Err(too_many_files(package::FILES_MAX));
        }
        let mut left = package::BYTES_MAX;
        let mut files = BTreeMap::new();
        for name in names {
            let path = path(&name)?;
            let content = self.read(&name, left)?.ok_or_else(too_large)?;
            left -= content.len();
            let text = String::from_utf8(content).map_err(|_| {
                let message = format!(
                    "'{}' is no text in UTF-8, and a program is made of such files alone",
                    path.escape_default()
                );
                Error::invalid("NotText", message)
            })?;
            files.insert(path, text);
        }
        Ok(files)
    }

    fn modules(&self) -> Vec<String> {
        let is_module = |name: &String| {
            let ending = name.rsplit_once('.');
            ending.is_some_and(|(_, ending)| ending == "wasm")
        };
        self.names().filter(is_module).collect()
    }

    /// The names of its entries, but for what tools leave there.
    fn names(&self) -> impl Iterator<Item = String> + '_ {
        let names = self.zip.file_names().flatten();
        let names = names.map(std::borrow::Cow::into_owned);
        names.filter(|name| !name.split('/').any(|part| LEFT_OUT.contains(&part)))
    }

    /// A file; `None` if it has more bytes than it may.
    fn read(&mut self, name: &str, bytes_max: usize) -> Result<Option<Vec<u8>>> {
        let file = self.zip.by_name(name).map_err(|error| not_a_zip(&error))?;
        let mut content = Vec::new();
        let mut file = file.take(bytes_max as u64 + 1);
        let read = file.read_to_end(&mut content);
        read.map_err(|error| not_a_zip(&error))?;
        Ok((content.len() <= bytes_max).then_some(content))
    }
}

/// A path within the zip, without a `./` before it.
fn path(name: &str) -> Result<String> {
    let path = name.strip_prefix("./").unwrap_or(name);
    let is_safe = |part: &str| !matches!(part, "" | "." | "..");
    if path.contains(['\\', '\0', ':']) || !path.split('/').all(is_safe) {
        let name = name.escape_default();
        let message = format!("the zip has a file '{name}', whose path is none within it");
        return Err(Error::invalid("UnsafePath", message));
    }
    Ok(path.to_owned())
}

/// How many files a zip says that it has, at the most: each costs memory before it is looked at.
fn entries(zip: &[u8]) -> usize {
    const HEADER: &[u8] = b"PK\x01\x02";
    let mut left = zip;
    let mut count = 0;
    while let Some(at) = left.windows(HEADER.len()).position(|four| four == HEADER) {
        count += 1;
        left = &left[at + HEADER.len()..];
    }
    count
}

fn not_a_zip(error: &dyn std::error::Error) -> Error {
    let message = format!("this is no zip, or it is damaged: {error}");
    Error::invalid("NotAZip", message)
}

fn too_many_files(most: usize) -> Error {
    let message = format!("the zip has more than {most} files, which is the most there may be");
    Error::invalid("TooManyFiles", message)
}

pub(crate) fn too_large() -> Error {
    let most = package::BYTES_MAX;
    let message = format!("the program has more than {most} bytes when it is unpacked");
    Error::invalid("PackageTooLarge", message)
}

#[cfg(test)]
mod tests;
