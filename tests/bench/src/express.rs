//! `express`: a machine of one Task, run while its caller waits, beside a plain call of the function.
//!
//! The machine is an EXPRESS one and goes over AWS's protocol, as boto3 would send it, and over the
//! native one; all three go to the same server, in turns. What a synchronous execution adds is the
//! interpreter, the queues in which all tasks wait, and an answer that says more.

use std::time::Duration;

use anyhow::{Context as _, Result, ensure};
use bytes::Bytes;
use serde_json::{Value, json};

use crate::cli::Options;
use crate::invoke::{self, EVENT, RESULT};
use crate::load::Load;
use crate::programs;
use crate::report::{Goal, Report, Row};
use crate::server::{NAME, Server};
use crate::stats::Pace;

/// Seconds of a round.
const ROUND_SECONDS: u64 = 5;
/// The share of plain calls' rate that is left.
const RATIO_MIN: f64 = 0.7;
/// The machine.
const MACHINE: &str = "express";
/// Its ARN.
const ARN: &str = "arn:aws:states:us-east-1:000000000000:stateMachine:express";

/// Measures.
pub(crate) async fn run(options: &Options, args: &invoke::Args) -> Result<Report> {
    let guest = programs::guest()?;
    let server = Server::start(&options.server()?, options.place()?, guest).await?;
    let invoke = invoke::load(&server);
    let aws = Load {
        path: "/",
        target: Some("AWSStepFunctions.StartSyncExecution"),
        body: json(&json!({"stateMachineArn": ARN, "input": EVENT})),
        ..invoke.clone()
    };
    let native = Load {
        path: "/v1/executions/sync",
        body: Bytes::from(format!(r#"{{"machine":"{MACHINE}","input":{EVENT}}}"#)),
        ..invoke.clone()
    };
    create(&aws).await?;
    answer_rightly(&invoke, &aws, &native).await?;

    let rounds = options.rounds(ROUND_SECONDS);
    let connections = args.connections();
    let warm_up = rounds.duration.min(Duration::from_secs(1));
    let loads = [aws, native, invoke];
    let mut paces = [Pace::default(), Pace::default(), Pace::default()];
    for load in &loads {
        load.run(connections, warm_up, None).await?;
    }
    for _ in 0..rounds.count {
        for (load, pace) in loads.iter().zip(&mut paces) {
            let ran = load.run(connections, rounds.duration, None).await?;
            pace.push(ran.samples, ran.elapsed);
        }
    }
    server.stop().await?;
    Ok(report(&paces))
}

/// Makes the machine.
async fn create(aws: &Load) -> Result<()> {
    let definition = json!({
        "StartAt": "Handle",
        "States": {"Handle": {"Type": "Task", "Resource": NAME, "End": true}},
    });
    let create = Load {
        target: Some("AWSStepFunctions.CreateStateMachine"),
        body: json(&json!({
            "name": MACHINE,
            "definition": definition.to_string(),
            "roleArn": "arn:aws:iam::000000000000:role/bench",
            "type": "EXPRESS",
        })),
        ..aws.clone()
    };
    create.once().await.map(drop)
}

async fn answer_rightly(invoke: &Load, aws: &Load, native: &Load) -> Result<()> {
    let answer = invoke.once().await?;
    ensure!(answer == RESULT, "the function answers wrongly");
    let answer: Value = serde_json::from_slice(&aws.once().await?)?;
    ensure!(answer["output"] == RESULT, "AWS's protocol: {answer}");
    let answer: Value = serde_json::from_slice(&native.once().await?)?;
    let result: Value = serde_json::from_str(RESULT).context("the result is JSON")?;
    ensure!(answer["output"] == result, "the native one: {answer}");
    Ok(())
}

fn json(value: &Value) -> Bytes {
    Bytes::from(value.to_string())
}

fn report([aws, native, invoke]: &[Pace; 3]) -> Report {
    let rate = |what, pace: &Pace| {
        let row = Row::new(what, pace.per_second.median(), "requests/s");
        row.floor(invoke.per_second.median())
    };
    let p50 = Row::new("answered, p50", aws.p50_us.median(), "us").floor(invoke.p50_us.median());
    let p99 = Row::new("answered, p99", aws.p99_us.median(), "us").floor(invoke.p99_us.median());
    Report {
        bench: "express",
        rows: vec![
            rate("synchronous executions", aws).goal(Goal::RatioAtLeast(RATIO_MIN)),
            rate("the same, native", native),
            p50,
            p99,
        ],
    }
}
