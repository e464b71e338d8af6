//! `execute`: durable executions of one step over HTTP, beside a journal that is only appended to.
//!
//! Every start is answered when it is on the disk, and every result is on the disk before the
//! execution ends. The floor writes the same bytes to the same disk in batches of the same size,
//! and does nothing else. Rounds run on one server, whose database grows as it would in service.

mod closed;
mod drive;
mod journal;
mod sustained;

use std::path::Path;
use std::time::Duration;

use anyhow::Result;
use bytes::Bytes;

use crate::cli::Options;
use crate::disk;
use crate::programs;
use crate::report::{Goal, Report, Row};
use crate::server::Server;
use crate::stats::{Pace, Series, Timed};
use drive::{Counts, Driver, Ran};
use sustained::{Offer, Sustained};

/// Seconds of a round.
const ROUND_SECONDS: u64 = 5;
/// The journal alone and the disk alone run for this part of a round: they vary less.
const FLOOR_SHARE: u32 = 4;
/// How long the first server runs, whose journal is then read: short enough that nothing of it is
/// dropped yet.
const SAMPLE_DURATION: Duration = Duration::from_millis(400);
/// A billion a day; what is asked of a database that shares the computer with all the rest.
const FINISHED_PER_SECOND_MIN: f64 = 1e9 / 86_400.0;
/// See [`FINISHED_PER_SECOND_MIN`].
const FINISHED_PER_SECOND_MIN_POSTGRES: f64 = 6_000.0;
/// CPU of the server for one step, everything included, so that two cores run a billion a day.
const CPU_US_MAX: f64 = 100.0;

/// What `execute` can be told.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Connections that start executions, each with one request under way
    #[arg(long, value_name = "N", default_value_t = 128, value_parser = clap::value_parser!(u16).range(1..))]
    connections: u16,

    /// Executions that have been started and have not ended, at the most
    #[arg(long, value_name = "N", default_value_t = 2048, value_parser = clap::value_parser!(u16).range(1..))]
    in_flight: u16,

    /// Executions a second that the open loop offers; 0 leaves it out
    #[arg(long, value_name = "N", default_value_t = 12_000)]
    rate: u32,

    /// Seconds of the open loop, once with single starts and once with batches
    #[arg(long, value_name = "S", default_value_t = 60)]
    seconds: u64,

    /// Executions that have ended before the open loop begins
    #[arg(long, value_name = "N", default_value_t = 5_000_000)]
    closed: u64,
}

/// Executions of a batch of the open loop.
const BATCH: u64 = 500;
/// Connections of the open loop with batches: few are needed.
const BATCH_CONNECTIONS: usize = 8;
/// Aims of the open loop: what the last seconds reach of the first, and milliseconds from when a
/// start was due until its execution ended, and of the projection's lag.
const LAST_TO_FIRST_MIN: f64 = 0.95;
/// See [`LAST_TO_FIRST_MIN`].
const FINISHED_MS_MAX: f64 = 250.0;
/// See [`LAST_TO_FIRST_MIN`].
const LAG_MS_MAX: f64 = 1_000.0;

/// Measures.
pub(crate) async fn run(options: &Options, args: &Args) -> Result<Report> {
    let guest = programs::guest()?;
    let program = options.server()?;
    let shape = shape(options, args, &program, guest.clone()).await?;

    let goal = Goal::AtLeast(if options.postgres {
        FINISHED_PER_SECOND_MIN_POSTGRES
    } else {
        FINISHED_PER_SECOND_MIN
    });
    let rounds = options.rounds(ROUND_SECONDS);
    let server = Server::start(&program, options.place()?, guest).await?;
    let driver = Driver::new(&server, args);
    driver.run(SAMPLE_DURATION).await?;
    let mut found = Found::default();
    for _ in 0..rounds.count {
        let ran = driver.run(rounds.duration).await?;
        let batch = journal::Batch::of(&shape, &ran.counts);
        let floor = rounds.duration / FLOOR_SHARE;
        let appended = journal::append(&options.place()?, &batch, floor).await?;
        let folder = options.scratch()?;
        let bytes = batch.bytes();
        let synced =
            tokio::task::spawn_blocking(move || disk::sync(folder.path(), bytes, floor)).await??;
        found.push(ran);
        found.floor(appended, synced);
    }
    let folder = server.stop().await?;
    let mut report = found.report(goal);
    if args.rate > 0 {
        closed::write(&folder, args.closed).await?;
        let server = Server::resume(&program, folder, &[]).await?;
        for batch in [1, BATCH] {
            let sustained = sustained::run(&server, args.offer(batch)).await?;
            report.rows.extend(rows(batch, sustained, goal));
        }
        server.stop().await?;
    }
    Ok(report)
}

