//! What is asked of the projection.

use steploom_types::{ExecutionId, MachineName, Timestamp};

use super::{Chunk, Row, Status};

/// Which executions a list shows: those that pass every condition.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Filter {
    /// Only those of this machine.
    pub machine: Option<MachineName>,
    /// Only those that stand like this.
    pub status: Option<Status>,
    /// Only those whose name starts with this.
    pub name_prefix: Option<String>,
    /// Only those that started then or later.
    pub started_from: Option<Timestamp>,
    /// Only those that started before.
    pub started_to: Option<Timestamp>,
    /// Only those with this tag: its key and its value.
    pub tag: Option<(String, String)>,
    /// Only those that ended with this error.
    pub error: Option<String>,
    /// Only the ranges of this map run; without it, only what is no range.
    pub part_of: Option<(ExecutionId, u64)>,
}

/// Where a list goes on: after this execution. Newest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cursor {
    /// When it started.
    pub started_at: Timestamp,
    /// And which it is.
    pub id: ExecutionId,
}

/// The closed executions of a stretch of time, by the time that their ids carry. What is open is in
/// no partition.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Partition {
    /// Which. A number is never given again.
    pub id: u64,
    /// The first instant whose executions belong here, if there is one.
    pub from: Option<Timestamp>,
    /// The first instant whose executions belong to a later one; `None` while this is the newest.
    pub to: Option<Timestamp>,
    /// How many there are.
    pub rows: u64,
    /// Bytes that it takes, about.
    pub bytes: u64,
    /// Grows whenever anything in it changes.
    pub version: u64,
}

/// A closed execution of a partition.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Closed {
    /// The execution, with input and output.
    pub row: Row,
    /// Its facts, if one chunk holds them all; otherwise
    /// [`chunks`](crate::Projection::chunks) has them.
    pub whole: Option<Chunk>,
}

impl Filter {
    /// Whether a row passes, whoever's it is.
    pub fn passes(&self, row: &Row) -> bool {
        let prefix = |prefix: &String| row.name.as_str().starts_with(prefix.as_str());
        let tag = |(key, value): &(String, String)| row.tags.get(key) == Some(value);
        self.part_of == row.part_of
            && self.machine.as_ref().is_none_or(|m| *m == row.machine)
            && self.status.is_none_or(|status| status == row.status)
            && self.name_prefix.as_ref().is_none_or(prefix)
            && self.started_from.is_none_or(|from| from <= row.started_at)
            && self.started_to.is_none_or(|to| row.started_at < to)
            && self.tag.as_ref().is_none_or(tag)
            && self
                .error
                .as_ref()
                .is_none_or(|e| row.error.as_ref() == Some(e))
    }
}
