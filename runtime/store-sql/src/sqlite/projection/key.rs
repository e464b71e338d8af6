//! Ids as they are stored here: with their time first, so that the newest executions, which are
//! written, are beside each other whatever their slots.

use steploom_store::Result;
use steploom_types::ExecutionId;

use crate::column;

/// An id's place among all: its time, its slot, its random bits.
pub(super) fn key(id: ExecutionId) -> Vec<u8> {
    let id = id.to_bytes();
    [&id[2..8], &id[..2], &id[8..]].concat()
}

/// The id of a key.
pub(super) fn id(key: &[u8]) -> Result<ExecutionId> {
    if key.len() != 16 {
        return column::execution(key);
    }
    column::execution(&[&key[6..8], &key[..6], &key[8..]].concat())
}
