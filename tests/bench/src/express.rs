//! `express`: a machine of one Task, run while its caller waits, beside a plain call of the function.
//!
//! Both go over HTTP to the same server, in turns. What a synchronous execution adds is the
//! interpreter, the queues in which all tasks wait, and an answer that says more.

use std::time::Duration;

use anyhow::{Context as _, Result, ensure};
use bytes::Bytes;
use hyper::StatusCode;
use serde_json::Value;

use crate::cli::Options;
use crate::invoke::{self, EVENT, RESULT};
use crate::load::Load;
use crate::programs;
use crate::report::{Goal, Report, Row};
use crate::server::{NAME, Server};
use crate::stats::Pace;

/// Seconds of a round.
const ROUND_SECONDS: u64 = 5;
/// The path that runs a machine while its caller waits.
const PATH: &str = "/v1/executions/sync";
/// The share of plain calls' rate that is left.
const RATIO_MIN: f64 = 0.7;

/// Measures.
pub(crate) async fn run(options: &Options, args: &invoke::Args) -> Result<Report> {
    let guest = programs::guest()?;
    let server = Server::start(&options.server()?, options.place()?, guest).await?;
    let invoke = invoke::load(&server);
    let express = Load {
        path: PATH,
        body: Bytes::from(format!(r#"{{"machine":"{NAME}","input":{EVENT}}}"#)),
        status: StatusCode::OK,
        ..invoke.clone()
    };
    ensure!(
        invoke.once().await? == RESULT,
        "the function answers wrongly"
    );
    let answer: Value = serde_json::from_slice(&express.once().await?)?;
    let result: Value = serde_json::from_str(RESULT).context("the result is JSON")?;
    ensure!(
        answer["output"] == result,
        "the machine answers wrongly: {answer}"
    );

    let rounds = options.rounds(ROUND_SECONDS);
    let connections = args.connections();
    let warm_up = rounds.duration.min(Duration::from_secs(1));
    express.run(connections, warm_up, None).await?;
    invoke.run(connections, warm_up, None).await?;
    let (mut executions, mut invocations) = (Pace::default(), Pace::default());
    for _ in 0..rounds.count {
        let ran = express.run(connections, rounds.duration, None).await?;
        executions.push(ran.samples, ran.elapsed);
        let ran = invoke.run(connections, rounds.duration, None).await?;
        invocations.push(ran.samples, ran.elapsed);
    }
    server.stop().await?;
    Ok(report(&executions, &invocations))
}

fn report(executions: &Pace, invocations: &Pace) -> Report {
    let per_second = executions.per_second.median();
    let rate = Row::new("synchronous executions", per_second, "requests/s")
        .floor(invocations.per_second.median())
        .goal(Goal::RatioAtLeast(RATIO_MIN));
    let p50 = Row::new("answered, p50", executions.p50_us.median(), "us")
        .floor(invocations.p50_us.median());
    let p99 = Row::new("answered, p99", executions.p99_us.median(), "us")
        .floor(invocations.p99_us.median());
    Report {
        bench: "express",
        rows: vec![rate, p50, p99],
    }
}
