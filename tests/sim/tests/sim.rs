//! A few seeds in every run of the tests; `cargo xtask sim --hours N` runs as many as wanted.

use std::thread::available_parallelism;

use steploom_probe::Bug;
use steploom_sim::campaign::{self, Campaign};

/// Minutes of load and faults in a seed: enough for a dozen faults.
const MINUTES: u64 = 10;

/// Seeds that run, each twice.
const SEEDS: u64 = 8;

/// Seeds after which a planted bug counts as not found.
const SEEDS_FOR_A_BUG_MAX: u64 = 40;

#[test]
fn whatever_befalls_nodes_the_promises_hold_and_the_same_seed_gives_the_same_run() {
    let report = campaign::run(
        Campaign {
            seed: 1,
            hours: SEEDS,
            minutes: MINUTES,
            threads: available_parallelism().map_or(1, usize::from),
        },
        |_| {},
    );
    if let Some(failure) = report.failure {
        panic!(
            "{:#?}\ncargo xtask sim --seed {} --minutes {MINUTES} --trace",
            failure.why, failure.seed
        );
    }
    assert_eq!(report.hours, SEEDS);
    assert!(!report.faults.is_empty() && report.executions > SEEDS * 100);
}

#[test]
fn every_planted_bug_is_found() {
    let missed: Vec<_> = Bug::ALL
        .iter()
        .filter(|bug| campaign::find(**bug, 1..SEEDS_FOR_A_BUG_MAX, MINUTES).is_none())
        .collect();
    assert!(missed.is_empty(), "not found: {missed:?}");
}
