//! Numbers.

use serde_json::Value;

use super::{Args, Failure};
use crate::java;

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
        Some(_) => java::first_double(args.whole(2)?),
        None => (args.env.random() >> 11) as f64 / (1u64 << 53) as f64,
    };
    // `chance` is below 1, yet the product may round up to the span where that is huge.
    let offset = ((chance * span as f64) as u64).min(span - 1);
    Ok(start.saturating_add_unsigned(offset).into())
}
