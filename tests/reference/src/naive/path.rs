//! Paths to one value: `$`, `$.a.b`, `$.a[0]`, `$$` for the context, `$name` for a variable.

use serde_json::{Map, Value};

use super::{Surroundings, Wrong, runtime};

/// A step of a path.
enum Step {
    Field(String),
    Index(usize),
}

fn steps(text: &str) -> Vec<Step> {
    let mut steps = Vec::new();
    for part in text.split('.').filter(|part| !part.is_empty()) {
        let (name, indexes) = part.split_once('[').unwrap_or((part, ""));
        if !name.is_empty() {
            steps.push(Step::Field(name.to_owned()));
        }
        for index in indexes.split('[').filter(|index| !index.is_empty()) {
            let index = index.trim_end_matches(']');
            steps.push(Step::Index(index.parse().unwrap_or(usize::MAX)));
        }
    }
    steps
}

/// Where a path begins, and the rest of it.
fn root<'a>(path: &'a str, data: &Value, around: &Surroundings) -> Result<(Value, &'a str), Wrong> {
    if let Some(rest) = path.strip_prefix("$$") {
        return Ok((around.context.clone(), rest));
    }
    let rest = path.strip_prefix('$').unwrap_or(path);
    let end = rest.find(['.', '[']).unwrap_or(rest.len());
    let (name, rest) = rest.split_at(end);
    if name.is_empty() {
        return Ok((data.clone(), rest));
    }
    match around.variables.get(name) {
        Some(value) => Ok((value.clone(), rest)),
        None => runtime(format!("there is no variable {name}")),
    }
}

/// The value that a path leads to, or none.
pub(crate) fn find(
    path: &str,
    data: &Value,
    around: &Surroundings,
) -> Result<Option<Value>, Wrong> {
    let (mut value, rest) = root(path, data, around)?;
    for step in steps(rest) {
        let found = match &step {
            Step::Field(name) => value.as_object().and_then(|fields| fields.get(name)),
            Step::Index(index) => value.as_array().and_then(|items| items.get(*index)),
        };
        match found {
            Some(found) => value = found.clone(),
            None => return Ok(None),
        }
    }
    Ok(Some(value))
}

/// The value that a path leads to, which must be there.
pub(crate) fn value(path: &str, data: &Value, around: &Surroundings) -> Result<Value, Wrong> {
    match find(path, data, around)? {
        Some(value) => Ok(value),
        None => runtime(format!("{path} leads nowhere")),
    }
}

/// The same in a template, where what is past the end of an array is null.
pub(crate) fn value_or_null(
    path: &str,
    data: &Value,
    around: &Surroundings,
) -> Result<Value, Wrong> {
    if let Some(value) = find(path, data, around)? {
        return Ok(value);
    }
    let array = path.rsplit_once('[').map(|(array, _)| array);
    match array.map(|array| find(array, data, around)).transpose()? {
        Some(Some(Value::Array(_))) => Ok(Value::Null),
        _ => runtime(format!("{path} leads nowhere")),
    }
}

/// The data with a value put at a path of fields.
pub(crate) fn put(path: &str, data: &Value, value: Value) -> Result<Value, Wrong> {
    fn put_at(steps: &[Step], data: Option<&Value>, value: Value) -> Option<Value> {
        let Some((Step::Field(name), rest)) = steps.split_first() else {
            return steps.is_empty().then_some(value);
        };
        let mut fields = match data {
            None => Map::new(),
            Some(Value::Object(fields)) => fields.clone(),
            Some(_) => return None,
        };
        let inner = put_at(rest, fields.get(name), value)?;
        fields.insert(name.clone(), inner);
        Some(Value::Object(fields))
    }
    let steps = steps(path.trim_start_matches('$'));
    match put_at(&steps, Some(data), value) {
        Some(data) => Ok(data),
        None => Err(Wrong::Error("States.ResultPathMatchFailure".to_owned())),
    }
}
