//! Calls of intrinsic functions, as far as the generator writes them.

use serde_json::{Map, Value};

use super::{Surroundings, Wrong, path};

fn failed<T>() -> Result<T, Wrong> {
    Err(Wrong::Error("States.IntrinsicFailure".to_owned()))
}

/// Evaluates a call such as `States.MathAdd($.n, 1)`.
pub(crate) fn call(text: &str, data: &Value, around: &Surroundings) -> Result<Value, Wrong> {
    let (name, rest) = text.split_once('(').unwrap_or((text, ")"));
    let arguments = rest.strip_suffix(')').unwrap_or(rest);
    let mut values = Vec::new();
    for argument in split(arguments) {
        values.push(evaluate(&argument, data, around)?);
    }
    if name == "States.Format" && values.iter().any(has_cause) {
        // A cause's words become data, which may decide anything.
        around.race.set(true);
    }
    apply(name.trim_start_matches("States."), &values)
}

fn evaluate(text: &str, data: &Value, around: &Surroundings) -> Result<Value, Wrong> {
    if text.starts_with('$') {
        return path::value(text, data, around);
    }
    if text.starts_with("States.") {
        return call(text, data, around);
    }
    if let Some(quoted) = text.strip_prefix('\'') {
        return Ok(Value::String(quoted.trim_end_matches('\'').to_owned()));
    }
    serde_json::from_str(text).or_else(|_| failed())
}

/// Whether an error's cause, which every interpreter words for itself, is somewhere within.
fn has_cause(value: &Value) -> bool {
    match value {
        Value::Object(fields) => fields
            .iter()
            .any(|(name, value)| name == "Cause" || has_cause(value)),
        Value::Array(items) => items.iter().any(has_cause),
        _ => false,
    }
}

/// Arguments, at the commas that are in no brackets and no quotes.
fn split(text: &str) -> Vec<String> {
    let mut arguments = vec![String::new()];
    let (mut depth, mut is_quoted) = (0, false);
    for c in text.chars() {
        match c {
            '\'' => is_quoted = !is_quoted,
            '(' if !is_quoted => depth += 1,
            ')' if !is_quoted => depth -= 1,
            _ => {}
        }
        if c == ',' && depth == 0 && !is_quoted {
            arguments.push(String::new());
        } else if let Some(last) = arguments.last_mut() {
            last.push(c);
        }
    }
    let trimmed = arguments.into_iter().map(|a| a.trim().to_owned());
    trimmed.filter(|argument| !argument.is_empty()).collect()
}

fn apply(name: &str, values: &[Value]) -> Result<Value, Wrong> {
    match (name, values) {
        ("Array", items) => Ok(Value::Array(items.to_vec())),
        ("MathAdd", [Value::Number(a), Value::Number(b)]) => match (a.as_i64(), b.as_i64()) {
            (Some(a), Some(b)) => Ok((a + b).into()),
            _ => failed(),
        },
        ("ArrayLength", [Value::Array(items)]) => Ok(items.len().into()),
        ("ArrayContains", [Value::Array(items), value]) => Ok(items.contains(value).into()),
        ("ArrayGetItem", [Value::Array(items), Value::Number(index)]) => {
            let index = index.as_u64().and_then(|index| items.get(index as usize));
            index.cloned().map_or_else(failed, Ok)
        }
        ("ArrayUnique", [Value::Array(items)]) => {
            let mut unique: Vec<Value> = Vec::new();
            for item in items {
                if !unique.contains(item) {
                    unique.push(item.clone());
                }
            }
            Ok(Value::Array(unique))
        }
        ("ArrayPartition", [Value::Array(items), Value::Number(size)]) => match size.as_u64() {
            Some(size) if size > 0 => Ok(items
                .chunks(size as usize)
                .map(|chunk| Value::Array(chunk.to_vec()))
                .collect()),
            _ => failed(),
        },
        (
            "ArrayRange",
            [
                Value::Number(first),
                Value::Number(last),
                Value::Number(step),
            ],
        ) => {
            let (first, last, step) = (first.as_i64(), last.as_i64(), step.as_i64());
            match (first, last, step) {
                (Some(first), Some(last), Some(step)) if step > 0 => Ok((first..=last)
                    .step_by(step as usize)
                    .map(Value::from)
                    .collect()),
                _ => failed(),
            }
        }
        ("StringSplit", [Value::String(text), Value::String(by)]) => Ok(text
            .split(|c| by.contains(c))
            .filter(|part| !part.is_empty())
            .map(Value::from)
            .collect()),
        ("JsonMerge", [Value::Object(a), Value::Object(b), Value::Bool(false)]) => {
            let mut merged: Map<String, Value> = a.clone();
            merged.extend(b.clone());
            Ok(Value::Object(merged))
        }
        ("Format", [Value::String(text), values @ ..]) => format(text, values),
        _ => failed(),
    }
}

fn format(text: &str, values: &[Value]) -> Result<Value, Wrong> {
    let mut parts = text.split("{}");
    let mut formatted = parts.next().unwrap_or_default().to_owned();
    let mut values = values.iter();
    for part in parts {
        match values.next() {
            Some(value) => formatted.push_str(&java(value)),
            None => return failed(),
        }
        formatted.push_str(part);
    }
    match values.next() {
        None => Ok(Value::String(formatted)),
        Some(_) => failed(),
    }
}

/// A value as the service prints it, which is written in Java: `{a=1, b=[x, null]}`.
fn java(value: &Value) -> String {
    let joined = |parts: Vec<String>| parts.join(", ");
    match value {
        Value::String(text) => text.clone(),
        Value::Array(items) => format!("[{}]", joined(items.iter().map(java).collect())),
        Value::Object(fields) => {
            let field = |(name, value): (&String, &Value)| format!("{name}={}", java(value));
            format!("{{{}}}", joined(fields.iter().map(field).collect()))
        }
        other => other.to_string(),
    }
}
