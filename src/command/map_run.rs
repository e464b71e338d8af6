//! `map-run update|stop`, and `list map-runs`: distributed `Map` states, and how far they are.

use std::io::IsTerminal as _;
use std::time::Duration;

use clap::Subcommand;
use steploom_api::wire::{MapRun, MapRunNumber, MapRunStatus, MapRuns, UpdateMapRun};
use steploom_types::ExecutionId;

use super::{Context, status};
use crate::failure::Failure;
use crate::parse::Reference;
use crate::view::live::{now, plain_bar};
use crate::view::table::Rows;
use crate::view::{Paint, human, out};

/// Between two looks at map runs that are followed.
const LOOK_INTERVAL: Duration = Duration::from_millis(500);

/// Characters of a bar.
const BAR_WIDTH: u64 = 24;

/// Change or stop a map run, which is a distributed Map of an execution
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  steploom list map-runs 0a1b0199-2c3d-4e5f-8a9b-0c1d2e3f4a5b --follow
  steploom map-run update 0a1b0199-2c3d-4e5f-8a9b-0c1d2e3f4a5b 1 --max-concurrency 200
  steploom map-run stop 0a1b0199-2c3d-4e5f-8a9b-0c1d2e3f4a5b 1")]
pub(crate) struct Args {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Debug, Subcommand)]
enum Verb {
    /// Let it go on with other limits
    Update {
        /// The execution: its id, or MACHINE/NAME
        #[arg(value_name = "EXECUTION")]
        reference: Reference,
        /// The map run's number, as 'list map-runs' shows it
        number: u64,
        /// Iterations in flight at the most; 0 keeps further ones from being started
        #[arg(long, value_name = "N")]
        max_concurrency: Option<u32>,
        /// Items that may fail
        #[arg(long, value_name = "N")]
        tolerated_failures: Option<u64>,
        /// The part of all items that may fail, in percent
        #[arg(long, value_name = "PERCENT")]
        tolerated_percentage: Option<f64>,
    },
    /// End it: its state fails with States.MapRunStopped
    Stop {
        /// The execution: its id, or MACHINE/NAME
        #[arg(value_name = "EXECUTION")]
        reference: Reference,
        /// The map run's number, as 'list map-runs' shows it
        number: u64,
    },
}

/// Changes it, or stops it.
pub(crate) async fn run(args: Args, context: &Context) -> Result<(), Failure> {
    let client = &context.client;
    let run = match args.verb {
        Verb::Update {
            reference,
            number,
            max_concurrency,
            tolerated_failures,
            tolerated_percentage,
        } => {
            let id = status::find(&reference, context).await?.summary.id;
            let update = UpdateMapRun {
                max_concurrency,
                tolerated_failure_count: tolerated_failures,
                tolerated_failure_percentage: tolerated_percentage,
            };
            client
                .update_map_run(id, MapRunNumber(number), &update)
                .await?
        }
        Verb::Stop { reference, number } => {
            let id = status::find(&reference, context).await?.summary.id;
            client.stop_map_run(id, MapRunNumber(number)).await?
        }
    };
    if context.json {
        return Ok(out::json(&run)?);
    }
    Ok(out::line(line(&run))?)
}

/// Shows an execution's map runs; until the last has ended, if they are followed.
pub(crate) async fn list(
    reference: &Reference,
    follow: bool,
    context: &Context,
) -> Result<(), Failure> {
    let id = status::find(reference, context).await?.summary.id;
    let runs = if follow {
        followed(id, context).await?
    } else {
        context.client.list_map_runs(id).await?
    };
    if context.json {
        return Ok(out::json(&runs)?);
    }
    if runs.items.is_empty() {
        out::note("the execution has no map runs");
        return Ok(());
    }
    Ok(out::line(table(&runs, context.paint))?)
}

/// Looks again and again, and draws on a terminal.
async fn followed(id: ExecutionId, context: &Context) -> Result<MapRuns, Failure> {
    let bar = std::io::stderr().is_terminal().then(|| plain_bar("{msg}"));
    loop {
        let runs = context.client.list_map_runs(id).await?;
        let lines: Vec<String> = runs.items.iter().map(line).collect();
        match &bar {
            Some(bar) => bar.set_message(lines.join("\n")),
            None => lines.iter().for_each(out::note),
        }
        let is_over = |run: &MapRun| run.status != MapRunStatus::Running;
        let has_ended = runs.items.iter().all(is_over)
            && !context
                .client
                .get_execution(id)
                .await?
                .summary
                .status
                .is_open();
        if has_ended {
            bar.iter()
                .for_each(indicatif::ProgressBar::finish_and_clear);
            return Ok(runs);
        }
        tokio::time::sleep(LOOK_INTERVAL).await;
    }
}

/// One map run in a line: a bar, the items, how fast, and until when.
fn line(run: &MapRun) -> String {
    let items = run.items;
    let ended = items.succeeded + items.failed + items.timed_out + items.aborted;
    let filled = (ended * BAR_WIDTH).checked_div(items.total).unwrap_or(0);
    let bar: String = (0..BAR_WIDTH)
        .map(|place| if place < filled { '#' } else { '-' })
        .collect();
    let total = human::count(items.total);
    let more = if items.is_total { "" } else { "+" };
    let failed = items.failed + items.timed_out;
    let failures = match failed {
        0 => String::new(),
        failed => format!(", {} failed", human::count(failed)),
    };
    let end = match (run.status, run.estimated_end_at) {
        (MapRunStatus::Running, Some(at)) => {
            format!(", {} left", human::duration(at.millis_since(now())))
        }
        (MapRunStatus::Running, None) => String::new(),
        (status, _) => format!(", {}", word(status)),
    };
    format!(
        "{} {} [{bar}] {}/{total}{more}, {}{failures}{end}",
        run.number,
        run.state,
        human::count(ended),
        human::rate(run.items_per_second),
    )
}

fn table(runs: &MapRuns, paint: Paint) -> String {
    let mut rows = Rows::new(
        paint,
        &[
            "map run",
            "state",
            "status",
            "items",
            "pending",
            "running",
            "succeeded",
            "failed",
            "aborted",
            "speed",
            "started",
            "took",
        ],
    );
    for run in &runs.items {
        let items = run.items;
        let until = run.ended_at.unwrap_or_else(now);
        let more = if items.is_total { "" } else { "+" };
        rows.add([
            run.number.to_string(),
            run.state.clone(),
            word(run.status).to_owned(),
            format!("{}{more}", human::count(items.total)),
            human::count(items.pending),
            human::count(items.running),
            human::count(items.succeeded),
            human::count(items.failed + items.timed_out),
            human::count(items.aborted),
            human::rate(run.items_per_second),
            human::ago(run.started_at, now()),
            human::duration(until.millis_since(run.started_at)),
        ]);
    }
    rows.text(&[0, 3, 4, 5, 6, 7, 8, 9, 11])
}

fn word(status: MapRunStatus) -> &'static str {
    match status {
        MapRunStatus::Running => "running",
        MapRunStatus::Succeeded => "succeeded",
        MapRunStatus::Failed => "failed",
        MapRunStatus::Aborted => "aborted",
    }
}
