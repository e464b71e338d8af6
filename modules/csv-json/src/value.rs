//! What a field is in JSON.

use serde_json::{Number, Value};

/// Text as it is; with `types`, JSON's own values where the whole field is one.
pub(crate) fn value(field: &str, types: bool) -> Value {
    let own = if types { own(field) } else { None };
    own.unwrap_or_else(|| Value::String(field.to_owned()))
}

/// Empty is null; `true`, `false` and numbers are what JSON writes so. A number that would come out
/// otherwise than it went in, such as 007 or one of 30 digits, stays text.
fn own(field: &str) -> Option<Value> {
    match field {
        "" => return Some(Value::Null),
        "true" => return Some(Value::Bool(true)),
        "false" => return Some(Value::Bool(false)),
        _ => {}
    }
    let number: Number = serde_json::from_str(field).ok()?;
    let is_whole = !field.contains(['.', 'e', 'E']);
    let is_kept = !is_whole || number.to_string() == field;
    let is_number = field.starts_with(|first: char| first == '-' || first.is_ascii_digit());
    (is_kept && is_number && field.ends_with(|last: char| last.is_ascii_digit()))
        .then_some(Value::Number(number))
}
