//! Logs of invocations, and of executions that have no history: kept in object storage as segments by
//! account, function or machine, and hour.
//!
//! Lines gather in memory and are written once a second, so at most a second of them is lost in a
//! crash. Reading writes what has gathered first, and so sees everything that was logged before.
//! When the object store falls behind, lines are dropped and counted; functions never wait.

mod read;
mod segment;
mod writer;

use std::fmt;
use std::sync::Arc;

use steploom_api::wire::{LogLine, LogSource};
use steploom_artifacts::Artifacts;
use steploom_call::Finished;
use steploom_store::lease::NodeId;
use steploom_types::{AccountId, Name};
use tokio::sync::{broadcast, mpsc, oneshot};

use crate::Clock;
use crate::metrics::Metrics;

/// Invocations whose lines wait for the writer.
const QUEUE_MAX: usize = 8192;

/// Lines that a follower may be behind before it misses some.
const FOLLOWER_LINES_MAX: usize = 8192;

/// Whose lines they are.
#[derive(Clone, Debug)]
pub(crate) struct Origin {
    pub(crate) account: AccountId,
    pub(crate) function: Name,
    pub(crate) request_id: Arc<str>,
    pub(crate) version: u32,
}

/// What lines are found by.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Of {
    /// Those of a function's invocations.
    Function(Name),
    /// Those of a machine's executions.
    Machine(Name),
}

/// As segments have it. No name contains a colon.
impl fmt::Display for Of {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Function(name) => fmt::Display::fmt(name, f),
            Self::Machine(name) => write!(f, "machine:{name}"),
        }
    }
}

/// What one invocation logged, or what happened in one execution.
#[derive(Clone, Debug)]
pub(crate) struct Lines {
    pub(crate) account: AccountId,
    pub(crate) of: Of,
    pub(crate) items: Vec<LogLine>,
}

enum Command {
    Keep(Arc<Lines>),
    Flush(oneshot::Sender<()>),
}

/// The logs of this node. Clones share them.
#[derive(Clone)]
pub(crate) struct Logs {
    artifacts: Arc<Artifacts>,
    clock: Arc<dyn Clock>,
    metrics: Arc<Metrics>,
    writer: mpsc::Sender<Command>,
    live: broadcast::Sender<Arc<Lines>>,
}

impl Logs {
    pub(crate) fn start(
        artifacts: Arc<Artifacts>,
        clock: Arc<dyn Clock>,
        node: &NodeId,
        keep_days: u32,
        metrics: Arc<Metrics>,
    ) -> Self {
        let (writer, commands) = mpsc::channel(QUEUE_MAX);
        tokio::spawn(writer::run(
            artifacts.clone(),
            clock.clone(),
            node.0.clone(),
            keep_days,
            commands,
        ));
        Self {
            artifacts,
            clock,
            metrics,
            writer,
            live: broadcast::Sender::new(FOLLOWER_LINES_MAX),
        }
    }

    /// Keeps what an invocation logged; and how it ended, if it logged something or failed.
    pub(crate) fn keep(&self, origin: Origin, finished: &mut Finished) {
        let entries = std::mem::take(&mut finished.logs);
        if entries.is_empty() && finished.outcome.is_ok() {
            return;
        }
        let line = |timestamp, source, message| LogLine {
            timestamp,
            request_id: origin.request_id.to_string(),
            version: origin.version,
            source,
            message,
        };
        let mut lines: Vec<_> = entries
            .into_iter()
            .map(|e| {
                line(
                    e.at,
                    if e.platform {
                        LogSource::Platform
                    } else {
                        LogSource::Function
                    },
                    e.message,
                )
            })
            .collect();
        lines.push(line(
            self.clock.now(),
            LogSource::Platform,
            report(finished),
        ));
        self.write(Lines {
            account: origin.account,
            of: Of::Function(origin.function),
            items: lines,
        });
    }

    /// Keeps lines, and tells them to who follows.
    pub(crate) fn write(&self, lines: Lines) {
        let count = lines.items.len() as u64;
        let lines = Arc::new(lines);
        match self.writer.try_send(Command::Keep(lines.clone())) {
            Ok(()) => self.metrics.log_lines.inc_by(count),
            Err(_) => self.metrics.log_lines_lost.inc_by(count),
        }
        if self.live.receiver_count() > 0 {
            // An error means that the last follower has just left.
            let _ = self.live.send(lines);
        }
    }

    /// Writes what has gathered.
    pub(crate) async fn flush(&self) {
        let (done, flushed) = oneshot::channel();
        if self.writer.send(Command::Flush(done)).await.is_ok() {
            // The writer ends only with the process.
            let _ = flushed.await;
        }
    }

    pub(crate) fn live(&self) -> broadcast::Receiver<Arc<Lines>> {
        self.live.subscribe()
    }
}

/// How an invocation ended, for its log.
fn report(finished: &Finished) -> String {
    let used = format!(
        "{:.3} ms, {} fuel, {} KiB of memory",
        finished.duration_us as f64 / 1000.0,
        finished.fuel_used,
        finished.memory_bytes / 1024
    );
    match &finished.outcome {
        Ok(_) => format!("succeeded: {used}"),
        Err(failure) => format!(
            "failed with {}: {} ({used})",
            failure.error,
            one_line(&failure.cause)
        ),
    }
}

/// A text on one line: whatever would break it, or move the cursor, becomes a space.
fn one_line(text: &str) -> String {
    text.chars()
        .map(|c| if c.is_control() { ' ' } else { c })
        .collect()
}
