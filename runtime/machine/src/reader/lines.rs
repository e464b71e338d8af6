//! JSON Lines: a line is an item.

use serde_json::Value;

use super::{ITEM_BYTES_MAX, failed, too_long};
use crate::Failure;

#[derive(Debug, Default)]
pub(super) struct Lines {
    line: Vec<u8>,
    /// Lines that are over.
    count: u64,
}

impl Lines {
    pub(super) fn feed(&mut self, piece: &[u8], items: &mut Vec<Value>) -> Result<(), Failure> {
        let mut rest = piece;
        while let Some(end) = rest.iter().position(|byte| *byte == b'\n') {
            self.add(&rest[..end])?;
            self.finish(items)?;
            rest = &rest[end + 1..];
        }
        self.add(rest)
    }

    pub(super) fn finish(&mut self, items: &mut Vec<Value>) -> Result<(), Failure> {
        self.count += 1;
        let line = std::mem::take(&mut self.line);
        if line.trim_ascii().is_empty() {
            return Ok(());
        }
        let item = serde_json::from_slice(&line)
            .map_err(|why| failed(format!("Line {} is not valid JSON: {why}", self.count)))?;
        items.push(item);
        Ok(())
    }

    fn add(&mut self, bytes: &[u8]) -> Result<(), Failure> {
        if self.line.len() + bytes.len() > ITEM_BYTES_MAX {
            return Err(too_long());
        }
        self.line.extend_from_slice(bytes);
        Ok(())
    }
}
