//! What a plain scalar means in YAML's core schema (YAML 1.2.2, 10.3.2).

use serde_json::{Number, Value};

/// The value of a plain scalar; an error for what JSON cannot say.
pub(super) fn resolve(text: &str) -> Result<Value, String> {
    Ok(match text {
        "" | "~" | "null" | "Null" | "NULL" => Value::Null,
        "true" | "True" | "TRUE" => Value::Bool(true),
        "false" | "False" | "FALSE" => Value::Bool(false),
        _ if is_infinite(text) => return Err(format!("'{text}' is not a number in JSON")),
        _ => number(text).map_or_else(|| Value::from(text), Value::Number),
    })
}

/// `.inf` and `.nan`.
fn is_infinite(text: &str) -> bool {
    let unsigned = text.strip_prefix(['-', '+']).unwrap_or(text);
    matches!(unsigned, ".inf" | ".Inf" | ".INF") || matches!(text, ".nan" | ".NaN" | ".NAN")
}

fn number(text: &str) -> Option<Number> {
    for (prefix, radix) in [("0o", 8), ("0x", 16)] {
        if let Some(digits) = text.strip_prefix(prefix) {
            let is_digits = !digits.starts_with(['-', '+']);
            let number = u64::from_str_radix(digits, radix).ok();
            return number.filter(|_| is_digits).map(Number::from);
        }
    }
    let unsigned = text.strip_prefix(['-', '+']).unwrap_or(text);
    let mantissa = unsigned.split(['e', 'E']).next().unwrap_or_default();
    let is_mantissa = mantissa.chars().any(|c| c.is_ascii_digit())
        && mantissa.chars().all(|c| c.is_ascii_digit() || c == '.');
    if !is_mantissa {
        return None;
    }
    let plain = text.strip_prefix('+').unwrap_or(text);
    if let Ok(number) = plain.parse::<i64>() {
        return Some(number.into());
    }
    if let Ok(number) = plain.parse::<u64>() {
        return Some(number.into());
    }
    plain.parse::<f64>().ok().and_then(Number::from_f64)
}
