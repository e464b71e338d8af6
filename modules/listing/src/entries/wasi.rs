//! `fd_readdir` of WASI preview 1, asked for a whole folder at once.
//!
//! The answer is a row of records: 24 bytes of head (8 next, 8 inode, 4 length of the name, 1 kind,
//! padded) and the name; the last may be cut off where the buffer ends.

use std::fs::File;
use std::io;
use std::os::fd::AsRawFd;
use std::path::Path;

use super::{Entry, Kind};

/// Bytes of the first buffer: enough for about 500 names.
const BUFFER_BYTES_FIRST: usize = 32 * 1024;

/// Bytes of the largest: a folder with more entries than this holds is refused.
const BUFFER_BYTES_MAX: usize = 32 * 1024 * 1024;

const HEAD_BYTES: usize = 24;
const KIND_FOLDER: u8 = 3;
const KIND_FILE: u8 = 4;

#[link(wasm_import_module = "wasi_snapshot_preview1")]
unsafe extern "C" {
    fn fd_readdir(fd: i32, buf: *mut u8, buf_len: usize, cookie: u64, size: *mut usize) -> i32;
}

/// Reads the folder at `path`, in the host's order.
pub(super) fn read_entries(path: &Path) -> io::Result<Vec<Entry>> {
    let folder = File::open(path)?;
    let mut bytes = BUFFER_BYTES_FIRST;
    loop {
        let mut buffer = vec![0; bytes];
        let used = read(&folder, &mut buffer)?;
        if used < bytes {
            return Ok(parse(&buffer[..used]));
        }
        if bytes == BUFFER_BYTES_MAX {
            return Err(io::Error::other("too many files in one folder"));
        }
        bytes = (bytes * 8).min(BUFFER_BYTES_MAX);
    }
}

/// Fills the buffer from the first entry on; less than full means that all are there.
fn read(folder: &File, buffer: &mut [u8]) -> io::Result<usize> {
    let mut used = 0;
    // SAFETY: the host writes at most `buffer.len()` bytes, and the size to `used`.
    let error = unsafe {
        fd_readdir(
            folder.as_raw_fd(),
            buffer.as_mut_ptr(),
            buffer.len(),
            0,
            &raw mut used,
        )
    };
    if error == 0 {
        Ok(used)
    } else {
        Err(io::Error::from_raw_os_error(error))
    }
}

fn parse(mut records: &[u8]) -> Vec<Entry> {
    let mut entries = Vec::new();
    while let Some((head, rest)) = records.split_first_chunk::<HEAD_BYTES>() {
        let length = u32::from_le_bytes([head[16], head[17], head[18], head[19]]) as usize;
        let Some((name, rest)) = rest.split_at_checked(length) else {
            break;
        };
        if name != b"." && name != b".." {
            entries.push(entry(name, head[20]));
        }
        records = rest;
    }
    entries
}

fn entry(name: &[u8], kind: u8) -> Entry {
    let kind = match kind {
        KIND_FILE => Kind::File,
        KIND_FOLDER => Kind::Folder,
        _ => Kind::Other,
    };
    match std::str::from_utf8(name) {
        Ok(name) => Entry {
            name: name.to_owned(),
            kind,
        },
        Err(_) => Entry {
            name: String::from_utf8_lossy(name).into_owned(),
            kind: Kind::Other,
        },
    }
}
