//! Some simulated minutes, unoptimised, for who runs the tests of this crate alone. `cargo xtask test`
//! simulates hundreds of hours besides, and plants every bug; `cargo xtask sim --hours N` as many as wanted.

use std::thread::available_parallelism;

use steploom_sim::campaign::{self, Campaign};

/// Seeds that run, each twice.
const HOURS: u64 = 2;

/// Minutes of load and faults in a seed.
const MINUTES: u64 = 20;

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
