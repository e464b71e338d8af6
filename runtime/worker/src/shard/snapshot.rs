//! Snapshots of executions: when one is due, and what it holds.
//!
//! A snapshot is a short cut. One that cannot be read, or that another release made, is passed over,
//! and the facts tell the same. One is due when the facts since the last outweigh it twice, so that
//! all of them together cost no more than a multiple of the facts, however long an execution runs.

use std::collections::{BTreeMap, BTreeSet};

use bytes::Bytes;
use prost::Message;
use steploom_machine::{ActionId, Run};
use steploom_store::projection::Snapshot;
use steploom_types::{Digest, ExecutionId, Json, Kind, Result, Timestamp};

use crate::payload::{self, Kept};
use crate::shared::Shared;

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
    /// Digests of what the run only names: objects of the execution.
    #[prost(bytes = "bytes", repeated, tag = "4")]
    parts: Vec<Bytes>,
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

    /// A snapshot after `facts` facts, if one is due; and what has to be objects before it is written.
    pub(super) fn take(
        &mut self,
        run: &Run,
        beside: &Beside,
        facts: u64,
    ) -> Option<(Snapshot, Vec<Json>)> {
        if !self.is_due() || run.outcome().is_some() {
            return None;
        }
        let (run_bytes, parts) = run.snapshot_in_parts()?;
        let digest = |part: &Json| Bytes::copy_from_slice(part.digest().as_bytes());
        let body = Body {
            run: run_bytes.into(),
            taken: beside.taken.iter().map(|action| action.0).collect(),
            newest_at: beside.newest_at.map(Timestamp::as_millis),
            parts: parts.iter().map(digest).collect(),
        };
        let body = body.encode_to_vec();
        *self = Self {
            facts_bytes: 0,
            bytes: body.len(),
        };
        let snapshot = Snapshot {
            facts,
            events: run.event_count(),
            body: body.into(),
        };
        Some((snapshot, parts))
    }
}

/// What a snapshot holds.
pub(crate) struct Restored {
    pub(crate) run: Run,
    pub(crate) beside: Beside,
    /// What the snapshot only names.
    pub(crate) kept: Kept,
}

/// What an execution's snapshot holds; `None` if this release cannot use it.
///
/// # Errors
/// `Unavailable`: ask again later.
pub(crate) async fn restore(
    shared: &Shared,
    id: ExecutionId,
    snapshot: &Snapshot,
) -> Result<Option<Restored>> {
    let Ok(body) = Body::decode(snapshot.body.clone()) else {
        return Ok(None);
    };
    // One that was redriven may follow another definition than its row says.
    let Some(definition) = Run::snapshot_definition(&body.run) else {
        return Ok(None);
    };
    let machine = shared.definitions.get(definition).await?;
    let (mut parts, mut kept) = (BTreeMap::new(), Kept::default());
    for digest in body.parts {
        let Ok(digest) = <[u8; 32]>::try_from(&digest[..]).map(Digest::from_bytes) else {
            return Ok(None);
        };
        match payload::load(&shared.artifacts, id, digest).await {
            Ok(part) => parts.insert(digest, part),
            Err(error) if error.kind == Kind::Corrupt => {
                tracing::warn!(execution = %id, %error, "a snapshot is passed over");
                return Ok(None);
            }
            Err(error) => return Err(error),
        };
        kept.insert(digest);
    }
    let run = Run::restore_of_parts(machine, &body.run, &parts);
    let run = run.filter(|run| run.event_count() == snapshot.events);
    let beside = Beside {
        taken: body.taken.into_iter().map(ActionId).collect(),
        newest_at: body.newest_at.map(Timestamp::from_millis),
    };
    Ok(run.map(|run| Restored { run, beside, kept }))
}
