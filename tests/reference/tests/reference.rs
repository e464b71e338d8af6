//! Random machines end alike in both interpreters.

use steploom_reference::compare::{Compared, compare};

/// Machines; by hand there are more: `cargo xtask reference --machines 100000`.
const MACHINES: u64 = 2_000;

#[test]
fn random_machines_end_alike_in_both_interpreters() {
    let mut undefined = 0;
    for seed in 1..=MACHINES {
        match compare(seed) {
            Compared::Alike(_) => {}
            Compared::Undefined => undefined += 1,
            Compared::Different(difference) => panic!("{difference:#?}"),
        }
    }
    assert!(
        undefined < MACHINES / 10,
        "{undefined} of {MACHINES} prove nothing"
    );
}
