//! `recover`: a process is killed with many executions in flight, and another one goes on.

use std::time::{Duration, Instant};

use anyhow::{Result, bail};
use serde_json::json;
use tokio::time::sleep;

use crate::batch;
use crate::cli::Options;
use crate::metrics;
use crate::programs;
use crate::report::{Goal, Report, Row};
use crate::server::{NAME, Server};

/// How long the function takes: longer than the benchmark, so that none ends meanwhile.
const SLEEP_MS: u32 = 25_000;
/// The longest that anything is waited for.
const WAIT_MAX: Duration = Duration::from_mins(10);
/// Between two looks.
const LOOK_INTERVAL: Duration = Duration::from_millis(20);

/// Aims: seconds until a new process serves, and until it has resumed all.
const READY_SECONDS_MAX: f64 = 2.0;
/// See [`READY_SECONDS_MAX`].
const RESUMED_SECONDS_MAX: f64 = 10.0;

/// What `recover` can be told.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Executions in flight
    #[arg(long, value_name = "N", default_value_t = 100_000)]
    in_flight: u64,
}

/// Measures.
pub(crate) async fn run(options: &Options, args: &Args) -> Result<Report> {
    let program = options.server()?;
    let server = Server::start(&program, options.place()?, programs::guest()?).await?;
    // They need no sandbox of their own to be in flight: those that find none free wait for one.
    let input = json!({"text": "to be", "sleep_ms": SLEEP_MS});
    batch::start(&server, NAME, &input, args.in_flight).await?;
    tasks_begun(&server, args.in_flight).await?;
    let folder = server.kill().await?;

    let begun = Instant::now();
    let server = Server::resume(&program, folder, &[]).await?;
    server.client().ready().await?;
    let ready = begun.elapsed();
    tasks_begun(&server, args.in_flight).await?;
    let resumed = begun.elapsed();
    // It is not asked to stop: it would wait for its functions.
    drop(server.kill().await?);
    Ok(Report {
        bench: "recover",
        rows: vec![
            Row::new("process ready", ready.as_secs_f64(), "s")
                .goal(Goal::AtMost(READY_SECONDS_MAX)),
            Row::new("all resumed", resumed.as_secs_f64(), "s")
                .goal(Goal::AtMost(RESUMED_SECONDS_MAX)),
        ],
    })
}

/// Waits until a process has begun so many tasks, as it does of all executions that it goes on with.
async fn tasks_begun(server: &Server, count: u64) -> Result<()> {
    let begun = Instant::now();
    while metrics::sum(&server.metrics().await?, "steploom_tasks_total") < count as f64 {
        if begun.elapsed() > WAIT_MAX {
            bail!("not all tasks have begun within {} s", WAIT_MAX.as_secs());
        }
        sleep(LOOK_INTERVAL).await;
    }
    Ok(())
}
