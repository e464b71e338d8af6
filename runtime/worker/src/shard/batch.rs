//! Facts that gather for the next commit, and what to do once they are durable.

use bytes::{Bytes, BytesMut};
use steploom_machine::Fact;
use steploom_probe::{Mark, mark};
use steploom_types::ExecutionId;
use tokio::sync::oneshot;

use super::attempt::Heard;
use super::control::{Controlled, ended};
use super::hot::Hot;
use super::owned::Owned;
use super::start::Admitted;
use crate::activities::ActivityTask;
use crate::codec;
use crate::payload::Kept;

/// One fact with its bytes.
pub(super) struct Entry {
    pub(super) id: ExecutionId,
    pub(super) fact: Fact,
    pub(super) encoded: Bytes,
    /// Its payloads that are objects.
    pub(super) kept: Kept,
    /// With a `Started` fact: what the new execution needs, and who waits for it.
    pub(super) admitted: Option<Admitted>,
    /// Who waits for this fact to be durable.
    pub(super) after: Option<After>,
}

/// Who waits for a fact to be durable.
pub(super) enum After {
    /// Whoever has a task's token.
    Heard(oneshot::Sender<Heard>),
    /// The worker that is given this task.
    Taken(oneshot::Sender<Option<ActivityTask>>, ActivityTask),
    /// Whoever wanted something of the execution.
    Controlled(Controlled),
}

impl After {
    /// Tells them. Those who have gone away are not missed: a token's owner asks again, and a task that
    /// was taken by nobody times out.
    pub(super) fn tell(self, hot: Option<&Hot>) {
        match self {
            Self::Controlled(reply) => drop(reply.send(hot.map(|hot| Ok(hot.execution())))),
            Self::Heard(reply) => drop(reply.send(Heard::Done)),
            Self::Taken(reply, task) => drop(reply.send(Some(task))),
        }
    }

    /// Tells them that what they want came too late: something else of the same commit was first.
    pub(super) fn tell_late(self, hot: Option<&Hot>) {
        mark(Mark::FactLate);
        match self {
            Self::Controlled(reply) => {
                drop(reply.send(hot.map(|hot| Err(ended(&hot.execution())))));
            }
            Self::Heard(reply) => drop(reply.send(Heard::Over)),
            Self::Taken(reply, _) => drop(reply.send(None)),
        }
    }
}

/// The facts of one commit.
#[derive(Default)]
pub(super) struct Batch {
    pub(super) entries: Vec<Entry>,
    body: BytesMut,
}

impl Batch {
    pub(super) fn push(
        &mut self,
        id: ExecutionId,
        (fact, kept): (Fact, Kept),
        admitted: Option<Admitted>,
        after: Option<After>,
    ) {
        let encoded = codec::encode(&fact, &kept);
        codec::push_to_record(&mut self.body, id, &encoded);
        self.entries.push(Entry {
            id,
            fact,
            encoded,
            kept,
            admitted,
            after,
        });
    }

    pub(super) fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// Bytes of the record so far.
    pub(super) fn body_bytes(&self) -> usize {
        self.body.len()
    }

    /// The record's body; the entries stay.
    pub(super) fn take_body(&mut self) -> Bytes {
        self.body.split().freeze()
    }
}

impl Owned {
    /// Adds a fact of an execution to the next commit. Its time is not before that of any other: the
    /// clock of this node may be behind that of the one which had the execution before.
    pub(super) fn push(&mut self, id: ExecutionId, fact: Fact) {
        self.add(id, (fact, Kept::default()), None);
    }

    /// The same with a fact of whose payloads some are objects.
    pub(super) fn push_kept(&mut self, id: ExecutionId, fact: (Fact, Kept)) {
        self.add(id, fact, None);
    }

    /// The same with a fact for which somebody waits.
    pub(super) fn push_then(&mut self, id: ExecutionId, fact: (Fact, Kept), after: After) {
        self.add(id, fact, Some(after));
    }

    fn add(&mut self, id: ExecutionId, (mut fact, kept): (Fact, Kept), after: Option<After>) {
        if let Some(hot) = self.hot.get_mut(&id) {
            fact.not_before(hot.reach(fact.at()));
        }
        self.pending.push(id, (fact, kept), None, after);
    }
}
