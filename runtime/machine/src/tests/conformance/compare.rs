//! Compares with a recording, whose texts may hold wild cards.
//!
//! `${...}` stands for anything, `${name:1}` for the same throughout a case, `{"$json_text": X}` for
//! a text that parses to X, `{"$text": ...}` for a text that was not kept.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

/// What named wild cards stood for so far.
pub(super) type Bound = BTreeMap<String, Value>;

/// # Errors
/// What differs.
pub(super) fn equal(expected: &Value, found: &Value, bound: &mut Bound) -> Result<(), String> {
    let differs = || Err(format!("AWS: {expected:.300}, here: {found:.300}"));
    match (expected, found) {
        (Value::Object(pattern), _) if pattern.contains_key("$text") => Ok(()),
        (Value::Object(pattern), Value::String(text)) if pattern.contains_key("$json_text") => {
            match serde_json::from_str(text) {
                Ok(found) => equal(&pattern["$json_text"], &found, bound),
                Err(_) => differs(),
            }
        }
        (Value::String(pattern), _) if is_wild(pattern) => {
            if !pattern.contains(':') {
                return Ok(());
            }
            let first = bound
                .entry(pattern.clone())
                .or_insert_with(|| found.clone());
            if first == found { Ok(()) } else { differs() }
        }
        (Value::String(pattern), Value::String(text)) if like(pattern, text) => Ok(()),
        (Value::Object(expected), Value::Object(found)) => equal_objects(expected, found, bound),
        (Value::Array(all), Value::Array(found)) if all.len() == found.len() => all
            .iter()
            .zip(found)
            .try_for_each(|(expected, found)| equal(expected, found, bound)),
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
    // AWS tells of redrives in the context object since late 2023; older recordings lack it.
    match found
        .keys()
        .find(|name| !expected.contains_key(*name) && *name != "RedriveCount")
    {
        Some(name) => Err(format!("{name} is one too many")),
        None => Ok(()),
    }
}

/// Whether the whole text is one wild card.
fn is_wild(pattern: &str) -> bool {
    pattern.starts_with("${") && pattern.find('}') == Some(pattern.len() - 1)
}

/// Whether a text is like a pattern with wild cards within.
fn like(pattern: &str, text: &str) -> bool {
    let pattern = pattern.replace("role/test-sfn-role", "role/steploom");
    let mut rest = text;
    let mut parts = pattern.split("${");
    let first = parts.next().unwrap_or_default();
    let Some(after) = rest.strip_prefix(first) else {
        return false;
    };
    rest = after;
    let mut wild = false;
    for part in parts {
        wild = true;
        let literal = part.split_once('}').map_or("", |(_, literal)| literal);
        if literal.is_empty() {
            continue;
        }
        let Some(at) = rest.find(literal) else {
            return false;
        };
        rest = &rest[at + literal.len()..];
        wild = false;
    }
    wild || rest.is_empty()
}
