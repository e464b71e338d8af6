//! `sandbox`: a function called in a fresh sandbox each time, beside bare wasmtime doing the same.
//!
//! No HTTP, no catalog, no journal: this is what isolation costs by itself. One thread first, for
//! the time of a call; then every core, for how many there are in a second.

mod bare;

use std::collections::BTreeMap;
use std::env;
use std::future::Future;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, anyhow, bail, ensure};
use bytes::Bytes;
use steploom_artifacts::Artifacts;
use steploom_sandbox::{
    Call, CompilerCommand, Config, Context, Kind, Limits, Refused, Runner, Sandbox,
};
use steploom_types::{AccountId, Digest, Json};
use tokio::runtime::{Builder, Runtime};
use tokio::task::JoinSet;

use crate::cli::{Options, Rounds};
use crate::host;
use crate::invoke::{EVENT, RESULT};
use crate::programs;
use crate::report::{Goal, Report, Row};
use crate::stats::{Pace, Samples};
use bare::Bare;

/// Seconds of a round.
const ROUND_SECONDS: u64 = 1;
/// Places in the pool of each side, many more than cores, as a server has.
const INSTANCES_MAX: u32 = 64;
/// The memory budget under which the sandbox keeps as much in each place as it ever does.
const MEMORY_BYTES_TOTAL: u64 = 8 << 30;
/// What metering, limits, context and logs may cost, beside wasmtime.
const RATIO_MAX: f64 = 1.3;
/// Calls a second on one core: 50,000 on two.
const CALLS_PER_CORE_MIN: f64 = 25_000.0;
/// Calls between two moments in which the runtime looks after its timers.
const CALLS_PER_TURN: usize = 64;

/// What is called, over and over.
trait Callee: Clone + Send + Sync + 'static {
    /// Calls it once; fails when it does not answer.
    fn call(&self) -> impl Future<Output = Result<()>> + Send;
}

#[derive(Clone)]
struct Sandboxed {
    sandbox: Sandbox,
    call: Arc<Call>,
}

#[derive(Clone)]
struct Unboxed(Arc<Bare>);

impl Callee for Sandboxed {
    async fn call(&self) -> Result<()> {
        let finished = self.sandbox.invoke(Call::clone(&self.call)).await;
        let finished = finished.map_err(|e| refused(&e))?;
        match finished.outcome {
            Ok(_) => Ok(()),
            Err(failure) => bail!("the function failed: {failure:?}"),
        }
    }
}

impl Callee for Unboxed {
    async fn call(&self) -> Result<()> {
        self.0
            .call(EVENT.as_bytes())
            .await
            .map_err(|e| failed(&e))?;
        Ok(())
    }
}

/// Measures.
pub(crate) fn run(options: &Options) -> Result<Report> {
    let guest = programs::guest()?;
    let folder = options.scratch()?;
    let one = Builder::new_current_thread().enable_all().build()?;
    let all = Builder::new_multi_thread().enable_all().build()?;
    let sandboxed = all.block_on(sandboxed(folder.path(), guest.clone()))?;
    let unboxed = all.block_on(unboxed(&guest))?;

    let rounds = options.rounds(ROUND_SECONDS);
    let alone = compare(&one, 1, rounds, &sandboxed, &unboxed)?;
    let together = compare(&all, host::cores(), rounds, &sandboxed, &unboxed)?;
    Ok(report(&alone, &together))
}

/// The sandbox with the guest, checked to answer what it should.
async fn sandboxed(folder: &Path, guest: Bytes) -> Result<Sandboxed> {
    let sandbox = Sandbox::new(Config {
        artifacts: Arc::new(Artifacts::in_memory()),
        cache_dir: folder.to_path_buf(),
        mac_key: [0; 32],
        compiler: CompilerCommand {
            program: env::current_exe()?,
            args: vec![crate::COMPILE_MODULE.into()],
        },
        instances_max: INSTANCES_MAX,
        memory_bytes_total: MEMORY_BYTES_TOTAL,
        queue_max: 0,
        queue_wait_max: Duration::ZERO,
        volumes: BTreeMap::new(),
        runtimes: BTreeMap::new(),
    })?;
    let kind = sandbox.inspect(&guest, &[])?.kind;
    let digest = Digest::of(&guest);
    sandbox.prepare(digest, &guest).await?;
    let call = call(digest, kind)?;
    let finished = sandbox
        .invoke(call.clone())
        .await
        .map_err(|e| refused(&e))?;
    let right = matches!(&finished.outcome, Ok(result) if result.text() == RESULT);
    ensure!(right, "the sandbox answers wrongly: {:?}", finished.outcome);
    Ok(Sandboxed {
        sandbox,
        call: Arc::new(call),
    })
}

