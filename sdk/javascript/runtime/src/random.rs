//! `Math.random`: xorshift128+, seeded at its first use in each call, so that no two calls of a snapshot agree.

use std::cell::Cell;

use crate::system;

thread_local! {
    static STATE: Cell<Option<[u64; 2]>> = const { Cell::new(None) };
}

/// Forgets the seed that loading used.
pub(crate) fn forget() {
    STATE.set(None);
}

/// A number from 0 up to 1.
pub(crate) fn next() -> f64 {
    let [mut a, b] = STATE.get().unwrap_or_else(seed);
    a ^= a << 23;
    let next = a ^ b ^ (a >> 17) ^ (b >> 26);
    STATE.set(Some([b, next]));
    // 53 bits are what a double holds between 0 and 1.
    (next.wrapping_add(b) >> 11) as f64 / (1_u64 << 53) as f64
}

fn seed() -> [u64; 2] {
    let mut bytes = [0_u8; 16];
    system::fill_random(&mut bytes);
    let (a, b) = bytes.split_at(8);
    let word = |half: &[u8]| {
        half.iter()
            .fold(0, |word, byte| word << 8 | u64::from(*byte))
    };
    // A state of zeros would stay there.
    [word(a) | 1, word(b)]
}
