//! `$parse`.

use jsonata_core::evaluator::EvaluatorError;
use jsonata_core::value::JValue;

use super::Call;
use crate::jsonata::error::thrown;
use crate::jsonata::{convert, mask::Mask};

/// `$parse(text)`: the text as JSON. A blank one gives null, as `States.StringToJson` does.
pub(super) fn parse(call: &Call<'_>) -> Result<JValue, EvaluatorError> {
    call.wants(1)?;
    if call.lacks(0) {
        return Ok(JValue::Undefined);
    }
    let text = call.text(0)?;
    if text.trim_ascii().is_empty() {
        return Ok(JValue::Null);
    }
    match serde_json::from_str(text) {
        Ok(value) => Ok(convert::to_engine(&value, &Mask::Whole)),
        Err(error) => Err(thrown(format!(
            "The argument of the parse function is not valid JSON: {error}"
        ))),
    }
}