async fn unboxed(guest: &[u8]) -> Result<Unboxed> {
    let bare = Bare::new(guest, INSTANCES_MAX).map_err(|e| failed(&e))?;
    let result = bare.call(EVENT.as_bytes()).await.map_err(|e| failed(&e))?;
    ensure!(result == RESULT.as_bytes(), "bare wasmtime answers wrongly");
    Ok(Unboxed(Arc::new(bare)))
}

fn call(module: Digest, kind: Kind) -> Result<Call> {
    Ok(Call {
        module,
        kind,
        limits: Limits::default(),
        environment: Arc::new([]),
        volumes: Vec::new(),
        context: Context {
            request_id: "0123456789abcdef".into(),
            function: crate::server::NAME.parse()?,
            version: 1,
            account: AccountId::LOCAL,
            deadline: None,
            execution: None,
            state: None,
            attempt: None,
            retry: 0,
            traceparent: None,
        },
        event: Json::parse(EVENT)?,
        outbound: None,
        abilities: None,
        reuse: None,
        cancel: None,
    })
}

/// Both in turns, by so many tasks at once; one round before the first is not counted.
fn compare(
    runtime: &Runtime,
    tasks: usize,
    rounds: Rounds,
    sandboxed: &Sandboxed,
    unboxed: &Unboxed,
) -> Result<(Pace, Pace)> {
    let (mut measured, mut floor) = (Pace::default(), Pace::default());
    for round in 0..=rounds.count {
        let (samples, elapsed) = runtime.block_on(repeat(tasks, rounds.duration, sandboxed))?;
        let (floor_samples, floor_elapsed) =
            runtime.block_on(repeat(tasks, rounds.duration, unboxed))?;
        if round > 0 {
            measured.push(samples, elapsed);
            floor.push(floor_samples, floor_elapsed);
        }
    }
    Ok((measured, floor))
}

/// Calls for `duration` in so many tasks.
async fn repeat<C: Callee>(
    tasks: usize,
    duration: Duration,
    callee: &C,
) -> Result<(Samples, Duration)> {
    let start = Instant::now();
    let mut running = JoinSet::new();
    for _ in 0..tasks {
        let callee = callee.clone();
        running.spawn(async move { repeat_alone(start + duration, &callee).await });
    }
    let mut samples = Samples::default();
    while let Some(ended) = running.join_next().await {
        samples.append(ended.context("a task panicked")??);
    }
    Ok((samples, start.elapsed()))
}

async fn repeat_alone<C: Callee>(end: Instant, callee: &C) -> Result<Samples> {
    let mut samples = Samples::default();
    let mut now = Instant::now();
    while now < end {
        callee.call().await?;
        let then = Instant::now();
        samples.push(then - now);
        now = then;
        if samples.count().is_multiple_of(CALLS_PER_TURN) {
            tokio::task::yield_now().await;
            now = Instant::now();
        }
    }
    Ok(samples)
}

fn refused(refused: &Refused) -> anyhow::Error {
    anyhow!("the sandbox refused a call: {refused:?}")
}

fn failed(error: &wasmtime::Error) -> anyhow::Error {
    anyhow!("bare wasmtime: {error:#}")
}

fn report(alone: &(Pace, Pace), together: &(Pace, Pace)) -> Report {
    let (measured, floor) = alone;
    let p50 = Row::new("call on one thread, p50", measured.p50_us.median(), "us")
        .floor(floor.p50_us.median())
        .goal(Goal::RatioAtMost(RATIO_MAX));
    let p99 = Row::new("call on one thread, p99", measured.p99_us.median(), "us")
        .floor(floor.p99_us.median())
        .goal(Goal::RatioAtMost(RATIO_MAX));
    let (measured, floor) = together;
    let calls_min = CALLS_PER_CORE_MIN * host::cores() as f64;
    let rate = Row::new(
        "calls on all cores",
        measured.per_second.median(),
        "calls/s",
    )
    .floor(floor.per_second.median())
    .goal(Goal::AtLeast(calls_min));
    Report {
        bench: "sandbox",
        rows: vec![p50, p99, rate],
    }
}
