//! Values to and from the engine.

use jsonata_core::value::{JArray, JMap, JValue};
use serde_json::{Map, Number, Value};
use steploom_types::limits::JSON_DEPTH_MAX;

use super::mask::Mask;

/// Why a result is no JSON.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Unusable {
    /// It is, or holds, a function.
    Function,
    /// It is larger, or nested deeper, than a result may be.
    TooLarge,
}

/// The part of a value that may be read, for the engine. Integers beyond 2^53 lose their last
/// digits there, as its numbers are floats.
pub(super) fn to_engine(value: &Value, mask: &Mask) -> JValue {
    match value {
        Value::Null => JValue::Null,
        Value::Bool(yes) => JValue::Bool(*yes),
        Value::Number(number) => JValue::Number(number.as_f64().unwrap_or_default()),
        Value::String(text) => JValue::string(text.as_str()),
        Value::Array(items) => {
            let is_flat = !items.iter().any(Value::is_array);
            let items = items.iter().map(|item| to_engine(item, mask)).collect();
            JValue::Array(JArray::new_flat(items, is_flat))
        }
        Value::Object(fields) => {
            let read = fields
                .iter()
                .filter_map(|(name, field)| Some((name, field, mask.field(name)?)))
                .map(|(name, field, mask)| (name.clone(), to_engine(field, mask)));
            JValue::Object(read.collect::<JMap>().into())
        }
    }
}

/// A result as JSON, of about `bytes` at most.
pub(super) fn from_engine(value: &JValue, bytes: usize) -> Result<Value, Unusable> {
    Reader { bytes }.value(value, 0)
}

struct Reader {
    /// What is left.
    bytes: usize,
}

impl Reader {
    fn value(&mut self, value: &JValue, depth: usize) -> Result<Value, Unusable> {
        if depth >= JSON_DEPTH_MAX {
            return Err(Unusable::TooLarge);
        }
        match value {
            JValue::Null | JValue::Undefined => self.take(4).map(|()| Value::Null),
            JValue::Bool(yes) => self.take(4).map(|()| Value::Bool(*yes)),
            JValue::Number(float) => self.take(8).map(|()| number(*float)),
            JValue::String(text) => {
                self.take(text.len())?;
                Ok(Value::String(text.as_ref().to_owned()))
            }
            JValue::Array(items) => items
                .iter()
                .map(|item| self.value(item, depth + 1))
                .collect::<Result<_, _>>()
                .map(Value::Array),
            JValue::Object(fields) => {
                let mut object = Map::new();
                for (name, field) in fields.iter() {
                    self.take(name.len())?;
                    object.insert(name.clone(), self.value(field, depth + 1)?);
                }
                Ok(Value::Object(object))
            }
            JValue::Lambda(_) | JValue::Builtin { .. } | JValue::Regex { .. } => {
                Err(Unusable::Function)
            }
        }
    }

    fn take(&mut self, bytes: usize) -> Result<(), Unusable> {
        self.bytes = self.bytes.checked_sub(bytes).ok_or(Unusable::TooLarge)?;
        Ok(())
    }
}

/// A number as JSON has it: an integer if it is one; what JSON has no number for, as a text (AWS:
/// `"Infinity"`).
pub(super) fn number(float: f64) -> Value {
    // The first floats beyond `i64` and `u64`.
    const I64_END: f64 = 9_223_372_036_854_775_808.0;
    const U64_END: f64 = 18_446_744_073_709_551_616.0;
    if float.is_nan() {
        return "NaN".into();
    }
    if float.is_infinite() {
        return if float > 0.0 { "Infinity" } else { "-Infinity" }.into();
    }
    if float.fract() != 0.0 {
        return Number::from_f64(float).map_or(Value::Null, Value::Number);
    }
    if (-I64_END..I64_END).contains(&float) {
        (float as i64).into()
    } else if (0.0..U64_END).contains(&float) {
        (float as u64).into()
    } else {
        Number::from_f64(float).map_or(Value::Null, Value::Number)
    }
}
