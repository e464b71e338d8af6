//! Random machines through both interpreters: `cargo xtask reference` builds this and runs it.

use std::process::ExitCode;

use clap::Parser;
use indicatif::{ProgressBar, ProgressStyle};
use steploom_reference::compare::{Compared, compare};
use steploom_reference::naive::Ended;

/// Differences after which it ends.
const DIFFERENCES_MAX: u64 = 5;

/// Runs random machines through our interpreter and through a naive one.
#[derive(Debug, Parser)]
#[command(name = "cargo xtask reference", bin_name = "cargo xtask reference")]
struct Cli {
    /// How many
    #[arg(long, default_value_t = 2_000)]
    machines: u64,
    /// The first seed
    #[arg(long, default_value_t = 1)]
    seed: u64,
}

fn main() -> ExitCode {
    let cli = Cli::parse();
    let bar = ProgressBar::new(cli.machines);
    let style = ProgressStyle::with_template("{bar:30} {pos}/{len} machines, {eta} to go");
    bar.set_style(style.expect("the template is right"));
    let (mut succeeded, mut failed, mut timed_out, mut undefined, mut different) = (0, 0, 0, 0, 0);
    for seed in cli.seed..cli.seed + cli.machines {
        match compare(seed) {
            Compared::Alike(Ended::Succeeded(_)) => succeeded += 1,
            Compared::Alike(Ended::TimedOut) => timed_out += 1,
            Compared::Alike(_) => failed += 1,
            Compared::Undefined => undefined += 1,
            Compared::Different(difference) => {
                different += 1;
                println!(
                    "seed {} differs:\nmachine {}",
                    difference.seed, difference.machine
                );
                println!("input {}", difference.input);
                println!("naive {:?}\nours  {:?}", difference.naive, difference.ours);
            }
        }
        bar.inc(1);
        if different == DIFFERENCES_MAX {
            break;
        }
    }
    bar.finish_and_clear();
    println!(
        "{succeeded} succeeded, {failed} failed, {timed_out} timed out in both; {undefined} hang on the order \
         of two things at one instant; {different} differ"
    );
    if different == 0 {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}
