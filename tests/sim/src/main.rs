//! Simulated hours: `cargo xtask sim` builds this and runs it.
//!
//! A failing seed is printed with the command that runs it alone, with everything that happened in it.

use std::process::ExitCode;
use std::thread::available_parallelism;

use clap::Parser;
use indicatif::{ProgressBar, ProgressStyle};
use serde_json::{Map, Value, json};
use steploom_probe::Bug;
use steploom_sim::campaign::{self, Campaign, MARKS_HOURS_MIN, Report};
use steploom_sim::{Outcome, Plan, simulate};

/// Simulates hours of load and faults: a seed an hour, each run twice.
#[derive(Debug, Parser)]
#[command(name = "cargo xtask sim", bin_name = "cargo xtask sim")]
struct Cli {
    /// Hours in all
    #[arg(long, default_value_t = 10)]
    hours: u64,
    /// Minutes of load and faults in a seed; at 60, a seed is an hour
    #[arg(long, default_value_t = 60)]
    minutes: u64,
    /// The first seed
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Run that one seed alone, once, and print everything that happens
    #[arg(long)]
    trace: bool,
    /// Run that one seed alone, twice, and print where the two runs part
    #[arg(long)]
    twice: bool,
    /// Plant a bug, and run seeds until it is found; `all` for each in turn
    #[arg(long, value_name = "BUG")]
    bug: Option<String>,
    /// Seeds that run at once [default: one a core]
    #[arg(long)]
    threads: Option<usize>,
    /// Print the result as JSON
    #[arg(long)]
    json: bool,
}

fn main() -> ExitCode {
    let cli = Cli::parse();
    let is_well = if let Some(name) = &cli.bug {
        find_bugs(&cli, name)
    } else if cli.twice {
        twice(&cli)
    } else if cli.trace {
        trace(&cli)
    } else {
        run(&cli)
    };
    if is_well {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}

/// Runs the campaign; whether all is well.
fn run(cli: &Cli) -> bool {
    let cores = available_parallelism().map_or(1, usize::from);
    let campaign = Campaign {
        seed: cli.seed,
        minutes: cli.minutes,
        hours: cli.hours,
        threads: cli.threads.unwrap_or(cores),
    };
    let bar = ProgressBar::new(cli.hours);
    let style = ProgressStyle::with_template("{bar:30} {pos}/{len} hours, {eta} to go");
    bar.set_style(style.expect("the template is right"));
    let report = campaign::run(campaign, |done| bar.set_position(done));
    bar.finish_and_clear();
    let missed = if report.hours >= MARKS_HOURS_MIN {
        report.missed()
    } else {
        Vec::new()
    };
    if cli.json {
        println!("{}", as_json(&report));
    } else {
        print(&report);
    }
    if let Some(failure) = &report.failure {
        eprintln!("error: seed {} fails:", failure.seed);
        for why in &failure.why {
            eprintln!("  {why}");
        }
        eprintln!(
            "run it alone: cargo xtask sim --seed {} --trace",
            failure.seed
        );
    }
    for mark in &missed {
        eprintln!("error: no seed came by the mark '{mark}'");
    }
    report.failure.is_none() && missed.is_empty()
}

fn print(report: &Report) {
    let hours = report.simulated_ms as f64 / 3_600_000.0;
    println!(
        "{} hours of load and faults ({hours:.0} with what it took everything to end), each run twice",
        report.hours
    );
    println!(
        "{} executions, {} in the quietest hour",
        report.executions, report.executions_min
    );
    let faults: u64 = report.faults.values().sum();
    println!(
        "{faults} faults, {} in the quietest hour:",
        report.faults_min
    );
    for (name, count) in &report.faults {
        println!("  {count:>8} {name}");
    }
    println!("marks:");
    for (mark, count) in &report.marks {
        println!("  {count:>8} {mark}");
    }
}

fn as_json(report: &Report) -> Value {
    let counts = |counts: Vec<(&str, u64)>| -> Map<String, Value> {
        let entry = |(name, count): (&str, u64)| (name.to_owned(), count.into());
        counts.into_iter().map(entry).collect()
    };
    let faults = report.faults.iter().map(|(name, count)| (*name, *count));
    let marks = report
        .marks
        .iter()
        .map(|(mark, count)| (mark.name(), *count));
    json!({
        "hours": report.hours,
        "simulatedMs": report.simulated_ms,
        "executions": report.executions,
        "executionsMin": report.executions_min,
        "faultsMin": report.faults_min,
        "faults": counts(faults.collect()),
        "marks": counts(marks.collect()),
        "failure": report.failure.as_ref().map(|failure| json!({
            "seed": failure.seed,
            "why": failure.why,
        })),
    })
}

/// Runs one seed and prints all of it; whether all is well.
fn trace(cli: &Cli) -> bool {
    let plan = Plan {
        is_traced: true,
        ..campaign::plan(cli.seed, cli.minutes)
    };
    let outcome = simulate(plan);
    for line in &outcome.lines {
        println!("{line}");
    }
    tell(cli.seed, &outcome);
    outcome.violations.is_empty()
}

/// Runs one seed twice and prints where the second run parts from the first; whether it does not.
fn twice(cli: &Cli) -> bool {
    /// Lines before and after.
    const AROUND: usize = 12;
    let plan = Plan {
        is_traced: true,
        ..campaign::plan(cli.seed, cli.minutes)
    };
    let (first, second) = (simulate(plan).lines, simulate(plan).lines);
    let same = first.iter().zip(&second).take_while(|(a, b)| a == b);
    let same = same.count();
    if same == first.len() && same == second.len() {
        println!("both runs of seed {} are the same", cli.seed);
        return true;
    }
    for line in &first[same.saturating_sub(AROUND)..same] {
        println!("  {line}");
    }
    for (sign, lines) in [('<', &first), ('>', &second)] {
        for line in lines.iter().skip(same).take(AROUND) {
            println!("{sign} {line}");
        }
    }
    false
}

fn tell(seed: u64, outcome: &Outcome) {
    println!("seed {seed} ends in {:016x}", outcome.hash);
    for violation in &outcome.violations {
        println!("VIOLATION {violation}");
    }
}

/// Plants bugs and looks for them; whether all were found.
fn find_bugs(cli: &Cli, name: &str) -> bool {
    let bugs: Vec<Bug> = match Bug::parse(name) {
        Some(bug) => vec![bug],
        None if name == "all" => Bug::ALL.to_vec(),
        None => {
            let names: Vec<_> = Bug::ALL.iter().map(|bug| bug.name()).collect();
            eprintln!("error: '{name}' is none of: all, {}", names.join(", "));
            return false;
        }
    };
    let mut are_found = true;
    for bug in bugs {
        if let Some((seed, outcome)) =
            campaign::find(bug, cli.seed..cli.seed + cli.hours, cli.minutes)
        {
            println!("{bug}: found by seed {seed}: {}", outcome.violations[0]);
        } else {
            println!("{bug}: not found");
            are_found = false;
        }
    }
    are_found
}
