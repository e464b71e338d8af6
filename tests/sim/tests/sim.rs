//! Some simulated minutes in every run of the tests, unoptimised; `cargo xtask sim --hours N` runs as
//! many hours as wanted, fast.

use std::thread::available_parallelism;

use steploom_probe::Bug;
use steploom_sim::campaign::{self, Campaign};

/// Seeds that run, each twice.
const HOURS: u64 = 2;

/// Minutes of load and faults in a seed.
const MINUTES: u64 = 20;

/// Minutes and seeds within which planted bugs are found.
const BUG_MINUTES: u64 = 20;
/// See [`BUG_MINUTES`].
const BUG_SEEDS: u64 = 3;

/// How many of them: one needs longer seeds than a test has time for.
const BUGS_FOUND_MIN: usize = 10;

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
    assert!(report.executions_min > 0 && report.faults_min > 0);
}

#[test]
#[ignore = "it takes many minutes unoptimised; `cargo xtask sim --bug all` is the same and fast"]
fn planted_bugs_are_found() {
    let seeds = 1..=BUG_SEEDS;
    let is_found =
        |bug: &&Bug| campaign::find(**bug, *seeds.start()..*seeds.end() + 1, BUG_MINUTES).is_some();
    let found: Vec<_> = Bug::ALL.iter().filter(is_found).collect();
    assert!(found.len() >= BUGS_FOUND_MIN, "seeds find only {found:?}");
}
