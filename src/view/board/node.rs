//! One state on a board: what it is, and how its visits went.

use std::collections::VecDeque;

use steploom_types::Timestamp;

/// One state of the definition.
#[derive(Debug, Default)]
pub(crate) struct Node {
    pub(super) name: String,
    pub(super) kind: StateKind,
    /// How many `Map`s and `Parallel`s it is in.
    pub(super) depth: usize,
    /// The `Map` or `Parallel` that it is in.
    pub(super) owner: Option<usize>,
    pub(super) entered: u64,
    pub(super) done: u64,
    pub(super) failed: u64,
    pub(super) aborted: u64,
    /// Failures that a `Catch` took; those visits are among `done`.
    pub(super) caught: u64,
    pub(super) retried: u64,
    /// Visits whose last attempt failed and that wait for a retry or for their end.
    pub(super) failing: u64,
    /// Of a `Map`.
    pub(super) items: Items,
    /// When each visit of a `Map` or `Parallel` that is going on began.
    pub(super) open_since: VecDeque<Timestamp>,
    /// Milliseconds of each visit that has ended.
    pub(super) times_ms: Vec<u32>,
    /// Milliseconds from scheduling to answer, over all attempts.
    pub(super) attempts_ms: u64,
}

/// The iterations of a `Map`, over all its visits.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Items {
    pub(super) total: u64,
    pub(super) succeeded: u64,
    pub(super) failed: u64,
}

/// What matters here of a state's type.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum StateKind {
    /// Invokes something.
    Task,
    /// Runs a scope for each item.
    Map,
    /// Runs branches.
    Parallel,
    /// Anything else.
    #[default]
    Other,
}

/// How a state stands, as its mark shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Mark {
    /// Not reached yet.
    Waiting,
    /// Being visited.
    Running,
    /// Being visited, and the last attempt of a visit failed.
    Retrying,
    /// Every visit ended well.
    Done,
    /// A visit failed.
    Failed,
    /// A visit was cut off.
    Aborted,
    /// Never reached, and the execution has ended.
    Skipped,
}

impl Node {
    /// A state that has not been visited.
    pub(super) fn new(name: &str, kind: StateKind, depth: usize, owner: Option<usize>) -> Self {
        Self {
            name: name.to_owned(),
            kind,
            depth,
            owner,
            ..Self::default()
        }
    }

    /// Visits that are going on.
    pub(super) fn open(&self) -> u64 {
        self.entered
            .saturating_sub(self.done + self.failed + self.aborted)
    }

    /// One visit ended badly: by itself, or cut off.
    pub(super) fn end_badly(&mut self, failing: bool, failed: bool) {
        self.open_since.pop_front();
        if failing {
            self.failing = self.failing.saturating_sub(1);
        }
        if failed || failing {
            self.failed += 1;
        } else {
            self.aborted += 1;
        }
    }

    /// Its name.
    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    /// What it does.
    pub(crate) fn kind(&self) -> StateKind {
        self.kind
    }

    /// How many `Map`s and `Parallel`s it is in.
    pub(crate) fn depth(&self) -> usize {
        self.depth
    }

    /// Milliseconds of each visit that has ended, in the order of their ends.
    pub(crate) fn times_ms(&self) -> &[u32] {
        &self.times_ms
    }

    /// Milliseconds from scheduling to answer, over all attempts of its task.
    pub(crate) fn attempts_ms(&self) -> u64 {
        self.attempts_ms
    }
}

impl StateKind {
    /// The kind that a definition or an event names.
    pub(super) fn of(text: &str) -> Self {
        match text {
            "Task" => Self::Task,
            "Map" => Self::Map,
            "Parallel" => Self::Parallel,
            _ => Self::Other,
        }
    }

    /// Whether other states are inside it.
    pub(crate) fn has_scopes(self) -> bool {
        matches!(self, Self::Map | Self::Parallel)
    }
}
