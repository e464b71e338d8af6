//! Everything random comes from here, and from nothing but a seed and a case's number.

use rand::rngs::SmallRng;
use rand::{RngExt as _, SeedableRng as _};

/// A sequence of choices.
pub(crate) struct Chance(SmallRng);

impl Chance {
    /// The choices of one case.
    pub(crate) fn new(seed: u64, case: u64) -> Self {
        Self(SmallRng::seed_from_u64(
            seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) ^ case.wrapping_mul(0xd1b5_4a32_d192_ed03),
        ))
    }

    /// A number below `end`, which is above 0.
    pub(crate) fn below(&mut self, end: usize) -> usize {
        self.0.random_range(0..end)
    }

    /// True once in `times`.
    pub(crate) fn once_in(&mut self, times: usize) -> bool {
        self.below(times) == 0
    }

    /// Any number.
    pub(crate) fn number(&mut self) -> u64 {
        self.0.random()
    }

    /// One of several.
    pub(crate) fn pick<'a, T>(&mut self, of: &'a [T]) -> &'a T {
        &of[self.below(of.len())]
    }
}
