//! Chance from a seed: the same seed draws the same lots, on every computer.

use std::sync::atomic::{AtomicU64, Ordering};

/// Lots of one purpose. Purposes draw apart, so that one more lot here changes nothing there.
#[derive(Clone, Debug)]
pub(crate) struct Lots(u64);

impl Lots {
    /// The lots of a seed for a purpose.
    pub(crate) fn of(seed: u64, purpose: &str) -> Self {
        let mut state = seed;
        for byte in purpose.bytes() {
            state = scramble(state ^ u64::from(byte));
        }
        Self(state)
    }

    pub(crate) fn draw(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(STEP);
        scramble(self.0)
    }

    /// A number below `end`, which is not 0.
    pub(crate) fn below(&mut self, end: u64) -> u64 {
        self.draw() % end
    }

    /// A number from `first` to `last`, both included.
    pub(crate) fn between(&mut self, first: u64, last: u64) -> u64 {
        first + self.below(last - first + 1)
    }

    /// True that often out of a hundred.
    pub(crate) fn percent(&mut self, percent: u64) -> bool {
        self.below(100) < percent
    }

    pub(crate) fn pick<'a, T>(&mut self, all: &'a [T]) -> &'a T {
        &all[self.below(all.len() as u64) as usize]
    }

    /// Puts them into another order.
    pub(crate) fn shuffle<T>(&mut self, all: &mut [T]) {
        for end in (1..all.len()).rev() {
            all.swap(end, self.below(end as u64 + 1) as usize);
        }
    }
}

/// What a node draws from. Shared by all that runs in it.
pub(crate) struct Draws(AtomicU64);

impl Draws {
    pub(crate) fn new(lots: &mut Lots) -> Self {
        Self(AtomicU64::new(lots.draw()))
    }
}

impl steploom_worker::Chance for Draws {
    fn draw(&self) -> u64 {
        scramble(self.0.fetch_add(STEP, Ordering::Relaxed))
    }
}

/// 2^64 divided by the golden ratio, made odd: splitmix64 (Steele, Lea and Flood 2014).
const STEP: u64 = 0x9e37_79b9_7f4a_7c15;

/// Spreads every bit of the input over all of the output: splitmix64's own mixing.
pub(crate) fn scramble(state: u64) -> u64 {
    let state = (state ^ (state >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let state = (state ^ (state >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    state ^ (state >> 31)
}

/// A number that stands for these bytes. Not for enemies.
pub(crate) fn digest(bytes: &[u8]) -> u64 {
    let chunks = bytes.chunks(8);
    chunks.fold(bytes.len() as u64, |digest, chunk| {
        let mut word = [0; 8];
        word[..chunk.len()].copy_from_slice(chunk);
        scramble(digest.wrapping_mul(STEP) ^ u64::from_le_bytes(word))
    })
}
