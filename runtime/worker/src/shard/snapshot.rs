//! Snapshots of executions: when one is due, and what it holds.
//!
//! A snapshot is a short cut. One that cannot be read, or that another release made, is passed over,
//! and the facts tell the same. One is due when the facts since the last outweigh it twice, so that
//! all of them together cost no more than a multiple of the facts, however long an execution runs.

use std::collections::BTreeSet;

use bytes::Bytes;
use prost::Message;
use steploom_machine::{ActionId, Run};
use steploom_store::projection::Snapshot;
use steploom_types::{Result, Timestamp};

use crate::definitions::Definitions;

/// Bytes of facts that are not worth a snapshot: they are folded as quickly.
const FACTS_BYTES_MIN: usize = 256 * 1024;

/// What is kept. Numbers of fields are for ever, as those of facts.
#[derive(Clone, PartialEq, Message)]
struct Body {
    #[prost(bytes = "bytes", tag = "1")]
    run: Bytes,
    /// Tasks of activities that were given to a worker.
    #[prost(uint64, repeated, tag = "2")]
    taken: Vec<u64>,
    /// When the newest fact came about, in milliseconds since 1970.
    #[prost(int64, optional, tag = "3")]
    newest_at: Option<i64>,
}

/// What is known of an execution besides its run, from its facts.
#[derive(Default)]
pub(crate) struct Beside {
    /// Tasks of activities that were given to a worker.
    pub(super) taken: BTreeSet<ActionId>,
    /// The time of the newest fact, durable or not.
    pub(super) newest_at: Option<Timestamp>,
}

/// When the next snapshot of an execution is due.
#[derive(Default)]
pub(super) struct Snapshots {
    /// Bytes of facts since the last.
    facts_bytes: usize,
    /// Bytes of the last.
    bytes: usize,
}

impl Snapshots {
    /// Of an execution whose last snapshot has so many bytes.
    pub(super) fn after(last: &Snapshot) -> Self {
        Self {
            facts_bytes: 0,
            bytes: last.body.len(),
        }
    }

    /// A fact was applied.
    pub(super) fn count(&mut self, bytes: usize) {
        self.facts_bytes += bytes;
    }

    fn is_due(&self) -> bool {
        self.facts_bytes > FACTS_BYTES_MIN.max(2 * self.bytes)
    }

    /// A snapshot after `facts` facts, if one is due.
    pub(super) fn take(&mut self, run: &Run, beside: &Beside, facts: u64) -> Option<Snapshot> {
        if !self.is_due() || run.outcome().is_some() {
            return None;
        }
        let body = Body {
            run: run.snapshot()?.into(),
            taken: beside.taken.iter().map(|action| action.0).collect(),
            newest_at: beside.newest_at.map(Timestamp::as_millis),
        };
        let body = body.encode_to_vec();
        *self = Self {
            facts_bytes: 0,
            bytes: body.len(),
        };
        Some(Snapshot {
            facts,
            events: run.event_count(),
            body: body.into(),
        })
    }
}

/// The run that a snapshot holds, and what it has besides; `None` if this release cannot use it.
pub(crate) async fn restore(
    definitions: &Definitions,
    snapshot: &Snapshot,
) -> Result<Option<(Run, Beside)>> {
    let Ok(body) = Body::decode(snapshot.body.clone()) else {
        return Ok(None);
    };
    // One that was redriven may follow another definition than its row says.
    let Some(definition) = Run::snapshot_definition(&body.run) else {
        return Ok(None);
    };
    let machine = definitions.get(definition).await?;
    let run = Run::restore(machine, &body.run);
    let run = run.filter(|run| run.event_count() == snapshot.events);
    let beside = Beside {
        taken: body.taken.into_iter().map(ActionId).collect(),
        newest_at: body.newest_at.map(Timestamp::from_millis),
    };
    Ok(run.map(|run| (run, beside)))
}
