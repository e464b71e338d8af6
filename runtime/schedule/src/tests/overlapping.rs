//! What overlaps.

use proptest::prelude::*;

use crate::{Overlap, Verdict};

const ALL: [Overlap; 6] = [
    Overlap::Skip,
    Overlap::BufferOne,
    Overlap::BufferAll,
    Overlap::CancelOther,
    Overlap::TerminateOther,
    Overlap::AllowAll,
];

#[test]
fn each_policy_decides() {
    let of = |overlap: Overlap, running, buffered| overlap.verdict(running, buffered, 3);
    for overlap in ALL {
        assert_eq!(of(overlap, 0, 0), Verdict::Start, "{overlap:?}");
    }
    assert_eq!(of(Overlap::Skip, 1, 0), Verdict::Skip);
    assert_eq!(of(Overlap::BufferOne, 1, 0), Verdict::Buffer);
    assert_eq!(of(Overlap::BufferOne, 1, 1), Verdict::Skip);
    assert_eq!(of(Overlap::BufferAll, 1, 2), Verdict::Buffer);
    assert_eq!(of(Overlap::BufferAll, 1, 3), Verdict::Skip);
    assert_eq!(of(Overlap::CancelOther, 1, 0), Verdict::Replace);
    assert_eq!(of(Overlap::TerminateOther, 1, 0), Verdict::Replace);
    assert_eq!(of(Overlap::AllowAll, 7, 0), Verdict::Start);
}

proptest! {
    /// Whatever comes and ends in whichever order: but with `AllowAll`, one runs at the most.
    #[test]
    fn one_runs_at_the_most(overlap in 0..5_usize, ends in prop::collection::vec(any::<bool>(), 1..60)) {
        let overlap = ALL[overlap];
        let (mut running, mut buffered, mut seen) = (0_usize, 0_usize, 0_usize);
        for end in &ends {
            if *end && running > 0 {
                running -= 1;
                if buffered > 0 {
                    buffered -= 1;
                    running += 1;
                    seen += 1;
                }
                continue;
            }
            match overlap.verdict(running, buffered, 5) {
                Verdict::Start => { running += 1; seen += 1; }
                Verdict::Skip => seen += 1,
                Verdict::Buffer => buffered += 1,
                Verdict::Replace => { buffered = 0; running = 1; seen += 1; }
            }
            prop_assert!(running <= 1 && buffered <= 5);
        }
        prop_assert!(seen <= ends.len());
    }
}
