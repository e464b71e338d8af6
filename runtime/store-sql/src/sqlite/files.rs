//! Numbered files of a folder, such as `journal-000001.db`, and what SQLite keeps beside them.

use std::io;

use steploom_store::{Error, Result};

use super::folder::Folder;

/// Files whose names begin like this.
#[derive(Clone, Copy)]
pub(super) struct Series(pub(super) &'static str);

const SUFFIX: &str = ".db";

/// What SQLite keeps beside a file: the log of its newest commits, and an index of that.
const BESIDE: [&str; 2] = [LOG, "-shm"];
/// See [`BESIDE`].
const LOG: &str = "-wal";

impl Series {
    /// The name of a file.
    pub(super) fn name(self, number: u64) -> String {
        format!("{}{number:06}{SUFFIX}", self.0)
    }

    /// The name of a file's log of its newest commits.
    pub(super) fn log(self, number: u64) -> String {
        format!("{}{LOG}", self.name(number))
    }

    /// The numbers that have a file, in order.
    pub(super) fn numbers(self, folder: &Folder) -> Result<Vec<u64>> {
        let names = folder.names().map_err(failed)?;
        let mut numbers: Vec<_> = names.iter().filter_map(|name| self.number(name)).collect();
        numbers.sort_unstable();
        Ok(numbers)
    }

    /// Removes a file. What is beside it goes only once the file is gone for good: without
    /// it, the file would come back as it was before its newest commits.
    pub(super) fn remove(self, folder: &Folder, number: u64) -> Result<()> {
        let name = self.name(number);
        unlink(folder, &name)?;
        folder.sync().map_err(failed)?;
        for beside in BESIDE {
            unlink(folder, &format!("{name}{beside}"))?;
        }
        Ok(())
    }

    /// Removes what is left beside files that are gone, so that no later file of that name finds it.
    pub(super) fn remove_orphans(self, folder: &Folder) -> Result<()> {
        let names = folder.names().map_err(failed)?;
        for beside in BESIDE {
            for name in &names {
                let of = name
                    .strip_suffix(beside)
                    .filter(|of| self.number(of).is_some());
                if of.is_some_and(|of| !names.iter().any(|name| name == of)) {
                    unlink(folder, name)?;
                }
            }
        }
        Ok(())
    }

    fn number(self, name: &str) -> Option<u64> {
        let digits = name.strip_prefix(self.0)?.strip_suffix(SUFFIX)?;
        digits
            .parse()
            .ok()
            .filter(|number| self.name(*number) == name)
    }
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
