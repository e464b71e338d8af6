//! Checkpoints: what happened since the last one goes to the projection, in one batch, while the
//! shard goes on.
//!
//! A checkpoint is taken between two commits, so it holds exactly the facts of the journal up to its
//! lsn. Ended executions leave memory once they are in the projection.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use steploom_probe::{Bug, CrashPoint, Mark, crash_point, is_planted, mark};
use steploom_store::Error;
use steploom_store::journal::Lsn;
use steploom_store::lease::Lease;
use steploom_store::projection::Change;
use steploom_types::{ExecutionId, Json, limits};
use tokio::sync::oneshot;
use tokio::time::Instant;

use super::owned::Owned;
use crate::payload::{self, Kept};
use crate::shared::Shared;

/// How far lists may lag: the longest that a change waits for its checkpoint to begin.
const AGE_MAX: Duration = Duration::from_millis(500);

/// Journal of one shard after which a checkpoint is due at once.
const BYTES_MAX: usize = limits::JOURNAL_TAIL_BYTES_MAX / limits::SHARDS as usize / 2;

/// Journal of one shard that may gather while a checkpoint is being written.
const BEHIND_BYTES_MAX: usize = 4 * BYTES_MAX;

/// The same for executions with something that is not in the projection: each is in memory.
const BEHIND_EXECUTIONS_MAX: usize = limits::EXECUTIONS_AHEAD_MAX / limits::SHARDS as usize;

/// Between two tries when the projection does not answer.
const RETRY: Duration = Duration::from_millis(200);

#[derive(Default)]
pub(super) struct Checkpoints {
    /// Executions with facts that the projection does not have.
    touched: BTreeSet<ExecutionId>,
    /// Since when there have been such facts.
    since: Option<Instant>,
    bytes: usize,
    running: Option<Running>,
}

struct Running {
    written: Vec<ExecutionId>,
    done: oneshot::Receiver<Written>,
}

/// What became of a checkpoint: payloads that have become objects by it, or that the shard is lost.
pub(super) type Written = Option<Vec<(ExecutionId, Kept)>>;

impl Checkpoints {
    /// An execution has new facts.
    pub(super) fn touch(&mut self, id: ExecutionId) {
        self.touched.insert(id);
        self.since.get_or_insert_with(Instant::now);
    }

    pub(super) fn is_touched(&self, id: ExecutionId) -> bool {
        self.touched.contains(&id)
    }

    /// Whether so much has come, while one is under way or held back by what is being loaded, that no
    /// more is taken on.
    pub(super) fn is_behind(&self, is_held_back: bool) -> bool {
        let is_much = self.bytes >= BEHIND_BYTES_MAX || self.touched.len() >= BEHIND_EXECUTIONS_MAX;
        (self.running.is_some() || is_held_back) && is_much
    }

    pub(super) fn count_bytes(&mut self, bytes: usize) {
        self.bytes += bytes;
    }

    pub(super) fn running(&mut self) -> Option<&mut oneshot::Receiver<Written>> {
        self.running.as_mut().map(|running| &mut running.done)
    }

    /// When the next one is due; `None` while one runs or nothing has changed.
    pub(super) fn due_in(&self) -> Option<Duration> {
        let since = self.since.filter(|_| self.running.is_none())?;
        Some(if self.bytes >= BYTES_MAX {
            Duration::ZERO
        } else {
            AGE_MAX.saturating_sub(since.elapsed())
        })
    }
}

impl Owned {
    /// Whether a checkpoint may be written now: it must hold all facts of the journal, and reasons
    /// to stop somebody else are to be found there until they were followed.
    pub(super) fn may_checkpoint(&self) -> bool {
        self.unsettled == 0 && !self.loads.holds_back_checkpoints()
    }

    /// Begins a checkpoint if one is due.
    pub(super) fn begin_checkpoint(&mut self) {
        let due = self.checkpoints.due_in().filter(|_| self.may_checkpoint());
        if due.is_some_and(|due| due.is_zero()) {
            self.checkpoint_now();
        } else if !self.may_checkpoint() {
            mark(Mark::CheckpointHeld);
        }
    }

