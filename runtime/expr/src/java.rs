//! What AWS answers because it runs on Java.

/// The first `nextDouble()` of a `java.util.Random` with this seed.
pub(crate) fn first_double(seed: i64) -> f64 {
    const MULTIPLIER: u64 = 0x5_DEEC_E66D;
    const MASK: u64 = (1 << 48) - 1;
    let step = |state: u64| (state.wrapping_mul(MULTIPLIER).wrapping_add(0xB)) & MASK;
    let first = step((seed as u64 ^ MULTIPLIER) & MASK);
    let second = step(first);
    let bits = ((first >> 22) << 27) + (second >> 21);
    bits as f64 / (1u64 << 53) as f64
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_seeded_sequence_is_javas() {
        // Recorded from AWS for `$random(42)`.
        assert!((super::first_double(42) - 0.727_563_680_032_868_1).abs() < f64::EPSILON);
    }
}
