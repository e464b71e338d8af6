//! A few seeds in every run of the tests; `cargo xtask sim --hours N` runs as many as wanted, each
//! twice.

use steploom_sim::{campaign, simulate};

/// Minutes of load and faults in a seed: enough for a dozen faults.
const MINUTES: u64 = 10;

/// Seeds that run.
const SEEDS: u64 = 8;

#[test]
fn whatever_befalls_nodes_the_promises_hold() {
    let (mut faults, mut executions) = (0, 0);
    for seed in 1..=SEEDS {
        let outcome = simulate(campaign::plan(seed, MINUTES));
        assert!(
            outcome.violations.is_empty(),
            "{:#?}\ncargo xtask sim --seed {seed} --minutes {MINUTES} --trace",
            outcome.violations
        );
        faults += outcome.faults.values().sum::<u64>();
        executions += outcome.executions;
    }
    assert!(faults > SEEDS && executions > SEEDS * 100);
}
