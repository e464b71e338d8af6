//! Compares with a recording, whose texts may hold wild cards.
//!
//! `${...}` stands for anything, `${name:1}` for the same throughout a case, `{"$json_text": X}` for
//! a text that parses to X, `{"$text": ...}` for a text that was not kept.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

/// What named wild cards stood for so far.
pub type Bound = BTreeMap<String, Value>;

/// Fields that AWS began to give at the end of 2023: where an older recording lacks them, they are
/// not one too many.
const SINCE_REDRIVES: [&str; 3] = ["RedriveCount", "RedriveStatus", "RedriveStatusReason"];

/// How much of a value a message shows.
const SHOWN_LENGTH_MAX: usize = 300;

/// # Errors
/// What differs, and where.
pub fn equal(expected: &Value, found: &Value, bound: &mut Bound) -> Result<(), String> {
    let differs = || {
        Err(format!(
            "AWS: {}, here: {}",
            clipped(expected),
            clipped(found)
        ))
    };
    match (expected, found) {
        (Value::Object(pattern), _) if is_only(pattern, "$text") => Ok(()),
        (Value::Object(pattern), Value::String(text)) if is_only(pattern, "$json_text") => {
            match serde_json::from_str(text) {
                Ok(found) => equal(&pattern["$json_text"], &found, bound),
                Err(_) => differs(),
            }
        }
        (Value::String(pattern), _) if is_wild(pattern) => {
            if !pattern.contains(':') || !found.is_string() {
                return Ok(());
            }
            let first = bound.entry(pattern.clone());
            if first.or_insert_with(|| found.clone()) == found {
                Ok(())
            } else {
                differs()
            }
        }
        (Value::String(pattern), Value::String(text)) if like(pattern, text) => Ok(()),
        (Value::Object(expected), Value::Object(found)) => equal_objects(expected, found, bound),
        (Value::Array(all), Value::Array(found)) if all.len() == found.len() => all
            .iter()
            .zip(found)
            .enumerate()
            .try_for_each(|(at, (expected, found))| {
                equal(expected, found, bound).map_err(|why| format!("[{at}] {why}"))
            }),
        (Value::Number(a), Value::Number(b)) if a.as_f64() == b.as_f64() => Ok(()),
        _ if expected == found => Ok(()),
        _ => differs(),
    }
}

fn equal_objects(
    expected: &Map<String, Value>,
    found: &Map<String, Value>,
    bound: &mut Bound,
) -> Result<(), String> {
    for (name, value) in expected {
        let Some(found) = found.get(name) else {
            return Err(format!("{name} is missing"));
        };
        equal(value, found, bound).map_err(|why| format!("{name}: {why}"))?;
    }
    let is_extra =
        |name: &&String| !expected.contains_key(*name) && !SINCE_REDRIVES.contains(&name.as_str());
    match found.keys().find(is_extra) {
        Some(name) => Err(format!("{name} is one too many: {}", clipped(&found[name]))),
        None => Ok(()),
    }
}

fn is_only(object: &Map<String, Value>, name: &str) -> bool {
    object.len() == 1 && object.contains_key(name)
}

/// Whether the whole text is one wild card.
fn is_wild(pattern: &str) -> bool {
    pattern.starts_with("${") && pattern.find('}') == Some(pattern.len() - 1)
}

/// Whether a text is like a pattern with wild cards within.
fn like(pattern: &str, text: &str) -> bool {
    let mut parts = pattern.split("${");
    let first = parts.next().unwrap_or_default();
    let Some(mut rest) = text.strip_prefix(first) else {
        return false;
    };
    let literals: Vec<&str> = parts
        .map(|part| part.split_once('}').map_or("", |(_, literal)| literal))
        .collect();
    let Some((last, inner)) = literals.split_last() else {
        return rest.is_empty();
    };
    for literal in inner {
        let Some(at) = rest.find(literal) else {
            return false;
        };
        rest = &rest[at + literal.len()..];
    }
    rest.ends_with(last)
}

fn clipped(value: &Value) -> String {
    let text = value.to_string();
    match text.char_indices().nth(SHOWN_LENGTH_MAX) {
        Some((at, _)) => format!("{}…", &text[..at]),
        None => text,
    }
}

#[cfg(test)]
mod tests;
