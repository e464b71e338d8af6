//! `sleepers`: executions that only wait. They should cost disk and no memory.

use std::time::{Duration, Instant, SystemTime};

use anyhow::{Result, bail, ensure};
use serde_json::json;
use steploom_sdk::Timestamp;
use tokio::time::sleep;

use crate::batch;
use crate::cli::Options;
use crate::metrics;
use crate::programs;
use crate::report::{Goal, Report, Row};
use crate::server::Server;

/// The machine: it waits until its input says, and ends.
const MACHINE: &str = "sleeper";
/// See [`MACHINE`].
const DEFINITION: &str = r#"{
  "StartAt": "Sleep",
  "States": {"Sleep": {"Type": "Wait", "TimestampPath": "$.until", "End": true}}
}"#;
/// Executions that are due at once.
const DUE: u64 = 10_000;
/// How long after their start: the others have to be asleep by then.
const DUE_IN: Duration = Duration::from_secs(30);
/// How long those sleep that do not wake in this benchmark: less than a year, as an execution may take.
const LONG: Duration = Duration::from_hours(300 * 24);
/// The longest that anything is waited for.
const WAIT_MAX: Duration = Duration::from_mins(10);
/// Between two looks.
const LOOK_INTERVAL: Duration = Duration::from_millis(20);

/// Aims: MiB in RAM, seconds until a new process serves, and until all that are due have been started.
const RESIDENT_MIB_MAX: f64 = 200.0;
/// See [`RESIDENT_MIB_MAX`].
const START_SECONDS_MAX: f64 = 2.0;
/// See [`RESIDENT_MIB_MAX`].
const DUE_SECONDS_MAX: f64 = 5.0;

/// What `sleepers` can be told.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Executions that wait
    #[arg(long, value_name = "N", default_value_t = 1_000_000)]
    sleepers: u64,
}

/// Measures.
pub(crate) async fn run(options: &Options, args: &Args) -> Result<Report> {
    let program = options.server()?;
    let server = Server::start(&program, options.place()?, programs::guest()?).await?;
    let client = server.client();
    client
        .put_machine(&MACHINE.parse()?, DEFINITION, true)
        .await?;
    let begun = Instant::now();
    let input = json!({"until": whole_second(SystemTime::now() + LONG)?.to_string()});
    batch::start(&server, MACHINE, &input, args.sleepers).await?;
    let started = args.sleepers as f64 / begun.elapsed().as_secs_f64();
    let resident_before = settle(&server).await?;
    let text = server.metrics().await?;
    ensure!(
        metrics::sum(&text, "steploom_executions_ended_total") == 0.0,
        "executions that are to wait have ended"
    );
    let folder = server.stop().await?;

    let begun = Instant::now();
    let server = Server::resume(&program, folder, &[]).await?;
    server.client().ready().await?;
    let ready = begun.elapsed();

    let until = whole_second(SystemTime::now() + DUE_IN)?;
    let input = json!({"until": until.to_string()});
    batch::start(&server, MACHINE, &input, DUE).await?;
    let resident = settle(&server).await?;
    let woken = woken(&server, until).await?;
    server.stop().await?;
    let mib = |bytes: u64| bytes as f64 / f64::from(1 << 20);
    Ok(Report {
        bench: "sleepers",
        rows: vec![
            Row::new("started", started, "executions/s"),
            Row::new("memory after starting them", mib(resident_before), "MiB")
                .goal(Goal::AtMost(RESIDENT_MIB_MAX)),
            Row::new("memory after a restart", mib(resident), "MiB")
                .goal(Goal::AtMost(RESIDENT_MIB_MAX)),
            Row::new("process ready", ready.as_secs_f64(), "s")
                .goal(Goal::AtMost(START_SECONDS_MAX)),
            Row::new("10,000 due at once, all woken", woken.as_secs_f64(), "s")
                .goal(Goal::AtMost(DUE_SECONDS_MAX)),
        ],
    })
}

fn whole_second(at: SystemTime) -> Result<Timestamp> {
    let since = at.duration_since(SystemTime::UNIX_EPOCH)?.as_secs();
    Ok(Timestamp::from_millis(since as i64 * 1000))
}

/// Waits until memory stops shrinking, and gives what is resident.
async fn settle(server: &Server) -> Result<u64> {
    let begun = Instant::now();
    let mut before = u64::MAX;
    loop {
        let now = server.memory()?.resident_bytes;
        if now >= before || begun.elapsed() > WAIT_MAX {
            return Ok(now);
        }
        before = now;
        sleep(Duration::from_secs(3)).await;
    }
}

/// How long after they were due all have ended.
async fn woken(server: &Server, due: Timestamp) -> Result<Duration> {
    let begun = Instant::now();
    loop {
        let text = server.metrics().await?;
        if metrics::sum(&text, "steploom_executions_ended_total") >= DUE as f64 {
            let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH)?;
            let late = now.as_millis() as i64 - due.as_millis();
            return Ok(Duration::from_millis(u64::try_from(late).unwrap_or(0)));
        }
        if begun.elapsed() > WAIT_MAX {
            bail!("those that were due have not all ended");
        }
        sleep(LOOK_INTERVAL).await;
    }
}
