//! Group commit: one committer for a database gathers the records of all its shards into one
//! transaction.
//!
//! There is no timer. It writes whatever has gathered while the last write ran, so batches grow by
//! themselves under load and a lone fact waits for nobody. Each shard has at most one record under
//! way, so a batch never holds two of one shard.

use std::sync::Arc;

use steploom_probe::{Bug, CrashPoint, Mark, crash_point, is_planted, mark};
use steploom_store::journal::{Append, Appended};
use steploom_store::{Error, Journal};
use tokio::sync::{mpsc, oneshot};

use crate::metrics::Metrics;

/// Records that wait for the committer: one a shard, so this many shards are no problem.
const QUEUE_MAX: usize = 4096;

/// What became of a record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Committed {
    /// It is durable.
    Done,
    /// It is not, or nobody knows: the shard must be dropped and loaded again.
    Lost,
}

struct Submission {
    append: Append,
    done: oneshot::Sender<Committed>,
}

/// Hands records to the committer. Clones share it; it ends when all are dropped.
#[derive(Clone)]
pub(crate) struct Committer(mpsc::Sender<Submission>);

impl Committer {
    /// Starts the committer of a journal.
    pub(crate) fn start(journal: Arc<dyn Journal>, metrics: Arc<Metrics>) -> Self {
        let (sender, receiver) = mpsc::channel(QUEUE_MAX);
        tokio::spawn(run(journal, metrics, receiver));
        Self(sender)
    }

    /// Hands a record over. What is received is whether it became durable; an error there means the
    /// same as [`Committed::Lost`]. Dropping the receiver does not take the record back.
    pub(crate) fn submit(&self, append: Append) -> oneshot::Receiver<Committed> {
        let (done, committed) = oneshot::channel();
        // Each shard has one record under way, so the queue is never full; if it were, or the
        // committer were gone, `done` is dropped here and the receiver says so.
        let _ = self.0.try_send(Submission { append, done });
        committed
    }
}

async fn run(
    journal: Arc<dyn Journal>,
    metrics: Arc<Metrics>,
    mut receiver: mpsc::Receiver<Submission>,
) {
    let mut waiting = Vec::new();
    while receiver.recv_many(&mut waiting, QUEUE_MAX).await > 0 {
        let (batch, answers): (Vec<_>, Vec<_>) =
            waiting.drain(..).map(|s| (s.append, s.done)).unzip();
        let timer = metrics.commit_seconds.start_timer();
        crash_point(CrashPoint::BeforeAppend);
        let mut result = journal.append(&batch).await;
        crash_point(CrashPoint::AfterAppend);
        if is_planted(Bug::DoubleCommit) && result.is_err() {
            result = again(&journal, &batch).await;
        }
        timer.observe_duration();
        metrics.commits.inc();
        answer(result, answers);
        // The shards that were answered go first: what they have to say next goes into one commit,
        // not each into one of its own.
        tokio::task::yield_now().await;
    }
}

/// Writes what may have been written, once more behind itself: a bug, see [`Bug::DoubleCommit`].
async fn again(journal: &Arc<dyn Journal>, batch: &[Append]) -> Result<Vec<Appended>, Error> {
    let behind = |append: &Append| Append {
        lsn: append.lsn.next(),
        ..append.clone()
    };
    let behind: Vec<_> = batch.iter().map(behind).collect();
    journal.append(&behind).await
}

fn answer(result: Result<Vec<Appended>, Error>, answers: Vec<oneshot::Sender<Committed>>) {
    match result {
        Ok(appended) => {
            for (answer, appended) in answers.into_iter().zip(appended) {
                let committed = match appended {
                    Appended::Done => Committed::Done,
                    Appended::Fenced if is_planted(Bug::NoFence) => Committed::Done,
                    Appended::Fenced => {
                        mark(Mark::CommitFenced);
                        Committed::Lost
                    }
                };
                // A shard that has gone away needs no answer.
                let _ = answer.send(committed);
            }
        }
        Err(error) => {
            mark(Mark::CommitLost);
            tracing::error!(%error, shards = answers.len(), "a commit failed; its shards are loaded again");
            for answer in answers {
                let _ = answer.send(Committed::Lost);
            }
        }
    }
}
