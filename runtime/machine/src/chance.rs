//! What looks like chance: numbers derived from an execution's seed, the same at every replay.

/// The increment of SplitMix64, an odd number close to 2^64 divided by the golden ratio.
const STEP: u64 = 0x9e37_79b9_7f4a_7c15;

/// The number for `position` in the sequence of `seed`, by SplitMix64.
pub(crate) fn number(seed: u64, position: u64) -> u64 {
    let mut z = seed.wrapping_add(position.wrapping_add(1).wrapping_mul(STEP));
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

/// A number from 0 to `most`, both included, from an equally distributed `random`.
pub(crate) fn at_most(random: u64, most: u64) -> u64 {
    ((u128::from(random) * (u128::from(most) + 1)) >> 64) as u64
}

/// 32 hexadecimal digits in the form of a version 4 UUID.
pub(crate) fn uuid(seed: u64, position: u64) -> String {
    let high = number(seed, position);
    let low = number(high, position);
    format!(
        "{:08x}-{:04x}-4{:03x}-{:04x}-{:012x}",
        high >> 32,
        (high >> 16) & 0xffff,
        high & 0xfff,
        (low >> 48) & 0x3fff | 0x8000,
        low & 0xffff_ffff_ffff
    )
}
