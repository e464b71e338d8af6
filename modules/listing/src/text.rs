//! Which files are text, and reading them.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

/// Bytes of the largest file that is read. Text that people write is far smaller; what is larger
/// is data, and one such file would hold up its whole part.
pub const TEXT_BYTES_MAX: u64 = 4 * 1024 * 1024;

/// Bytes at a file's beginning in which a NUL marks it as binary, as git and grep look for it.
const PROBE_BYTES: u64 = 8 * 1024;

/// Tells the size of the file at `path` if it is text: no NUL in its first 8 KiB, at most
/// [`TEXT_BYTES_MAX`]. Reads no more than that beginning.
///
/// # Errors
/// When the file can't be opened or read.
pub fn text_bytes(path: &Path) -> io::Result<Option<u64>> {
    let file = File::open(path)?;
    let bytes = file.metadata()?.len();
    if bytes > TEXT_BYTES_MAX {
        return Ok(None);
    }
    let mut probe = Vec::with_capacity(bytes.min(PROBE_BYTES) as usize);
    file.take(PROBE_BYTES).read_to_end(&mut probe)?;
    Ok((!probe.contains(&0)).then_some(bytes))
}

/// Reads the file at `path` whole if it is text, by the same rule as [`text_bytes`].
///
/// # Errors
/// When the file can't be opened or read.
pub fn read_text(path: &Path) -> io::Result<Option<Vec<u8>>> {
    let file = File::open(path)?;
    if file.metadata()?.len() > TEXT_BYTES_MAX {
        return Ok(None);
    }
    let mut text = Vec::new();
    // A file that grows meanwhile is still held to the limit.
    file.take(TEXT_BYTES_MAX + 1).read_to_end(&mut text)?;
    let beginning = &text[..text.len().min(PROBE_BYTES as usize)];
    let is_text = text.len() as u64 <= TEXT_BYTES_MAX && !beginning.contains(&0);
    Ok(is_text.then_some(text))
}
