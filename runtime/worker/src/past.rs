//! An execution's facts as they were, the oldest first, read in pieces of bounded size.
//!
//! A run has to know of evaluations that took too long before it meets the fact that leads to them
//! ([`Run::foresee`]). The fact that says so is committed at once, so it is in the same chunk or in
//! the next: one chunk is always read ahead.

use std::collections::VecDeque;
use std::sync::Arc;

use bytes::Bytes;
use steploom_machine::Run;
use steploom_store::projection::Chunk;
use steploom_store::{Error as StoreError, Projection};
use steploom_types::{ExecutionId, Result};

use crate::codec;

/// Bytes of chunks that are read at once.
pub(crate) const READ_BYTES_MAX: usize = 1024 * 1024;

/// Some facts, one after the other.
pub(crate) struct Piece {
    pub(crate) facts: Vec<Bytes>,
    /// Whether they are those that the projection does not have.
    pub(crate) is_tail: bool,
}

/// Where the facts of one execution are read.
pub(crate) struct Past {
    projection: Arc<dyn Projection>,
    id: ExecutionId,
    /// What was read and not given out.
    read: VecDeque<Piece>,
    /// Facts that were read by somebody else.
    given: Option<Vec<Bytes>>,
    /// The fact with which reading goes on; `None` at the projection's end.
    next: Option<u64>,
    /// How many facts the projection has, as far as its reader is concerned.
    upto: u64,
    /// The facts after those.
    tail: Vec<Bytes>,
}

impl Past {
    /// The facts from number `from` on: those before `upto` from the projection, then `tail`, which
    /// begins with number `upto`.
    pub(crate) fn new(
        projection: Arc<dyn Projection>,
        id: ExecutionId,
        (from, upto): (u64, u64),
        mut tail: Vec<Bytes>,
    ) -> Self {
        // A snapshot may be ahead of what its owner knows to be in the projection.
        let known = usize::try_from(from.saturating_sub(upto)).unwrap_or(usize::MAX);
        tail.drain(..known.min(tail.len()));
        Self {
            projection,
            id,
            read: VecDeque::new(),
            given: None,
            next: (from < upto).then_some(from),
            upto,
            tail,
        }
    }

    /// The facts of these chunks, which are all that the projection has, then `tail`.
    pub(crate) fn of(
        projection: Arc<dyn Projection>,
        id: ExecutionId,
        chunks: Vec<Chunk>,
        tail: Vec<Bytes>,
    ) -> Result<Self> {
        let mut past = Self::new(projection, id, (u64::MAX, u64::MAX), tail);
        let (mut facts, mut next) = (Vec::new(), 0);
        for chunk in chunks {
            next = past.take(&mut facts, next, chunk)?;
        }
        past.given = Some(facts);
        Ok(past)
    }

    /// Some facts that follow those given before; `None` when there are no more. `run` is told what
    /// it has to know before it meets them. May be dropped, and called again.
    ///
    /// # Errors
    /// `Corrupt`: what is stored cannot be read. `Unavailable`: ask again later.
    pub(crate) async fn next(&mut self, run: &mut Run) -> Result<Option<Piece>> {
        while self.read.len() < 2 {
            let Some(piece) = self.read_on().await? else {
                break;
            };
            foresee(self.id, run, &piece.facts)?;
            self.read.push_back(piece);
        }
        Ok(self.read.pop_front())
    }

    async fn read_on(&mut self) -> Result<Option<Piece>> {
        if let Some(facts) = self.given.take() {
            let is_tail = false;
            return Ok(Some(Piece { facts, is_tail }));
        }
        if let Some(from) = self.next {
            let chunks = self
                .projection
                .chunks(self.id, from, READ_BYTES_MAX)
                .await?;
            let mut facts = Vec::new();
            let mut next = from;
            for chunk in chunks {
                next = self.take(&mut facts, next, chunk)?;
            }
            self.next = (next > from && next < self.upto).then_some(next);
            if !facts.is_empty() {
                let is_tail = false;
                return Ok(Some(Piece { facts, is_tail }));
            }
        }
        let facts = std::mem::take(&mut self.tail);
        let is_tail = true;
        Ok((!facts.is_empty()).then_some(Piece { facts, is_tail }))
    }

    /// Adds the facts of a chunk from number `next` on, and gives the number after them.
    fn take(&self, facts: &mut Vec<Bytes>, next: u64, chunk: Chunk) -> Result<u64> {
        if chunk.first_fact > next {
            return Err(corrupt(
                self.id,
                &format!("its facts from {next} on are missing"),
            ));
        }
        let all = codec::split_chunk(chunk.facts).map_err(|e| corrupt(self.id, &e))?;
        let after = (chunk.first_fact + all.len() as u64).min(self.upto);
        let known = (next - chunk.first_fact) as usize;
        let count = after.saturating_sub(next) as usize;
        facts.extend(all.into_iter().skip(known).take(count));
        Ok(next.max(after))
    }
}

fn foresee(id: ExecutionId, run: &mut Run, facts: &[Bytes]) -> Result<()> {
    for fact in facts {
        if let Some(evaluation) = codec::exceeded(fact).map_err(|e| corrupt(id, &e))? {
            run.foresee(evaluation);
        }
    }
    Ok(())
}

pub(crate) fn corrupt(id: ExecutionId, why: &dyn std::fmt::Display) -> steploom_types::Error {
    StoreError::Corrupt(format!("execution {id}: {why}")).into()
}
