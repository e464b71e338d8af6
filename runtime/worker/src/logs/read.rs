//! Reading logs: by function or machine, from an instant on or of one invocation, in pages; and following them.

use futures::{StreamExt, stream};
use steploom_api::port::{LogStream, ReadLogs};
use steploom_api::wire::{LogLine, LogPage};
use steploom_types::{AccountId, Error, Result, Timestamp};
use tokio::sync::broadcast::error::RecvError;

use super::{Logs, Of, segment};

/// How far back to look when the caller does not say.
const SINCE_MS: i64 = 3600 * 1000;

/// Where a page ended: a segment's key and the number of its lines that were read.
struct Cursor {
    key: String,
    line: usize,
}

impl Cursor {
    fn parse(text: &str) -> Result<Self> {
        let bad = || Error::invalid("InvalidNext", "'next' is not what a page of logs gave");
        let (line, key) = text.split_once('~').ok_or_else(bad)?;
        Ok(Self {
            key: key.to_owned(),
            line: line.parse().map_err(|_| bad())?,
        })
    }

    fn print(&self) -> String {
        format!("{}~{}", self.line, self.key)
    }
}

impl Logs {
    /// A page of a function's or a machine's lines, oldest segment first.
    pub(crate) async fn read(
        &self,
        account: AccountId,
        of: &Of,
        read: ReadLogs,
    ) -> Result<LogPage> {
        self.flush().await;
        let since = match (read.since, &read.request_id) {
            (Some(since), _) => since,
            (None, Some(_)) => Timestamp::default(),
            (None, None) => Timestamp::from_millis(self.clock.now().as_millis() - SINCE_MS),
        };
        let cursor = read.next.as_deref().map(Cursor::parse).transpose()?;
        let wanted = |line: &LogLine| {
            line.timestamp >= since
                && read
                    .request_id
                    .as_ref()
                    .is_none_or(|id| *id == line.request_id)
        };
        let first_hour = segment::hour(since);
        let mut keys: Vec<_> = self
            .artifacts
            .list(&segment::folder(account, of))
            .await?
            .into_iter()
            .map(|s| s.key)
            .collect();
        keys.retain(|key| {
            segment::hour_of_key(key).is_some_and(|hour| hour >= first_hour.as_str())
        });
        keys.retain(|key| cursor.as_ref().is_none_or(|cursor| *key >= cursor.key));
        keys.sort_unstable();

        let limit = read.limit.max(1) as usize;
        let mut items = Vec::new();
        for key in keys {
            // One that a sweep has just deleted is gone.
            let Some(text) = self.artifacts.get(&key).await? else {
                continue;
            };
            let skip = cursor
                .as_ref()
                .filter(|c| c.key == key)
                .map_or(0, |c| c.line);
            for (at, line) in text
                .split(|byte| *byte == b'\n')
                .enumerate()
                .skip(skip)
                .filter(|(_, line)| !line.is_empty())
            {
                let Ok(line) = serde_json::from_slice::<LogLine>(line) else {
                    tracing::warn!(key, line = at, "a line of a segment of logs cannot be read");
                    continue;
                };
                if wanted(&line) {
                    if items.len() == limit {
                        return Ok(LogPage {
                            items,
                            next: Some(Cursor { key, line: at }.print()),
                        });
                    }
                    items.push(line);
                }
            }
        }
        Ok(LogPage { items, next: None })
    }

    /// A function's or a machine's lines from now on. A follower that is too slow misses lines and is told so.
    pub(crate) fn follow(&self, account: AccountId, of: Of) -> LogStream {
        let lines = stream::unfold(self.live(), |mut live| async move {
            match live.recv().await {
                Ok(lines) => Some((Ok(lines), live)),
                Err(RecvError::Lagged(missed)) => {
                    let error = Error::new(
                        steploom_types::Kind::Exhausted,
                        "LogsMissed",
                        format!(
                            "the logs of {missed} invocations or executions came too fast to follow; read them with 'logs --since'"
                        ),
                    );
                    Some((Err(error), live))
                }
                Err(RecvError::Closed) => None,
            }
        });
        let wanted = lines.flat_map(move |lines| {
            stream::iter(match lines {
                Ok(lines) if lines.account == account && lines.of == of => {
                    lines.items.iter().cloned().map(Ok).collect()
                }
                Ok(_) => Vec::new(),
                Err(error) => vec![Err(error)],
            })
        });
        Box::pin(wanted)
    }
}
