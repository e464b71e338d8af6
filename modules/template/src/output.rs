//! Takes text up to a size, so that a loop in a template cannot fill all memory.

use std::io::{Error, ErrorKind, Result, Write};

/// What was written so far.
pub(crate) struct Output {
    bytes: Vec<u8>,
    bytes_max: usize,
}

impl Output {
    pub(crate) fn of_at_most(bytes_max: usize) -> Self {
        let bytes = Vec::new();
        Self { bytes, bytes_max }
    }

    /// What is written is text, piece by piece.
    pub(crate) fn into_text(self) -> String {
        String::from_utf8_lossy(&self.bytes).into_owned()
    }
}

impl Write for Output {
    fn write(&mut self, piece: &[u8]) -> Result<usize> {
        if self.bytes.len() + piece.len() > self.bytes_max {
            return Err(Error::from(ErrorKind::FileTooLarge));
        }
        self.bytes.extend_from_slice(piece);
        Ok(piece.len())
    }

    fn flush(&mut self) -> Result<()> {
        Ok(())
    }
}
