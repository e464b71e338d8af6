//! The partitions of closed executions in memory: only their bounds, the executions stay where they
//! are.

use steploom_types::{ExecutionId, Timestamp};

use crate::projection::Partition;

/// Stretches of time, oldest first, that do not overlap. The last one has no end, if there is one.
pub(super) struct Parts {
    rows_max: u64,
    next_id: u64,
    stretches: Vec<Partition>,
    /// Executions that came into the newest one.
    newest_rows: u64,
    /// The newest of them.
    newest_at: Option<Timestamp>,
}

impl Parts {
    pub(super) fn new(rows_max: u64) -> Self {
        Self {
            rows_max,
            next_id: 1,
            stretches: Vec::new(),
            newest_rows: 0,
            newest_at: None,
        }
    }

    pub(super) fn all(&self) -> impl Iterator<Item = &Partition> {
        self.stretches.iter()
    }

    pub(super) fn find(&self, id: u64) -> Option<&Partition> {
        self.stretches.iter().find(|partition| partition.id == id)
    }

    pub(super) fn remove(&mut self, id: u64) {
        self.stretches.retain(|partition| partition.id != id);
    }

    /// A closed execution came, changed or went.
    pub(super) fn touch(&mut self, id: ExecutionId, was_closed: bool, is_closed: bool) {
        if !was_closed && !is_closed {
            return;
        }
        let place = match self.stretches.iter().position(|part| holds(part, id)) {
            Some(place) => place,
            None => self.fill(id),
        };
        self.stretches[place].version += 1;
        if self.stretches[place].to.is_none() && is_closed && !was_closed {
            self.newest_rows += 1;
            self.newest_at = self.newest_at.max(Some(id.created()));
            if self.newest_rows >= self.rows_max {
                self.stretches[place].to = self.newest_at.map(|at| at.plus_millis(1));
            }
        }
    }

    /// A new partition where there is none: from the one before to the one after.
    fn fill(&mut self, id: ExecutionId) -> usize {
        let at = id.created();
        let before = |part: &Partition| part.to.is_some_and(|to| to <= at);
        let place = self.stretches.partition_point(before);
        let partition = Partition {
            id: self.next_id,
            from: place
                .checked_sub(1)
                .and_then(|before| self.stretches[before].to),
            to: self.stretches.get(place).and_then(|after| after.from),
            rows: 0,
            bytes: 0,
            version: 0,
        };
        self.next_id += 1;
        if partition.to.is_none() {
            (self.newest_rows, self.newest_at) = (0, None);
        }
        self.stretches.insert(place, partition);
        place
    }
}

/// Whether an execution belongs here once it is closed.
pub(super) fn holds(partition: &Partition, id: ExecutionId) -> bool {
    let at = id.created();
    partition.from.is_none_or(|from| from <= at) && partition.to.is_none_or(|to| at < to)
}
