//! What a checkpoint writes of an execution.

use std::collections::BTreeMap;

use bytes::Bytes;
use steploom_types::{AccountId, Digest, ExecutionId, MachineName, Name, Timestamp};

use super::Status;

/// An execution as lists and `describe` show it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// Whose.
    pub account: AccountId,
    /// Its id, which tells its slot.
    pub id: ExecutionId,
    /// Its name.
    pub name: Name,
    /// What it runs.
    pub machine: MachineName,
    /// The machine's version.
    pub machine_version: u32,
    /// The definition.
    pub definition: Digest,
    /// How it stands.
    pub status: Status,
    /// When it was accepted.
    pub started_at: Timestamp,
    /// When it ended.
    pub ended_at: Option<Timestamp>,
    /// JSON text.
    pub input: Bytes,
    /// JSON text, once it has succeeded.
    pub output: Option<Bytes>,
    /// The error's name, if it failed or was stopped with one.
    pub error: Option<String>,
    /// And its cause.
    pub cause: Option<String>,
    /// What its starter wrote on it, for searches; at most
    /// [`TAGS_MAX`](steploom_types::limits::TAGS_MAX).
    pub tags: BTreeMap<String, String>,
    /// How often it was redriven after its end.
    pub redrives: u32,
    /// When that was last.
    pub redriven_at: Option<Timestamp>,
    /// The map run that it is a range of, by execution and action: such rows are left out of lists
    /// and counts, unless a filter names it.
    pub part_of: Option<(ExecutionId, u64)>,
    /// Which goes first where executions wait for each other: the greater.
    pub priority: i8,
}

/// A run of an execution's facts, in the worker's code. Kept under a checksum: one with a flipped
/// bit is `Corrupt`, and concerns that execution alone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Chunk {
    /// The number of the first of these facts; an execution's first fact has the number 0. No two
    /// chunks of an execution have the same.
    pub first_fact: u64,
    /// The number of the first event that these facts tell, for paging.
    pub first_event: u64,
    /// The facts.
    pub facts: Bytes,
}

/// An execution's state after some of its facts, in the worker's code: a short cut, the facts are
/// the truth. Kept under a checksum, as chunks are, until the execution goes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Snapshot {
    /// How many facts are contained: the next one has this number.
    pub facts: u64,
    /// The last event that they told; 0 for none.
    pub events: u64,
    /// The state.
    pub body: Bytes,
}

/// An execution as its owner needs it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Loaded {
    /// Its row.
    pub row: Row,
    /// All of its facts, if it is open, has no snapshot, and they were not too many or damaged. `None`:
    /// ask for the snapshot and the chunks of this one.
    pub chunks: Option<Vec<Chunk>>,
}

/// Which snapshot of an execution.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SnapshotAt {
    /// The last one.
    Newest,
    /// The last one that contains no event after this one.
    Event(u64),
}

/// Whether an open execution needs its owner's memory.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sleep {
    /// Its owner holds it in memory, and so must the next.
    No,
    /// Nothing happens by itself before this instant.
    Until(Timestamp),
    /// Nothing happens until somebody outside calls it.
    Called,
}

/// A task of an activity that no worker has taken yet, of an execution that sleeps.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Offer {
    /// The activity.
    pub activity: Name,
    /// The task, by its action's number within its execution.
    pub action: u64,
}

/// What one checkpoint writes for one execution.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// The row as it is now.
    pub row: Row,
    /// The facts since the last checkpoint.
    pub chunk: Chunk,
    /// Whether the next owner must load it. Means nothing once it has ended.
    pub sleep: Sleep,
    /// Every task that it offers now; those of the last checkpoint are forgotten.
    pub offers: Vec<Offer>,
    /// A snapshot, if one is due; it contains no fact after those of `chunk`.
    pub snapshot: Option<Snapshot>,
}
