//! `invoke`: a function called over HTTP, beside an HTTP server that does nothing with the same
//! requests.
//!
//! Both are processes of their own under the same load, in turns. The load comes from this process
//! and takes its share of the cores from both alike.

use std::env;
use std::time::Duration;

use anyhow::{Result, ensure};
use bytes::Bytes;
use hyper::StatusCode;
use tokio::process::Command;

use crate::child;
use crate::cli::Options;
use crate::load::Load;
use crate::programs;
use crate::report::{Goal, Report, Row};
use crate::server::Server;
use crate::stats::Pace;

/// Seconds of a round.
const ROUND_SECONDS: u64 = 5;
/// The path that invokes [`crate::server::NAME`].
const PATH: &str = "/v1/functions/bench/invoke";
/// The share of an idle server's rate that is left when it also runs a function: sandbox, checks
/// and bookkeeping may cost as much as HTTP itself.
const RATIO_MIN: f64 = 0.5;

/// What the function is sent, here and in the other benchmarks.
pub(crate) const EVENT: &str = r#"{"id":4711,"text":"to be or not to be"}"#;
/// What it answers.
pub(crate) const RESULT: &str = r#"{"id":4711,"text":"to be or not to be","words":6}"#;

/// What `invoke` can be told.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Connections, each with one request under way
    #[arg(long, value_name = "N", default_value_t = 16, value_parser = clap::value_parser!(u16).range(1..))]
    connections: u16,
}

impl Args {
    /// Connections.
    pub(crate) fn connections(&self) -> usize {
        usize::from(self.connections)
    }
}

/// Measures.
pub(crate) async fn run(options: &Options, args: &Args) -> Result<Report> {
    let guest = programs::guest()?;
    let server = Server::start(&options.server()?, options.place()?, guest).await?;
    let echo = child::Server::start(Command::new(env::current_exe()?).arg("echo-server")).await?;
    let invoke = load(&server);
    let floor = Load {
        address: echo.address(),
        ..invoke.clone()
    };
    ensure!(
        invoke.once().await? == RESULT,
        "the function answers wrongly"
    );
    ensure!(floor.once().await? == EVENT, "the echo answers wrongly");

    let rounds = options.rounds(ROUND_SECONDS);
    let connections = args.connections();
    let warm_up = rounds.duration.min(Duration::from_secs(1));
    invoke.run(connections, warm_up, None).await?;
    floor.run(connections, warm_up, None).await?;
    let (mut invokes, mut echoes) = (Pace::default(), Pace::default());
    for _ in 0..rounds.count {
        let ran = invoke.run(connections, rounds.duration, None).await?;
        invokes.push(ran.samples, ran.elapsed);
        let ran = floor.run(connections, rounds.duration, None).await?;
        echoes.push(ran.samples, ran.elapsed);
    }
    server.stop().await?;
    echo.stop().await?;
    Ok(report(&invokes, &echoes))
}

/// Calls of the function.
pub(crate) fn load(server: &Server) -> Load {
    Load {
        address: server.address(),
        path: PATH,
        target: None,
        body: Bytes::from_static(EVENT.as_bytes()),
        status: StatusCode::OK,
    }
}

fn report(invokes: &Pace, echoes: &Pace) -> Report {
    let rate = Row::new("invocations", invokes.per_second.median(), "requests/s")
        .floor(echoes.per_second.median())
        .goal(Goal::RatioAtLeast(RATIO_MIN));
    let p50 =
        Row::new("answered, p50", invokes.p50_us.median(), "us").floor(echoes.p50_us.median());
    let p99 =
        Row::new("answered, p99", invokes.p99_us.median(), "us").floor(echoes.p99_us.median());
    Report {
        bench: "invoke",
        rows: vec![rate, p50, p99],
    }
}
