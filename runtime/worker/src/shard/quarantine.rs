//! Executions that are set aside, each alone: one whose facts are damaged, that this release cannot
//! fold, or that panics. Nothing of it is lost: facts that the projection does not have yet are
//! written there as they are, and it shows as `QUARANTINED`, with why, until somebody releases it.

use bytes::{Bytes, BytesMut};
use steploom_api::wire;
use steploom_machine::Fact;
use steploom_store::projection::{Change, Chunk, Row, Sleep, Status};
use steploom_types::{AccountId, Error, ExecutionId};
use tokio::sync::oneshot;

use super::hot::Hot;
use super::owned::Owned;
use super::park;
use crate::payload::Kept;
use crate::{
    codec,
    view::{self, Stands},
};

/// The error that a quarantined execution shows.
const ERROR: &str = "Execution.Quarantined";

/// The number that facts get whose place is not known, as those before them cannot be read: after
/// all others.
const FIRST_FACT_UNKNOWN: u64 = 1 << 48;

/// One that is set aside, until the projection has it so.
pub(super) struct Aside {
    row: Row,
    first_fact: u64,
    first_event: u64,
    /// Facts that the projection does not have, as a chunk.
    facts: BytesMut,
    count: u64,
    is_written: bool,
}

impl Aside {
    /// One that could not be brought to memory. `None` if there is nothing that could be set aside.
    /// The first of `tail` has the number `first_fact`, if that is known.
    pub(super) fn of(
        row: Option<Row>,
        tail: &[Bytes],
        first_fact: Option<u64>,
        why: &Error,
    ) -> Option<Self> {
        let row = row.or_else(|| of_start(tail.first()?))?;
        let why = why.detail.as_deref().unwrap_or(&why.message);
        let first_fact = first_fact.unwrap_or(FIRST_FACT_UNKNOWN);
        let mut aside = Self::new(row, why, (first_fact, 0));
        for fact in tail {
            aside.push(fact);
        }
        Some(aside)
    }

    /// One that cannot go on.
    pub(super) fn of_hot(hot: &mut Hot, why: &str) -> Self {
        let chunk = hot.take_facts();
        let row = view::row(hot.started(), Stands::default(), hot.kept());
        let mut aside = Self::new(row, why, (chunk.first_fact, chunk.first_event));
        aside.facts.extend_from_slice(&chunk.facts);
        aside
    }

    fn new(row: Row, why: &str, (first_fact, first_event): (u64, u64)) -> Self {
        let row = Row {
            status: Status::Quarantined,
            error: Some(ERROR.to_owned()),
            cause: Some(why.to_owned()),
            ..row
        };
        tracing::error!(execution = %row.id, why, "an execution is set aside");
        Self {
            row,
            first_fact,
            first_event,
            facts: BytesMut::new(),
            count: 0,
            is_written: false,
        }
    }

    /// One more fact of it is durable.
    pub(super) fn push(&mut self, encoded: &[u8]) {
        codec::push_to_chunk(&mut self.facts, encoded);
        self.count += 1;
        self.is_written = false;
    }

    /// What a checkpoint writes of it.
    pub(super) fn change(&mut self) -> Change {
        self.is_written = true;
        let chunk = Chunk {
            first_fact: self.first_fact,
            first_event: self.first_event,
            facts: self.facts.split().freeze(),
        };
        self.first_fact += std::mem::take(&mut self.count);
        Change {
            row: self.row.clone(),
            chunk,
            sleep: Sleep::Called,
            offers: Vec::new(),
            snapshot: None,
        }
    }
}

/// The row of an execution that begins with this fact.
fn of_start(first: &Bytes) -> Option<Row> {
    let Fact::Started(started) = codec::glance(first).ok()? else {
        return None;
    };
    // As it is written: it may be the very thing that cannot be read.
    let input = codec::read(first).ok()?.payload()?.to_owned().into();
    let row = view::row(&started, Stands::default(), &Kept::default());
    Some(Row { input, ..row })
}

impl Owned {
    /// Sets an execution aside, whether it is in memory or could not be brought there.
    pub(super) fn set_aside(&mut self, id: ExecutionId, aside: Aside) {
        if let Some(hot) = self.hot.remove(&id) {
            self.forget(id, hot, park::Leave::Aside);
        }
        self.shared.metrics.moves.quarantined.inc();
        self.aside.insert(id, aside);
        self.checkpoints.touch(id);
    }

    /// It cannot go on.
    pub(super) fn give_up(&mut self, id: ExecutionId, why: &str) {
        if let Some(hot) = self.hot.get_mut(&id) {
            let aside = Aside::of_hot(hot, why);
            self.set_aside(id, aside);
        }
    }

    /// Somebody wants one back that was set aside: if it is here, it is answered when the projection
    /// has it so.
    pub(super) fn release(
        &mut self,
        account: AccountId,
        id: ExecutionId,
        reply: oneshot::Sender<Option<wire::Execution>>,
    ) {
        let is_touched = self.checkpoints.is_touched(id);
        match self.find_mut(account, id) {
            Some(hot) if is_touched || !hot.is_checkpointed() => {
                self.releases.entry(id).or_default().push(reply);
            }
            found => {
                // A caller that has gone away asks again.
                let _ = reply.send(found.map(|hot| hot.execution()));
            }
        }
    }

    /// A checkpoint has written it as it is, unless facts came meanwhile.
    pub(super) fn aside_checkpointed(&mut self, id: ExecutionId) {
        if self.aside.get(&id).is_some_and(|aside| aside.is_written) {
            self.aside.remove(&id);
        }
    }
}
