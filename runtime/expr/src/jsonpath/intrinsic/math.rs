//! Numbers.

use serde_json::Value;

use super::{Args, Failure};

/// `States.MathAdd(a, b)`, each rounded first.
pub(super) fn add(args: &Args) -> Result<Value, Failure> {
    let sum = args.whole(0)?.checked_add(args.whole(1)?);
    sum.map(Value::from)
        .ok_or_else(|| "the sum is too large".into())
}

/// `States.MathRandom(start, end[, seed])`: from `start` up to but not including `end`. With a seed
/// always the same.
pub(super) fn random(args: &Args) -> Result<Value, Failure> {
    let (start, end) = (args.whole(0)?, args.whole(1)?);
    if start >= end {
        return Err("the start must be less than the end".into());
    }
    let span = end.abs_diff(start);
    let chance = match args.values.get(2) {
        Some(_) => java_double(args.whole(2)?),
        None => (args.env.random() >> 11) as f64 / (1u64 << 53) as f64,
    };
    // `chance` is below 1, yet the product may round up to the span where that is huge.
    let offset = ((chance * span as f64) as u64).min(span - 1);
    Ok(start.saturating_add_unsigned(offset).into())
}

/// The first `nextDouble()` of a `java.util.Random` with this seed: what AWS draws from.
fn java_double(seed: i64) -> f64 {
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
        assert!((super::java_double(42) - 0.727_563_680_032_868_1).abs() < f64::EPSILON);
    }
}
