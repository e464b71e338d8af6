//! `execute`, open loop: executions are started at a fixed rate, whatever the server does, for a
//! minute, on a server whose database is large already.
//!
//! An open loop does not wait for answers, so a server that stops for a moment pays for it: each
//! latency counts from when the request was due. One execution of some is asked for afterwards;
//! from when it was due until when it ended is the latency that a caller has who waits for the end.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use anyhow::{Context as _, Result, bail, ensure};
use bytes::Bytes;
use hyper::StatusCode;
use serde::Deserialize;
use serde_json::json;
use steploom_sdk::{ExecutionId, wire};
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep, sleep_until};

use super::drive::Counts;
use crate::batch;
use crate::invoke::EVENT;
use crate::load::{self, Load};
use crate::server::{NAME, Server};
use crate::stats::Samples;

/// Of so many executions one is asked for afterwards.
const SAMPLE_EVERY: u64 = 200;
/// How long the last executions may take to end, and a sample to be shown as ended.
const END_MAX: Duration = Duration::from_secs(30);
/// Between two looks at what has ended and at what the list shows.
const LOOK_INTERVAL: Duration = Duration::from_secs(1);
/// The first and the last part of a run, which are compared.
const EDGE_SECONDS: usize = 10;

/// How executions are offered.
#[derive(Clone, Copy, Debug)]
pub(super) struct Offer {
    /// Executions a second.
    pub(super) per_second: f64,
    /// Executions of a request; 1 is a plain start.
    pub(super) batch: u64,
    /// Connections, each with one request under way.
    pub(super) connections: usize,
    /// For how long.
    pub(super) duration: Duration,
}

/// What came of it.
#[derive(Debug)]
pub(super) struct Sustained {
    /// Executions that ended, a second, from the first request to the last end.
    pub(super) finished_per_second: f64,
    /// The same of the last seconds / that of the first.
    pub(super) last_to_first: f64,
    /// From when a start was due until its execution ended.
    pub(super) finished: Samples,
    /// By how much the list was behind, at the most.
    pub(super) lag: Duration,
    /// CPU time of the server for an execution.
    pub(super) cpu_us: f64,
    /// The most that the server had in RAM.
    pub(super) resident_bytes_max: u64,
}

/// Shared by the connections of a run.
struct Run {
    load: Load,
    offer: Offer,
    begun: Instant,
    begun_ms: f64,
    next: AtomicU64,
}

/// An execution that is asked for afterwards, and when it was due, in milliseconds of Unix time.
type Sample = (ExecutionId, f64);

/// Offers executions to a server, and waits until they have ended.
pub(super) async fn run(server: &Server, offer: Offer) -> Result<Sustained> {
    let before = Counts::read(server).await?;
    let cpu = server.cpu()?;
    let unix = SystemTime::now().duration_since(UNIX_EPOCH)?;
    let run = Arc::new(Run {
        load: request(server, offer.batch),
        offer,
        begun: Instant::now(),
        begun_ms: unix.as_secs_f64() * 1e3,
        next: AtomicU64::new(0),
    });
    let mut connections = JoinSet::new();
    for _ in 0..offer.connections {
        let run = run.clone();
        connections.spawn(async move { run.connection().await });
    }
    let mut watch = Watch::default();
    let mut samples = Vec::new();
    let mut started = 0;
    let mut looks = tokio::time::interval(LOOK_INTERVAL);
    while !connections.is_empty() {
        tokio::select! {
            Some(ended) = connections.join_next() => {
                let (count, found): (u64, Vec<Sample>) = ended.context("a connection panicked")??;
                started += count;
                samples.extend(found);
            }
            _ = looks.tick() => watch.look(server).await?,
        }
    }
    let goal = before.executions + started as f64;
    let elapsed = until_ended(server, goal, run.begun).await?;
    let after = Counts::read(server).await?;
    ensure!(
        after.succeeded - before.succeeded >= started as f64,
        "not every execution has succeeded"
    );
    let cpu = server.cpu()?.saturating_sub(cpu);
    Ok(Sustained {
        finished_per_second: started as f64 / elapsed.as_secs_f64(),
        last_to_first: watch.last_to_first(),
        finished: latencies(server, &samples).await?,
        lag: watch.lag,
        cpu_us: cpu.as_secs_f64() * 1e6 / started as f64,
        resident_bytes_max: server.memory()?.resident_bytes_max,
    })
}