impl Args {
    fn offer(&self, batch: u64) -> Offer {
        Offer {
            per_second: f64::from(self.rate),
            batch,
            connections: if batch == 1 {
                usize::from(self.connections)
            } else {
                BATCH_CONNECTIONS
            },
            duration: Duration::from_secs(self.seconds),
        }
    }
}

/// The rows of an open loop.
fn rows(batch: u64, mut ran: Sustained, goal: Goal) -> Vec<Row> {
    let name = |single, batched| if batch == 1 { single } else { batched };
    let p99_ms = ran.finished.percentile_us(99.0) / 1e3;
    vec![
        Row::new(
            name("sustained, single", "sustained, in batches"),
            ran.finished_per_second,
            "executions/s",
        )
        .goal(goal),
        Row::new(
            name("single, last 10 s / first", "batches, last 10 s / first"),
            ran.last_to_first,
            "",
        )
        .goal(Goal::AtLeast(LAST_TO_FIRST_MIN)),
        Row::new(
            name("single, finished, p99", "batches, finished, p99"),
            p99_ms,
            "ms",
        )
        .goal(Goal::AtMost(FINISHED_MS_MAX)),
        Row::new(
            name("single, projection's lag", "batches, projection's lag"),
            ran.lag.as_secs_f64() * 1e3,
            "ms",
        )
        .goal(Goal::AtMost(LAG_MS_MAX)),
        Row::new(
            name("single, server CPU", "batches, server CPU"),
            ran.cpu_us,
            "us",
        )
        .goal(Goal::AtMost(CPU_US_MAX)),
        Row::new(
            name("single, memory", "batches, memory"),
            ran.resident_bytes_max as f64 / f64::from(1 << 20),
            "MiB",
        ),
    ]
}

/// Runs a server for a moment under the load, and reads what it has written to its journal.
async fn shape(
    options: &Options,
    args: &Args,
    program: &Path,
    guest: Bytes,
) -> Result<journal::Shape> {
    let server = Server::start(program, options.place()?, guest).await?;
    Driver::new(&server, args).run(SAMPLE_DURATION).await?;
    let all = Counts::read(&server).await?;
    let folder = server.stop().await?;
    journal::Shape::read(&folder, &all).await
}

/// What the rounds showed.
#[derive(Default)]
struct Found {
    starts: Pace,
    finished_per_second: Series,
    cpu_us: Series,
    commits_per_second: Series,
    facts_per_commit: Series,
    executions_per_commit: Series,
    appends: Pace,
    syncs: Pace,
}

impl Found {
    fn push(&mut self, ran: Ran) {
        let Counts {
            executions,
            facts,
            commits,
            ..
        } = ran.counts;
        let seconds = ran.until_ended.as_secs_f64();
        self.starts.push(ran.starts, ran.until_started);
        self.finished_per_second.push(executions / seconds);
        self.cpu_us.push(ran.cpu.as_secs_f64() * 1e6 / executions);
        self.commits_per_second.push(commits / seconds);
        self.facts_per_commit.push(facts / commits);
        self.executions_per_commit.push(executions / commits);
    }

    fn floor(&mut self, appended: Timed, synced: Timed) {
        self.appends.push(appended.samples, appended.elapsed);
        self.syncs.push(synced.samples, synced.elapsed);
    }

    fn report(&self, goal: Goal) -> Report {
        let appends = self.appends.per_second.median();
        let floor = appends * self.executions_per_commit.median();
        Report {
            bench: "execute",
            rows: vec![
                Row::new("started", self.starts.per_second.median(), "executions/s").floor(floor),
                Row::new(
                    "finished",
                    self.finished_per_second.median(),
                    "executions/s",
                )
                .floor(floor)
                .goal(goal),
                Row::new("start answered, p50", self.starts.p50_us.median(), "us")
                    .floor(self.appends.p50_us.median()),
                Row::new("start answered, p99", self.starts.p99_us.median(), "us")
                    .floor(self.appends.p99_us.median()),
                Row::new("server CPU per execution", self.cpu_us.median(), "us")
                    .goal(Goal::AtMost(CPU_US_MAX)),
                Row::new(
                    "group commits",
                    self.commits_per_second.median(),
                    "commits/s",
                )
                .floor(appends),
                Row::new("facts per commit", self.facts_per_commit.median(), "facts"),
                Row::new("journal alone", appends, "commits/s")
                    .floor(self.syncs.per_second.median()),
            ],
        }
    }
}
