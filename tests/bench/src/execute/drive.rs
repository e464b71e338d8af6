//! Starts executions on a server as fast as it takes them, keeps no more than so many under way, and
//! waits until all have ended.
//!
//! The server's own counters say how many have ended: asking for each execution would be most of
//! the load. They are read every few milliseconds, over a connection of their own.

use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Result, bail, ensure};
use bytes::Bytes;
use hyper::StatusCode;
use serde_json::json;
use tokio::sync::Semaphore;
use tokio::time::sleep;

use super::Args;
use crate::invoke::EVENT;
use crate::load::Load;
use crate::metrics;
use crate::server::{NAME, Server};
use crate::stats::Samples;

/// Between two looks at the server's counters: seldom enough that showing them costs it a percent at
/// the most, often enough that what has ended is soon replaced.
const LOOK_INTERVAL: Duration = Duration::from_millis(20);
/// How long no execution may end before the benchmark gives up.
const STALL_MAX: Duration = Duration::from_secs(30);
/// How long no checkpoint may end before the server counts as idle: twice what a change waits for
/// its checkpoint at the most.
const QUIET: Duration = Duration::from_secs(1);
/// Between two looks while waiting for that.
const QUIET_LOOK_INTERVAL: Duration = Duration::from_millis(100);

/// What a server has counted since it started, or in a round.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Counts {
    /// Executions that have ended.
    pub(super) executions: f64,
    /// Those of them that have succeeded.
    pub(super) succeeded: f64,
    /// Facts that were committed.
    pub(super) facts: f64,
    /// Group commits.
    pub(super) commits: f64,
    /// Checkpoints of shards.
    pub(super) checkpoints: f64,
}

/// A round.
#[derive(Debug)]
pub(super) struct Ran {
    /// What the server counted in it.
    pub(super) counts: Counts,
    /// How long each start took to be answered.
    pub(super) starts: Samples,
    /// From the first start until the last was answered.
    pub(super) until_started: Duration,
    /// From the first start until the last execution had ended.
    pub(super) until_ended: Duration,
    /// CPU time of the server, until it was idle again.
    pub(super) cpu: Duration,
}

impl Counts {
    /// Reads the server's counters.
    pub(super) async fn read(server: &Server) -> Result<Self> {
        let text = server.metrics().await?;
        let ended = "steploom_executions_ended_total";
        Ok(Self {
            executions: metrics::sum(&text, ended),
            succeeded: metrics::sum_where(&text, ended, "status=\"succeeded\""),
            facts: metrics::sum(&text, "steploom_facts_total"),
            commits: metrics::sum(&text, "steploom_commits_total"),
            checkpoints: metrics::sum(&text, "steploom_checkpoints_total"),
        })
    }

    fn since(&self, before: &Self) -> Self {
        Self {
            executions: self.executions - before.executions,
            succeeded: self.succeeded - before.succeeded,
            facts: self.facts - before.facts,
            commits: self.commits - before.commits,
            checkpoints: self.checkpoints - before.checkpoints,
        }
    }
}

/// Starts executions of [`NAME`] on a server.
pub(super) struct Driver<'a> {
    server: &'a Server,
    load: Load,
    connections: usize,
    in_flight: usize,
}

impl<'a> Driver<'a> {
    pub(super) fn new(server: &'a Server, args: &Args) -> Self {
        // The event is JSON already, so the text is put together as text.
        let body = format!("{{\"machine\":{},\"input\":{EVENT}}}", json!(NAME));
        Self {
            server,
            load: Load {
                address: server.address(),
                path: "/v1/executions",
                target: None,
                body: Bytes::from(body),
                status: StatusCode::CREATED,
            },
            connections: usize::from(args.connections),
            in_flight: usize::from(args.in_flight),
        }
    }

    /// Starts executions for `duration`, waits until all have ended and the server is idle.
    ///
    /// # Errors
    /// When a start is refused, an execution fails, or none ends for a long time.
    pub(super) async fn run(&self, duration: Duration) -> Result<Ran> {
        let before = Counts::read(self.server).await?;
        let cpu = self.server.cpu()?;
        let gate = Arc::new(Semaphore::new(self.in_flight));
        let begun = Instant::now();
        let mut followed = Followed::new(&before);
        let load = self.load.run(self.connections, duration, Some(&gate));
        tokio::pin!(load);
        let ran = loop {
            tokio::select! {
                ran = &mut load => break ran?,
                looked = self.follow(&mut followed, &gate) => looked?,
            }
        };
        let started = ran.samples.count() as f64;
        while followed.ended < before.executions + started {
            self.follow(&mut followed, &gate).await?;
        }
        let until_ended = begun.elapsed();
        let counts = self.quiet().await?.since(&before);
        ensure!(
            counts.succeeded >= started,
            "{} of {started} executions succeeded",
            counts.succeeded
        );
        Ok(Ran {
            counts,
            starts: ran.samples,
            until_started: ran.elapsed,
            until_ended,
            cpu: self.server.cpu()?.saturating_sub(cpu),
        })
    }

    /// Looks once, after a while, and lets as many start as have ended.
    async fn follow(&self, followed: &mut Followed, gate: &Semaphore) -> Result<()> {
        sleep(LOOK_INTERVAL).await;
        let ended = Counts::read(self.server).await?.executions;
        if ended > followed.ended {
            gate.add_permits((ended - followed.ended) as usize);
            *followed = Followed {
                ended,
                at: Instant::now(),
            };
        } else if followed.at.elapsed() > STALL_MAX {
            bail!("no execution has ended for {} s", STALL_MAX.as_secs());
        }
        Ok(())
    }

    /// Waits until the projection has caught up; answers the counters from then.
    async fn quiet(&self) -> Result<Counts> {
        let mut counts = Counts::read(self.server).await?;
        let mut since = Instant::now();
        while since.elapsed() < QUIET {
            sleep(QUIET_LOOK_INTERVAL).await;
            let now = Counts::read(self.server).await?;
            if now.checkpoints > counts.checkpoints {
                since = Instant::now();
            }
            counts = now;
        }
        Ok(counts)
    }
}

/// How many executions had ended when last looked, and when that was more than before.
struct Followed {
    ended: f64,
    at: Instant,
}

impl Followed {
    fn new(before: &Counts) -> Self {
        Self {
            ended: before.executions,
            at: Instant::now(),
        }
    }
}
