//! The files of the journal: `journal-000001.db` and what SQLite keeps beside it.

use std::io;

use steploom_store::{Error, Result};

use crate::sqlite::folder::Folder;

const PREFIX: &str = "journal-";
const SUFFIX: &str = ".db";

/// What SQLite keeps beside a file: the log of its newest commits, and an index of that.
const BESIDE: [&str; 2] = ["-wal", "-shm"];

/// The name of a generation's file.
pub(super) fn name(number: u64) -> String {
    format!("{PREFIX}{number:06}{SUFFIX}")
}

/// The generations that have a file, in order.
pub(super) fn numbers(folder: &Folder) -> Result<Vec<u64>> {
    let names = folder.names().map_err(failed)?;
    let mut numbers: Vec<_> = names.iter().filter_map(|name| number(name)).collect();
    numbers.sort_unstable();
    Ok(numbers)
}

/// Removes a generation's file. What is beside it goes only once the file is gone for good: without
/// it, the file would come back as it was before its newest commits.
pub(super) fn remove(folder: &Folder, number: u64) -> Result<()> {
    let name = name(number);
    unlink(folder, &name)?;
    folder.sync().map_err(failed)?;
    for beside in BESIDE {
        unlink(folder, &format!("{name}{beside}"))?;
    }
    Ok(())
}

/// Removes what is left beside files that are gone, so that no later file of that name finds it.
pub(super) fn remove_orphans(folder: &Folder) -> Result<()> {
    let names = folder.names().map_err(failed)?;
    for beside in BESIDE {
        for name in &names {
            let of = name.strip_suffix(beside).filter(|of| number(of).is_some());
            if of.is_some_and(|of| !names.iter().any(|name| name == of)) {
                unlink(folder, name)?;
            }
        }
    }
    Ok(())
}

fn number(name: &str) -> Option<u64> {
    let digits = name.strip_prefix(PREFIX)?.strip_suffix(SUFFIX)?;
    digits
        .parse()
        .ok()
        .filter(|number| self::name(*number) == name)
}

fn unlink(folder: &Folder, name: &str) -> Result<()> {
    match std::fs::remove_file(folder.file(name)) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => {
            Err(Error::Unavailable(format!("{name}: {error}")))
        }
        _ => Ok(()),
    }
}

#[expect(clippy::needless_pass_by_value, reason = "it is what map_err is given")]
pub(super) fn failed(error: io::Error) -> Error {
    Error::Unavailable(format!("the data folder: {error}"))
}
