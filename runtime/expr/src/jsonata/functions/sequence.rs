//! `$range` and `$partition`.

use jsonata_core::evaluator::EvaluatorError;
use jsonata_core::value::JValue;
use steploom_types::limits::query::ITEMS_MAX;

use super::Call;
use crate::jsonata::error::{out_of_memory, thrown};

/// `$range(first, last, step)`: numbers, the last one included if the steps meet it.
pub(super) fn range(call: &Call<'_>) -> Result<JValue, EvaluatorError> {
    call.wants(3)?;
    if (0..3).any(|index| call.lacks(index)) {
        return Ok(JValue::Undefined);
    }
    let (first, last, step) = (call.whole(0)?, call.whole(1)?, call.whole(2)?);
    if step == 0.0 {
        return Err(thrown("The step of the range function must not be 0"));
    }
    let steps = ((last - first) / step).floor();
    if steps < 0.0 {
        return Ok(JValue::sequence(Vec::new()));
    }
    if steps >= ITEMS_MAX as f64 {
        return Err(out_of_memory());
    }
    let items = (0..=steps as usize).map(|index| JValue::Number(first + index as f64 * step));
    Ok(JValue::sequence(items.collect()))
}

/// `$partition(array, size)`: arrays of `size`, the last one perhaps shorter.
pub(super) fn partition(call: &Call<'_>) -> Result<JValue, EvaluatorError> {
    call.wants(2)?;
    if call.lacks(0) {
        return Ok(JValue::Undefined);
    }
    let single;
    let items = match call.arg(0) {
        JValue::Array(items) => &items[..],
        other => {
            single = [other.clone()];
            &single[..]
        }
    };
    let size = call.whole(1)?;
    if size < 1.0 {
        return Err(thrown(
            "The size of the partition function must be positive",
        ));
    }
    let parts = items.chunks(size.min(ITEMS_MAX as f64) as usize);
    Ok(JValue::array(
        parts.map(|part| JValue::array(part.to_vec())).collect(),
    ))
}
