//! Simulated hours in every run of the tests, as many as a core does in some minutes;
//! `cargo xtask sim --hours N` runs as many as wanted.

use std::thread::available_parallelism;

use steploom_probe::Bug;
use steploom_sim::campaign::{self, Campaign};

/// Seeds that run, each twice.
const HOURS: u64 = 20;

/// Minutes of load and faults in a seed.
const MINUTES: u64 = 60;

/// Seeds within which each planted bug is found.
const BUG_SEEDS: u64 = 12;

#[test]
fn whatever_befalls_nodes_the_promises_hold() {
    let report = campaign::run(
        Campaign {
            seed: 1,
            hours: HOURS,
            minutes: MINUTES,
            threads: available_parallelism().map_or(1, usize::from),
        },
        |_| {},
    );
    if let Some(failure) = report.failure {
        let seed = failure.seed;
        panic!("{:#?}\ncargo xtask sim --seed {seed} --trace", failure.why);
    }
    assert!(report.executions_min >= 1_000 && report.faults_min >= 20);
}

#[test]
fn planted_bugs_are_found() {
    let is_missed = |bug: &&Bug| campaign::find(**bug, 1..1 + BUG_SEEDS, MINUTES).is_none();
    let missed: Vec<_> = Bug::ALL.iter().filter(is_missed).collect();
    assert!(missed.is_empty(), "no seed finds {missed:?}");
}
