//! Facts that gather for the next commit, and what to do once they are durable.

use bytes::{Bytes, BytesMut};
use steploom_machine::Fact;
use steploom_types::ExecutionId;

use super::start::Admitted;
use crate::codec;

/// One fact with its bytes.
pub(super) struct Entry {
    pub(super) id: ExecutionId,
    pub(super) fact: Fact,
    pub(super) encoded: Bytes,
    /// With a `Started` fact: what the new execution needs, and who waits for it.
    pub(super) admitted: Option<Admitted>,
}

/// The facts of one commit.
#[derive(Default)]
pub(super) struct Batch {
    pub(super) entries: Vec<Entry>,
    body: BytesMut,
}

impl Batch {
    pub(super) fn push(&mut self, id: ExecutionId, fact: Fact, admitted: Option<Admitted>) {
        let encoded = codec::encode(&fact);
        codec::push_to_record(&mut self.body, id, &encoded);
        self.entries.push(Entry {
            id,
            fact,
            encoded,
            admitted,
        });
    }

    pub(super) fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// The record's body; the entries stay.
    pub(super) fn take_body(&mut self) -> Bytes {
        self.body.split().freeze()
    }
}