/// The request that is sent over and over.
fn request(server: &Server, batch: u64) -> Load {
    // The event is JSON already, so the text is put together as text.
    let one = format!("{{\"machine\":{},\"input\":{EVENT}}}", json!(NAME));
    if batch > 1 {
        return batch::request(server, &one, batch);
    }
    Load {
        address: server.address(),
        path: "/v1/executions",
        target: None,
        body: Bytes::from(one),
        status: StatusCode::CREATED,
    }
}

impl Run {
    /// Sends what is due, and tells how many executions it started, and some of them.
    async fn connection(&self) -> Result<(u64, Vec<Sample>)> {
        let mut connection = load::connect(self.load.address).await?;
        let batch = self.offer.batch;
        let requests = self.offer.per_second * self.offer.duration.as_secs_f64() / batch as f64;
        let (mut started, mut samples) = (0, Vec::new());
        loop {
            let request = self.next.fetch_add(1, Ordering::Relaxed);
            if request as f64 >= requests {
                return Ok((started, samples));
            }
            let due = request as f64 * batch as f64 / self.offer.per_second;
            sleep_until(self.begun + Duration::from_secs_f64(due)).await;
            let answer = self.load.send(&mut connection).await?;
            started += batch;
            if (request * batch) % SAMPLE_EVERY < batch {
                samples.push((started_id(&answer, batch)?, self.begun_ms + due * 1e3));
            }
        }
    }
}

/// The id of the first execution that an answer names.
fn started_id(answer: &[u8], batch: u64) -> Result<ExecutionId> {
    #[derive(Deserialize)]
    struct Execution {
        id: ExecutionId,
    }
    if batch > 1 {
        return batch::ensure_started(answer, batch);
    }
    Ok(serde_json::from_slice::<Execution>(answer)?.id)
}

/// What is looked at every second.
#[derive(Default)]
struct Watch {
    /// When, and how many had ended.
    ended: Vec<(Option<Instant>, f64)>,
    lag: Duration,
}

impl Watch {
    async fn look(&mut self, server: &Server) -> Result<()> {
        let counts = Counts::read(server).await?;
        self.ended.push((Some(Instant::now()), counts.executions));
        // The first executions may not be in the list yet, which is no lag.
        if self.ended.len() > 3 {
            self.lag = self.lag.max(lag(server).await?);
        }
        Ok(())
    }

    /// What ended a second in the last seconds / in the first, without the very first, in which the
    /// load begins.
    fn last_to_first(&self) -> f64 {
        let edge = EDGE_SECONDS.min(self.ended.len().saturating_sub(2) / 2);
        let rate = |from: usize| {
            let ((Some(t0), n0), (Some(t1), n1)) = (self.ended[from], self.ended[from + edge])
            else {
                return f64::NAN;
            };
            (n1 - n0) / (t1 - t0).as_secs_f64()
        };
        if edge == 0 {
            return f64::NAN;
        }
        rate(self.ended.len() - 1 - edge) / rate(1)
    }
}

/// How old the newest execution is that the list shows, while new ones start all the time.
async fn lag(server: &Server) -> Result<Duration> {
    let newest = wire::ListExecutions {
        limit: Some(1),
        ..wire::ListExecutions::default()
    };
    let asked_ms = SystemTime::now().duration_since(UNIX_EPOCH)?.as_millis() as i64;
    let page = server.client().list_executions(&newest).await?;
    let first = page.items.first().context("the list is empty")?;
    let behind = asked_ms - first.started_at.as_millis();
    Ok(Duration::from_millis(u64::try_from(behind).unwrap_or(0)))
}

/// Waits until so many have ended; how long that was after the begin.
async fn until_ended(server: &Server, goal: f64, begun: Instant) -> Result<Duration> {
    let waited = Instant::now();
    while Counts::read(server).await?.executions < goal {
        if waited.elapsed() > END_MAX {
            bail!("executions did not end within {} s", END_MAX.as_secs());
        }
        sleep(Duration::from_millis(5)).await;
    }
    Ok(begun.elapsed())
}

async fn latencies(server: &Server, samples: &[Sample]) -> Result<Samples> {
    let mut latencies = Samples::default();
    for (id, due_ms) in samples {
        let execution = server.client().get_execution(*id).await?;
        let ended = execution.summary.ended_at;
        let ended = ended.with_context(|| format!("{id} has not ended"))?;
        let took_ms = (ended.as_millis() as f64 - due_ms).max(0.0);
        latencies.push(Duration::from_secs_f64(took_ms / 1e3));
    }
    Ok(latencies)
}