    fn checkpoint_now(&mut self) {
        let written: Vec<_> = std::mem::take(&mut self.checkpoints.touched)
            .into_iter()
            .collect();
        let mut changes: Vec<_> = written
            .iter()
            .filter_map(|id| match self.hot.get_mut(id) {
                Some(hot) => Some(hot.change()),
                None => Some((self.aside.get_mut(id)?.change(), Vec::new())),
            })
            .collect();
        if is_planted(Bug::CheckpointSkips) {
            changes.pop();
        }
        (self.checkpoints.since, self.checkpoints.bytes) = (None, 0);
        let (sender, done) = oneshot::channel();
        let (shared, lease, upto) = (self.shared.clone(), self.lease, self.lsn);
        tokio::spawn(async move {
            let _ = sender.send(write(&shared, lease, upto, changes).await);
        });
        self.checkpoints.running = Some(Running { written, done });
    }

    /// A checkpoint has ended. Whether to go on.
    pub(super) fn checkpointed(&mut self, written: Written) -> bool {
        let running = self.checkpoints.running.take();
        let Some(kept) = written else {
            return false;
        };
        let Some(running) = running else {
            return true;
        };
        for (id, kept) in kept {
            if let Some(hot) = self.hot.get_mut(&id) {
                hot.keep(kept);
            }
        }
        for id in &running.written {
            let Some(waiting) = self.releases.remove(id) else {
                continue;
            };
            let released = self.hot.get(id).map(|hot| hot.execution());
            for reply in waiting {
                // A caller that has gone away asks again.
                let _ = reply.send(released.clone());
            }
        }
        self.leave(running.written);
        true
    }

    /// Writes everything that is left. Whether that went well.
    pub(super) async fn finish_checkpoints(&mut self) -> bool {
        loop {
            if let Some(running) = &mut self.checkpoints.running {
                let written = (&mut running.done).await.unwrap_or(None);
                if !self.checkpointed(written) {
                    return false;
                }
            }
            if self.checkpoints.touched.is_empty() {
                return true;
            }
            self.checkpoint_now();
        }
    }
}

/// Makes objects of what is large in rows, and of what snapshots name.
async fn with_objects(
    shared: &Shared,
    changes: Vec<(Change, Vec<Json>)>,
) -> (Vec<Change>, Vec<(ExecutionId, Kept)>) {
    let mut written = Vec::new();
    let mut whole = Vec::with_capacity(changes.len());
    for (mut change, parts) in changes {
        let id = change.row.id;
        let mut kept = payload::keep_in_row(&shared.artifacts, &mut change.row).await;
        match payload::keep_all(&shared.artifacts, id, parts.iter()).await {
            Ok(parts) => kept.add(parts),
            Err(error) => {
                // It is a short cut only.
                tracing::warn!(execution = %id, %error, "a snapshot is left out");
                change.snapshot = None;
            }
        }
        if kept != Kept::default() {
            written.push((id, kept));
        }
        whole.push(change);
    }
    (whole, written)
}

/// Writes a checkpoint, however long the projection is away; `None` when the shard has another owner.
async fn write(
    shared: &Arc<Shared>,
    lease: Lease,
    upto: Lsn,
    changes: Vec<(Change, Vec<Json>)>,
) -> Written {
    let timer = shared.metrics.checkpoint_seconds.start_timer();
    let store = &shared.store;
    let (changes, written) = with_objects(shared, changes).await;
    crash_point(CrashPoint::BeforeCheckpoint);
    loop {
        match store
            .projection
            .checkpoint(lease.shard, lease.epoch, upto, &changes)
            .await
        {
            Ok(()) => break,
            Err(error @ Error::Fenced { .. }) => {
                mark(Mark::CheckpointFenced);
                tracing::warn!(shard = %lease.shard, %error, "a checkpoint came too late");
                return None;
            }
            Err(error) => {
                mark(Mark::CheckpointAgain);
                tracing::error!(shard = %lease.shard, %error, "a checkpoint failed; trying again");
                tokio::time::sleep(RETRY).await;
            }
        }
    }
    crash_point(CrashPoint::AfterCheckpoint);
    timer.observe_duration();
    shared.metrics.checkpoints.inc();
    let upto = if is_planted(Bug::TrimEarly) {
        upto.next()
    } else {
        upto
    };
    if let Err(error) = store.journal.trim(lease.shard, upto).await {
        mark(Mark::TrimFailed);
        // The journal is only longer than it needs to be; the next checkpoint trims it.
        tracing::warn!(shard = %lease.shard, %error, "the journal was not trimmed");
    }
    crash_point(CrashPoint::AfterTrim);
    Some(written)
}
