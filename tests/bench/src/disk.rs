//! The floor of the floor: as many bytes as a commit has, written and forced to the disk.

use std::fs::File;
use std::os::unix::fs::FileExt as _;
use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::Result;

use crate::stats::Samples;
use crate::stats::Timed;

/// Bytes of the file, which is written round and round. It has all its blocks from the start, so
/// that forcing it forces data alone.
const FILE_BYTES: usize = 64 << 20;

/// Writes `bytes` at a time and forces each write (`fdatasync`), for `duration`. It blocks.
pub(crate) fn sync(folder: &Path, bytes: usize, duration: Duration) -> Result<Timed> {
    let bytes = bytes.min(FILE_BYTES);
    let file = File::create(folder.join("bare"))?;
    file.write_all_at(&vec![0; FILE_BYTES], 0)?;
    file.sync_all()?;
    let data = vec![0x5a; bytes];
    let mut samples = Samples::default();
    let mut at = 0;
    let start = Instant::now();
    while start.elapsed() < duration {
        let begun = Instant::now();
        file.write_all_at(&data, at as u64)?;
        file.sync_data()?;
        samples.push(begun.elapsed());
        at += bytes;
        if at + bytes > FILE_BYTES {
            at = 0;
        }
    }
    Ok(Timed {
        samples,
        elapsed: start.elapsed(),
    })
}

#[cfg(test)]
mod tests;
