//! The task that gathers lines and writes segments.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use steploom_artifacts::Artifacts;
use steploom_types::AccountId;
use tokio::sync::mpsc;
use tokio::time::{Instant, MissedTickBehavior, interval};

use super::{Command, Lines, Of, segment};
use crate::Clock;

/// How long a line waits at the most: what a crash can lose.
const FLUSH_EVERY: Duration = Duration::from_secs(1);

/// Bytes that gather at the most before they are written at once.
const GATHERED_BYTES_MAX: usize = 8 * 1024 * 1024;

/// How often old segments are looked for.
const SWEEP_EVERY: Duration = Duration::from_hours(1);

type Gathered = BTreeMap<(AccountId, Of, String), Vec<u8>>;

struct Writer {
    artifacts: Arc<Artifacts>,
    clock: Arc<dyn Clock>,
    node: String,
    gathered: Gathered,
    bytes: usize,
    number: u64,
}

pub(super) async fn run(
    artifacts: Arc<Artifacts>,
    clock: Arc<dyn Clock>,
    node: String,
    keep_days: u32,
    mut commands: mpsc::Receiver<Command>,
) {
    let mut writer = Writer {
        artifacts,
        clock,
        node,
        gathered: BTreeMap::new(),
        bytes: 0,
        number: 0,
    };
    let mut flush = interval(FLUSH_EVERY);
    flush.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut sweep = tokio::time::interval_at(Instant::now() + FLUSH_EVERY, SWEEP_EVERY);
    loop {
        tokio::select! {
            biased;
            _ = flush.tick(), if writer.bytes > 0 => writer.flush().await,
            _ = sweep.tick() => writer.sweep(keep_days).await,
            command = commands.recv() => match command {
                Some(Command::Keep(lines)) => {
                    writer.gather(&lines);
                    if writer.bytes >= GATHERED_BYTES_MAX {
                        writer.flush().await;
                    }
                }
                Some(Command::Flush(done)) => {
                    writer.flush().await;
                    // Whoever asked may have gone away.
                    let _ = done.send(());
                }
                None => return writer.flush().await,
            },
        }
    }
}

impl Writer {
    fn gather(&mut self, lines: &Lines) {
        for line in &lines.items {
            let key = (
                lines.account,
                lines.of.clone(),
                segment::hour(line.timestamp),
            );
            let text = self.gathered.entry(key).or_default();
            let before = text.len();
            if serde_json::to_writer(&mut *text, line).is_ok() {
                text.push(b'\n');
            }
            self.bytes += text.len() - before;
        }
    }

    async fn flush(&mut self) {
        self.bytes = 0;
        for ((account, of, hour), text) in std::mem::take(&mut self.gathered) {
            self.number += 1;
            let key = segment::key(
                account,
                &of,
                &hour,
                self.clock.now(),
                &self.node,
                self.number,
            );
            if let Err(error) = self.artifacts.put(&key, Bytes::from(text)).await {
                tracing::error!(%error, key, "a segment of logs was not written; its lines are lost");
            }
        }
    }

    /// Deletes segments that are older than they are kept.
    async fn sweep(&self, keep_days: u32) {
        let keep_ms = i64::from(keep_days) * 24 * 3600 * 1000;
        let oldest = segment::hour(steploom_types::Timestamp::from_millis(
            self.clock.now().as_millis() - keep_ms,
        ));
        let segments = match self.artifacts.list(segment::ALL).await {
            Ok(segments) => segments,
            Err(error) => return tracing::warn!(%error, "old logs were not looked for"),
        };
        for old in segments
            .iter()
            .filter(|s| segment::hour_of_key(&s.key).is_some_and(|hour| hour < oldest.as_str()))
        {
            if let Err(error) = self.artifacts.delete(&old.key).await {
                tracing::warn!(%error, key = old.key, "an old segment of logs was not deleted");
            }
        }
    }
}
