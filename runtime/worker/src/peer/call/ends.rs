//! Waiting for the ends of executions at another node, many in one request.

use std::time::Duration;

use futures::StreamExt;
use futures::stream::FuturesUnordered;
use serde::{Deserialize, Serialize};
use steploom_api::wire;
use steploom_types::{AccountId, ExecutionId, Result, limits};
use tokio::time::{Instant, timeout_at};

use super::NodeCall;
use crate::port::Port;

/// Once one has ended, how long others are waited for that end at about the same time: an answer is
/// dearer than that.
const GATHER: Duration = Duration::from_millis(5);

/// Waits until one of these has ended, and tells of all that have.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Ended {
    pub(crate) of: Vec<(AccountId, ExecutionId)>,
}

/// How one of them stands.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) enum End {
    /// It has ended.
    Ended(Box<wire::Execution>),
    /// There is none.
    Absent,
    /// Somebody else owns it, or nobody just now.
    Elsewhere,
}

impl NodeCall for Ended {
    const NAME: &'static str = "ended";
    const WAIT_MS: u64 = limits::peer::WAIT_MS_MAX;
    const HANGS: bool = true;
    /// Those of which there is something to say, by their place in the request; the others go on.
    type Answer = Vec<(usize, End)>;

    async fn run(&self, port: &Port) -> Result<Self::Answer> {
        let mut waiting: FuturesUnordered<_> =
            self.of
                .iter()
                .enumerate()
                .map(|(place, (account, id))| async move {
                    (place, port.ended_here(*account, *id).await)
                })
                .collect();
        let mut told = Vec::new();
        let mut until = Instant::now() + Duration::from_millis(Self::WAIT_MS);
        while let Ok(Some((place, ended))) = timeout_at(until, waiting.next()).await {
            if told.is_empty() {
                until = Instant::now() + GATHER;
            }
            let end = match ended {
                Ok(found) => End::of(found),
                Err(error) => {
                    tracing::debug!(%error, "an end cannot be told");
                    End::Elsewhere
                }
            };
            told.push((place, end));
        }
        Ok(told)
    }
}

impl End {
    /// What an owner found.
    pub(crate) fn of(found: Option<wire::Execution>) -> Self {
        match found {
            Some(execution) if !execution.summary.status.is_open() => {
                Self::Ended(Box::new(execution))
            }
            Some(_) => Self::Elsewhere,
            None => Self::Absent,
        }
    }
}
