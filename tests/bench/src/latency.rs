//! `latency`: a chain of ten steps on a server that has nothing else to do, beside the disk.
//!
//! The floor is a step's durability alone: as many bytes as a commit has, written and forced to the
//! same disk by `fdatasync`, in turns with the chains.

use std::time::Instant;

use anyhow::{Result, ensure};
use serde_json::{Map, Value, json};
use steploom_sdk::{Json, wire};

use crate::cli::Options;
use crate::disk;
use crate::invoke::EVENT;
use crate::programs;
use crate::report::{Goal, Report, Row};
use crate::server::{NAME, Server};
use crate::stats::{Pace, Samples};

/// Seconds of a round.
const ROUND_SECONDS: u64 = 3;
/// The machine: ten steps, one after the other.
const MACHINE: &str = "ten-steps";
/// See [`MACHINE`].
const STEPS: u32 = 10;
/// Bytes of a commit of a single step, about.
const COMMIT_BYTES: usize = 512;
/// A step may take so many times as long as the disk takes to keep it.
const RATIO_MAX: f64 = 3.0;

/// Measures.
pub(crate) async fn run(options: &Options) -> Result<Report> {
    let program = options.server()?;
    let server = Server::start(&program, options.place()?, programs::guest()?).await?;
    let definition = definition().to_string();
    let client = server.client();
    client
        .put_machine(&MACHINE.parse()?, &definition, true)
        .await?;
    let rounds = options.rounds(ROUND_SECONDS);
    let (mut steps, mut syncs) = (Pace::default(), Pace::default());
    for _ in 0..rounds.count {
        let begun = Instant::now();
        let mut samples = Samples::default();
        while begun.elapsed() < rounds.duration {
            samples.push(chain(&server).await? / STEPS);
        }
        steps.push(samples, begun.elapsed());
        let folder = options.scratch()?;
        let duration = rounds.duration;
        let synced =
            tokio::task::spawn_blocking(move || disk::sync(folder.path(), COMMIT_BYTES, duration));
        let synced = synced.await??;
        syncs.push(synced.samples, synced.elapsed);
    }
    server.stop().await?;
    Ok(Report {
        bench: "latency",
        rows: vec![
            Row::new("a step, p50", steps.p50_us.median(), "us")
                .floor(syncs.p50_us.median())
                .goal(Goal::RatioAtMost(RATIO_MAX)),
            Row::new("a step, p99", steps.p99_us.median(), "us").floor(syncs.p99_us.median()),
        ],
    })
}

/// Starts a chain and waits for its end.
async fn chain(server: &Server) -> Result<std::time::Duration> {
    let start = wire::StartExecution {
        input: Json::parse(EVENT)?,
        ..wire::StartExecution::new(MACHINE.parse()?)
    };
    let begun = Instant::now();
    let started = server.client().start_execution(&start).await?;
    let ended = server.client().wait(started.execution.summary.id).await?;
    let took = begun.elapsed();
    ensure!(
        ended.summary.status == wire::ExecutionStatus::Succeeded,
        "a chain has not succeeded"
    );
    Ok(took)
}

fn definition() -> Value {
    let mut states = Map::new();
    for step in 1..=STEPS {
        let mut state = json!({"Type": "Task", "Resource": NAME});
        if step < STEPS {
            state["Next"] = json!(format!("Step{}", step + 1));
        } else {
            state["End"] = json!(true);
        }
        states.insert(format!("Step{step}"), state);
    }
    json!({"StartAt": "Step1", "States": states})
}
