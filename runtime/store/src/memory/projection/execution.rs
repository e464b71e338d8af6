//! One execution of the projection in memory.

use std::collections::BTreeMap;

use bytes::Bytes;
use steploom_types::ExecutionId;

use crate::projection::{Change, Chunk, Closed, Offer, Row, Sleep, Snapshot, SnapshotAt};
use crate::{Error, Result, frame};

/// A row with what belongs to it. Chunks and snapshots are framed as on a disk, so that a flipped
/// bit is found here too.
pub(super) struct Execution {
    pub(super) row: Row,
    pub(super) sleep: Sleep,
    pub(super) offers: Vec<Offer>,
    /// By their first fact: the first event, and the facts.
    chunks: BTreeMap<u64, (u64, Bytes)>,
    /// By the facts that they contain: the last event, and the state.
    snapshots: BTreeMap<u64, (u64, Bytes)>,
}

impl Execution {
    pub(super) fn new(change: &Change) -> Self {
        Self {
            row: change.row.clone(),
            sleep: change.sleep,
            offers: Vec::new(),
            chunks: BTreeMap::new(),
            snapshots: BTreeMap::new(),
        }
    }

    pub(super) fn is_open(&self) -> bool {
        self.row.status.is_open()
    }

    /// Takes a change over. Whether that changed anything.
    pub(super) fn write(&mut self, change: &Change) -> bool {
        let id = change.row.id;
        let mut changed = self.row != change.row;
        self.row.clone_from(&change.row);
        (self.sleep, self.offers) = if self.is_open() {
            (change.sleep, change.offers.clone())
        } else {
            (Sleep::Called, Vec::new())
        };
        let chunk = &change.chunk;
        if !chunk.facts.is_empty() {
            let place = about(id, chunk.first_fact, chunk.first_event);
            let framed = (chunk.first_event, frame::seal(&place, &chunk.facts));
            changed |= self.chunks.get(&chunk.first_fact) != Some(&framed);
            self.chunks.insert(chunk.first_fact, framed);
        }
        if let Some(snapshot) = &change.snapshot {
            let place = about(id, snapshot.facts, snapshot.events);
            let framed = (snapshot.events, frame::seal(&place, &snapshot.body));
            changed |= self.snapshots.get(&snapshot.facts) != Some(&framed);
            self.snapshots.insert(snapshot.facts, framed);
        }
        changed
    }

    pub(super) fn chunks(&self, from_fact: u64, bytes_max: usize) -> Result<Vec<Chunk>> {
        let holds = self.chunks.range(..=from_fact).next_back();
        let first = holds.map_or(0, |(first_fact, _)| *first_fact);
        let mut chunks = Vec::new();
        let mut bytes = 0;
        for (first_fact, framed) in self.chunks.range(first..) {
            if bytes >= bytes_max && !chunks.is_empty() {
                break;
            }
            bytes += framed.1.len();
            chunks.push(self.chunk(*first_fact, framed)?);
        }
        Ok(chunks)
    }

    fn chunk(&self, first_fact: u64, (first_event, framed): &(u64, Bytes)) -> Result<Chunk> {
        let id = self.row.id;
        let facts = frame::open(&about(id, first_fact, *first_event), framed);
        Ok(Chunk {
            first_fact,
            first_event: *first_event,
            facts: facts.map_err(|error| named(id, "the facts", first_fact, error))?,
        })
    }

    pub(super) fn snapshot(&self, at: SnapshotAt) -> Result<Option<Snapshot>> {
        let wanted = |(_, (events, _)): &(&u64, &(u64, Bytes))| match at {
            SnapshotAt::Newest => true,
            SnapshotAt::Event(last) => *events <= last,
        };
        let Some((facts, (events, framed))) = self.snapshots.iter().rev().find(wanted) else {
            return Ok(None);
        };
        let id = self.row.id;
        let body = frame::open(&about(id, *facts, *events), framed);
        Ok(Some(Snapshot {
            facts: *facts,
            events: *events,
            body: body.map_err(|error| named(id, "the snapshot at fact", *facts, error))?,
        }))
    }

    pub(super) fn closed(&self) -> Result<Closed> {
        let whole = match self.chunks.iter().next() {
            Some((0, framed)) if self.chunks.len() == 1 => Some(self.chunk(0, framed)?),
            _ => None,
        };
        Ok(Closed {
            row: self.row.clone(),
            whole,
        })
    }

    /// What it takes, about.
    pub(super) fn bytes(&self) -> u64 {
        let kept = self.chunks.values().chain(self.snapshots.values());
        let kept: usize = kept.map(|(_, framed)| framed.len()).sum();
        let output = self.row.output.as_ref().map_or(0, Bytes::len);
        (kept + output + self.row.input.len()) as u64
    }

    pub(super) fn flip_chunk(&mut self) -> bool {
        let Some((_, framed)) = self.chunks.values_mut().next() else {
            return false;
        };
        let mut bytes = framed.to_vec();
        if let Some(byte) = bytes.last_mut() {
            *byte ^= 1;
        }
        *framed = bytes.into();
        true
    }
}

fn about(id: ExecutionId, first: u64, second: u64) -> Vec<u8> {
    let numbers = [first.to_be_bytes(), second.to_be_bytes()];
    [&id.to_bytes()[..], &numbers[0], &numbers[1]].concat()
}

fn named(id: ExecutionId, what: &str, number: u64, error: Error) -> Error {
    match error {
        Error::Corrupt(why) => {
            Error::Corrupt(format!("execution {id}, {what} from {number} on: {why}"))
        }
        other => other,
    }
}
