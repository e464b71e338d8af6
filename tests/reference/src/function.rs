//! The functions that tasks call: what they answer follows from their event and from how often the task
//! was retried, and from nothing else.

use serde_json::{Value, json};

use crate::lots::scramble;

/// Functions that answer.
pub(crate) const SUCCEED: &[&str] = &["echo", "wrap", "count", "text"];

/// Functions that fail, always or as often as not.
pub(crate) const FAIL: &[&str] = &["odd", "odd", "boom", "never"];

/// What a call comes to, and after how many milliseconds.
#[derive(Clone, Debug, PartialEq)]
pub struct Answer {
    /// The output, or an error's name.
    pub outcome: Result<Value, &'static str>,
    /// Never a whole number of seconds, so that it meets no timer.
    pub after_ms: u64,
}

/// Calls a function.
pub fn call(name: &str, event: &Value, retry: u64) -> Answer {
    let lot = scramble(digest(event) ^ scramble(retry ^ digest(&name.into())));
    let outcome = match name {
        "echo" => Ok(event.clone()),
        "wrap" => Ok(
            json!({"n": 7, "m": 2, "s": "wrapped", "t": "x", "f": true, "z": null,
            "list": [3, 1, 3], "o": event}),
        ),
        "count" => Ok(event.as_object().map_or(0, serde_json::Map::len).into()),
        "text" => Ok(Value::String(format!("text {}", lot % 10))),
        "odd" if lot.is_multiple_of(2) => Ok(json!({"n": lot % 100, "list": []})),
        "odd" => Err("Odd"),
        "boom" => Err("Boom"),
        _ => Err("Never"),
    };
    Answer {
        outcome,
        after_ms: (lot % 20_000) / 1_000 * 1_000 + 1 + (lot >> 32) % 998,
    }
}

/// A number for a value, whatever the order of its fields.
fn digest(value: &Value) -> u64 {
    match value {
        Value::Null => 1,
        Value::Bool(is_true) => 2 + u64::from(*is_true),
        Value::Number(number) => scramble(number.as_f64().unwrap_or_default().to_bits()),
        Value::String(text) => text
            .bytes()
            .fold(5, |digest, byte| scramble(digest ^ u64::from(byte))),
        Value::Array(items) => items
            .iter()
            .fold(7, |sum, item| scramble(sum ^ digest(item)).rotate_left(1)),
        // Causes are texts for people, which the interpreters word as they like.
        Value::Object(fields) => fields.iter().fold(11, |sum: u64, (name, value)| {
            if name == "Cause" {
                return sum;
            }
            let name = digest(&Value::String(name.clone()));
            sum.wrapping_add(scramble(name ^ digest(value).rotate_left(17)))
        }),
    }
}
