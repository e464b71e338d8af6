//! `million`: one execution of a million items, each a sandboxed call whose answer is durable.
//!
//! The floor of a row is the time that the same calls take in a sandbox alone, on all cores.

mod shape;

use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, ensure};
use steploom_sdk::{ExecutionId, Json, wire};
use tokio::time::{sleep, timeout};

use crate::cli::Options;
use crate::metrics;
use crate::programs;
use crate::report::{Goal, Report, Row};
use crate::server::Server;
use shape::Shape;

/// The longest that an execution is waited for.
const END_MAX: Duration = Duration::from_hours(1);
/// Between two looks at how far it is.
const LOOK_INTERVAL: Duration = Duration::from_millis(100);
/// Bytes of a MiB.
const MIB: f64 = (1 << 20) as f64;

/// Seconds for a million items, and for one where items come after others.
const SECONDS_MAX: f64 = 60.0;
/// See [`SECONDS_MAX`].
const ORDERED_SECONDS_MAX: f64 = 90.0;
/// MiB in RAM at the most.
const RESIDENT_MIB_MAX: f64 = 512.0;
/// How much longer an execution may take that is killed half way.
const KILLED_RATIO_MAX: f64 = 1.3;

/// What `million` can be told.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Items of the execution
    #[arg(long, value_name = "N", default_value_t = 1_000_000, value_parser = clap::value_parser!(u64).range(1_000..=100_000_000))]
    items: u64,

    /// Only these: inline, distributed, after, killed
    #[arg(long, value_name = "SHAPE", value_delimiter = ',')]
    only: Vec<Shape>,
}

/// How one execution went.
struct Ran {
    elapsed: Duration,
    resident_bytes_max: u64,
}

/// Measures.
pub(crate) async fn run(options: &Options, args: &Args) -> Result<Report> {
    let shapes = if args.only.is_empty() {
        Shape::ALL.to_vec()
    } else {
        args.only.clone()
    };
    let mut rows = Vec::new();
    let mut undisturbed = None;
    for shape in shapes {
        eprintln!("{shape}: {} items", args.items);
        let ran = measure(options, args.items, shape).await?;
        let seconds = ran.elapsed.as_secs_f64();
        let row = Row::new(shape.title(), seconds, "s");
        rows.push(match shape {
            Shape::Inline => row.goal(Goal::AtMost(SECONDS_MAX)),
            Shape::Distributed => {
                undisturbed = Some(seconds);
                row.goal(Goal::AtMost(SECONDS_MAX))
            }
            Shape::After => row.goal(Goal::AtMost(ORDERED_SECONDS_MAX)),
            Shape::Killed => match undisturbed {
                Some(floor) => row.floor(floor).goal(Goal::RatioAtMost(KILLED_RATIO_MAX)),
                None => row,
            },
        });
        let resident = ran.resident_bytes_max as f64 / MIB;
        rows.push(Row::new(shape.memory(), resident, "MiB").goal(Goal::AtMost(RESIDENT_MIB_MAX)));
    }
    Ok(Report {
        bench: "million",
        rows,
    })
}

async fn measure(options: &Options, items: u64, shape: Shape) -> Result<Ran> {
    let program = options.server()?;
    let server = Server::start(&program, options.place()?, programs::guest()?).await?;
    shape.prepare(&server, items).await?;
    let begun = Instant::now();
    let start = wire::StartExecution {
        input: Json::parse(&shape.input(items))?,
        ..wire::StartExecution::new(shape.machine().parse()?)
    };
    let id = server.client().start_execution(&start).await?;
    let id = id.execution.summary.id;
    let (server, before) = if shape == Shape::Killed {
        half(&server, items).await?;
        let peak = server.memory()?.resident_bytes_max;
        let folder = server.kill().await?;
        (Server::resume(&program, folder, &[]).await?, peak)
    } else {
        (server, 0)
    };
    let ended = timeout(END_MAX, ended(&server, id)).await;
    let execution = ended.context("the execution did not end within an hour")??;
    let elapsed = begun.elapsed();
    ensure!(
        execution.summary.status == wire::ExecutionStatus::Succeeded,
        "the execution has not succeeded: {:?} {:?}",
        execution.error,
        execution.cause
    );
    shape.check(&server, &execution, items).await?;
    let resident_bytes_max = server.memory()?.resident_bytes_max.max(before);
    server.stop().await?;
    Ok(Ran {
        elapsed,
        resident_bytes_max,
    })
}

/// Asks now and then: to follow the events, or to read a large input again and again, would be most of
/// the load.
async fn ended(server: &Server, id: ExecutionId) -> Result<wire::Execution> {
    loop {
        let text = server.metrics().await?;
        if metrics::sum(&text, "steploom_executions_ended_total") == 0.0 {
            sleep(LOOK_INTERVAL).await;
            continue;
        }
        let execution = server.client().get_execution(id).await?;
        if execution.summary.ended_at.is_some() {
            return Ok(execution);
        }
        sleep(LOOK_INTERVAL).await;
    }
}

/// Waits until half of the calls are done.
async fn half(server: &Server, items: u64) -> Result<()> {
    loop {
        let text = server.metrics().await?;
        if metrics::sum(&text, "steploom_invocations_total") * 2.0 >= items as f64 {
            return Ok(());
        }
        sleep(LOOK_INTERVAL).await;
    }
}
