//! Keeps the file of SQLite's log (`-wal`) longer than what is in it. A commit that makes its file
//! longer has to write the file's length as well, which is a second write to the disk that it waits
//! for; one that finds its place there already does not.
//!
//! Zeros are only ever added behind the end, while SQLite does not write. It reads its log up to the
//! first frame that is none, so they mean nothing to it.

use std::fs::File;
use std::io::{self, Seek as _, SeekFrom, Write as _};
use std::path::{Path, PathBuf};

/// Bytes that are added at a time.
const STEP: u64 = 1 << 20;
/// The file is made longer when it is this close to its end.
const MARGIN: u64 = STEP / 8;

/// Bytes of a page, and of a frame, which holds one.
const PAGE: u64 = 4096;
const FRAME: u64 = PAGE + 24;
/// Pages that a commit changes besides those of its records.
const PAGES_EXTRA: u64 = 3;

/// The log of one file.
pub(super) struct Ahead {
    path: PathBuf,
    /// Up to where the file is written, about; `None` until it was looked at.
    used: Option<u64>,
    /// How long the file is.
    length: u64,
}

impl Ahead {
    /// Of the log at `path`, which SQLite makes with its first commit.
    pub(super) fn new(path: PathBuf) -> Self {
        Self {
            path,
            used: None,
            length: 0,
        }
    }

    /// A commit with so many bytes of records comes next. Nothing is lost when the file cannot be
    /// made longer: SQLite does it then, or says what is wrong.
    pub(super) async fn expect(&mut self, bytes: usize) {
        let used = self.used.get_or_insert_with(|| {
            self.length = std::fs::metadata(&self.path).map_or(0, |file| file.len());
            self.length
        });
        *used += (bytes as u64 / PAGE + PAGES_EXTRA) * FRAME;
        if *used + MARGIN < self.length {
            return;
        }
        let path = self.path.clone();
        let grown = tokio::task::spawn_blocking(move || grow(&path)).await;
        if let Ok(Ok(length)) = grown {
            self.length = length;
        }
    }
}

/// Makes the file longer; gives its length.
fn grow(path: &Path) -> io::Result<u64> {
    let mut file = File::options().write(true).open(path)?;
    file.seek(SeekFrom::End(0))?;
    file.write_all(&vec![0; STEP as usize])?;
    file.stream_position()
}
