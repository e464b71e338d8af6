//! What a function does that is told how to behave. The field `behaviour` is
//!
//! - `echo`: the event itself;
//! - `constant`: `value`;
//! - `repeat`: `text`, `times` over;
//! - `prefix_repr`: `prefix`, and the event as Python's `str` would print it;
//! - `sleep`: nothing for `seconds`, and then as `then` says;
//! - `fail`: the error `errorType` with `errorMessage`, in the four fields that Lambda's Python gives.

#[cfg(test)]
mod tests;

use std::thread::sleep;
use std::time::Duration;

use serde_json::{Value, json};

/// The longest sleep: as long as a function may run.
const SLEEP_SECONDS_MAX: f64 = 900.0;

/// The answer, or the failure.
pub(crate) fn answer(behaviour: &Value, event: Value) -> Result<Value, Value> {
    let text = |field: &str| behaviour[field].as_str().unwrap_or_default();
    match text("behaviour") {
        "echo" => Ok(event),
        "constant" => Ok(behaviour["value"].clone()),
        "repeat" => {
            let times = behaviour["times"].as_u64().unwrap_or_default() as usize;
            Ok(text("text").repeat(times).into())
        }
        "prefix_repr" => {
            let shown = match &event {
                Value::String(text) => text.clone(),
                other => repr(other),
            };
            Ok(format!("{}{shown}", text("prefix")).into())
        }
        "sleep" => {
            let seconds = behaviour["seconds"].as_f64().unwrap_or_default();
            sleep(Duration::from_secs_f64(
                seconds.clamp(0.0, SLEEP_SECONDS_MAX),
            ));
            answer(&behaviour["then"], event)
        }
        "fail" => Err(json!({
            "errorMessage": text("errorMessage"),
            "errorType": text("errorType"),
            "requestId": "00000000-0000-4000-8000-000000000001",
            "stackTrace": [],
        })),
        other => Err(bad(&format!("there is no behaviour '{other}'"))),
    }
}

/// The failure of one that was told nonsense.
pub(crate) fn bad(why: &str) -> Value {
    json!({ "errorType": "BadBehaviour", "errorMessage": why })
}

/// The value as Python prints it inside of others: `{'a': [1, None, True]}`.
fn repr(value: &Value) -> String {
    match value {
        Value::Null => "None".to_owned(),
        Value::Bool(true) => "True".to_owned(),
        Value::Bool(false) => "False".to_owned(),
        Value::Number(number) => number.to_string(),
        Value::String(text) => quoted(text),
        Value::Array(items) => {
            let items: Vec<_> = items.iter().map(repr).collect();
            format!("[{}]", items.join(", "))
        }
        Value::Object(fields) => {
            let fields = fields.iter();
            let fields: Vec<_> = fields
                .map(|(name, value)| format!("{}: {}", quoted(name), repr(value)))
                .collect();
            format!("{{{}}}", fields.join(", "))
        }
    }
}

/// The text between the quotes that Python would choose.
fn quoted(text: &str) -> String {
    let quote = if text.contains('\'') && !text.contains('"') {
        '"'
    } else {
        '\''
    };
    let mut shown = String::from(quote);
    for character in text.chars() {
        match character {
            '\n' => shown.push_str("\\n"),
            '\r' => shown.push_str("\\r"),
            '\t' => shown.push_str("\\t"),
            '\\' => shown.push_str("\\\\"),
            other => {
                if other == quote {
                    shown.push('\\');
                }
                shown.push(other);
            }
        }
    }
    shown.push(quote);
    shown
}
