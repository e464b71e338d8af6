//! `$random`, `$uuid` and `$shuffle`, drawn from the environment's chance.

use jsonata_core::evaluator::EvaluatorError;
use jsonata_core::value::JValue;

use super::Call;
use crate::java;
use crate::uuid;

/// `$random([seed])`: at least 0 and below 1. With a seed always the same.
pub(super) fn random(call: &Call<'_>) -> Result<JValue, EvaluatorError> {
    let number = if call.lacks(0) {
        (call.chance.next() >> 11) as f64 / (1u64 << 53) as f64
    } else {
        java::first_double(call.whole(0)? as i64)
    };
    Ok(number.into())
}

/// `$uuid()`: version 4.
#[expect(clippy::unnecessary_wraps, reason = "the table wants one signature")]
pub(super) fn uuid(call: &Call<'_>) -> Result<JValue, EvaluatorError> {
    Ok(uuid::version_4(call.chance.next(), call.chance.next()).into())
}

/// `$shuffle(array)`.
#[expect(clippy::unnecessary_wraps, reason = "the table wants one signature")]
pub(super) fn shuffle(call: &Call<'_>) -> Result<JValue, EvaluatorError> {
    let mut items = match call.arg(0) {
        JValue::Undefined => return Ok(JValue::Undefined),
        JValue::Array(items) => items.to_vec(),
        other => return Ok(JValue::array(vec![other.clone()])),
    };
    for end in (1..items.len()).rev() {
        let chosen = call.chance.next() % (end as u64 + 1);
        items.swap(end, chosen as usize);
    }
    Ok(JValue::array(items))
}
