//! Payload templates: fields whose names end in `.$` are computed.

use serde_json::{Map, Value};

use super::{Surroundings, Wrong, intrinsic, path};

/// The template with its paths and calls replaced by their values.
pub(crate) fn fill(template: &Value, data: &Value, around: &Surroundings) -> Result<Value, Wrong> {
    match template {
        Value::Object(fields) => {
            let mut filled = Map::new();
            for (name, value) in fields {
                match (name.strip_suffix(".$"), value.as_str()) {
                    (Some(name), Some(text)) => {
                        filled.insert(name.to_owned(), compute(text, data, around)?);
                    }
                    _ => {
                        filled.insert(name.clone(), fill(value, data, around)?);
                    }
                }
            }
            Ok(Value::Object(filled))
        }
        Value::Array(items) => items
            .iter()
            .map(|item| fill(item, data, around))
            .collect::<Result<Vec<_>, _>>()
            .map(Value::Array),
        other => Ok(other.clone()),
    }
}

fn compute(text: &str, data: &Value, around: &Surroundings) -> Result<Value, Wrong> {
    if text.starts_with("States.") {
        intrinsic::call(text, data, around)
    } else {
        path::value_or_null(text, data, around)
    }
}
