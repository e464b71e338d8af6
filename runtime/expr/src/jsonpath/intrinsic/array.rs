//! Arrays.

use std::collections::BTreeSet;

use serde_json::Value;
use steploom_types::limits::expression::RANGE_ITEMS_MAX;

use super::{Args, Failure};

/// `States.Array(item, ...)`.
pub(super) fn array(args: &Args) -> Result<Value, Failure> {
    let mut items = Vec::with_capacity(args.values.len());
    for value in args.values {
        args.budget.take(value)?;
        items.push(value.clone().into_owned());
    }
    Ok(Value::Array(items))
}

/// `States.ArrayPartition(array, size)`: arrays of `size`, the last one perhaps shorter.
pub(super) fn partition(args: &Args) -> Result<Value, Failure> {
    let items = args.array(0)?;
    let size = usize::try_from(args.whole(1)?).unwrap_or(0);
    if size == 0 {
        return Err("the size of a part must be positive".into());
    }
    Ok(items
        .chunks(size)
        .map(|part| Value::from(part.to_vec()))
        .collect())
}

/// `States.ArrayContains(array, item)`.
pub(super) fn contains(args: &Args) -> Result<Value, Failure> {
    let wanted = args.value(1);
    Ok(args
        .array(0)?
        .iter()
        .any(|item| is_equal(item, wanted))
        .into())
}

/// `States.ArrayRange(first, last, step)`, the last one included.
pub(super) fn range(args: &Args) -> Result<Value, Failure> {
    let (first, last, step) = (args.whole(0)?, args.whole(1)?, args.whole(2)?);
    if step == 0 {
        return Err("the step must not be 0".into());
    }
    let mut items = Vec::new();
    let mut next = Some(first);
    while let Some(item) = next.filter(|n| if step > 0 { *n <= last } else { *n >= last }) {
        if items.len() == RANGE_ITEMS_MAX {
            return Err(format!("the range has more than {RANGE_ITEMS_MAX} items").into());
        }
        items.push(Value::from(item));
        next = item.checked_add(step);
    }
    Ok(Value::Array(items))
}

/// `States.ArrayGetItem(array, index)`.
pub(super) fn get_item(args: &Args) -> Result<Value, Failure> {
    let items = args.array(0)?;
    let index = args.whole(1)?;
    let item = usize::try_from(index)
        .ok()
        .and_then(|index| items.get(index));
    item.cloned().ok_or_else(|| {
        format!(
            "the index {index} is outside of the array of {} items",
            items.len()
        )
        .into()
    })
}

/// `States.ArrayLength(array)`.
pub(super) fn length(args: &Args) -> Result<Value, Failure> {
    Ok(args.array(0)?.len().into())
}

/// `States.ArrayUnique(array)`: the first of each, in their order.
pub(super) fn unique(args: &Args) -> Result<Value, Failure> {
    let mut seen = BTreeSet::new();
    let is_new = |item: &&Value| {
        let mut key = String::new();
        push_key(&mut key, item);
        seen.insert(key)
    };
    Ok(args.array(0)?.iter().filter(is_new).cloned().collect())
}

/// Equal by value: numbers as numbers, the order of fields never.
fn is_equal(one: &Value, other: &Value) -> bool {
    match (one, other) {
        (Value::Number(one), Value::Number(other)) => {
            one == other || one.as_f64() == other.as_f64() && (one.is_f64() || other.is_f64())
        }
        (Value::Array(one), Value::Array(other)) => {
            one.len() == other.len() && one.iter().zip(other).all(|(a, b)| is_equal(a, b))
        }
        (Value::Object(one), Value::Object(other)) => {
            one.len() == other.len()
                && one
                    .iter()
                    .all(|(name, a)| other.get(name).is_some_and(|b| is_equal(a, b)))
        }
        _ => one == other,
    }
}

/// Writes a text that is the same for equal values.
fn push_key(key: &mut String, value: &Value) {
    match value {
        Value::Number(number) => match number.as_f64().filter(|_| number.is_f64()) {
            Some(float) if float.fract().abs() == 0.0 && float.abs() < 9e15 => {
                key.push_str(&(float as i64).to_string());
            }
            _ => key.push_str(&number.to_string()),
        },
        Value::Array(items) => {
            key.push('[');
            for item in items {
                push_key(key, item);
                key.push(',');
            }
            key.push(']');
        }
        Value::Object(fields) => {
            let mut names: Vec<&String> = fields.keys().collect();
            names.sort_unstable();
            key.push('{');
            for name in names {
                key.push_str(&Value::from(name.as_str()).to_string());
                push_key(key, &fields[name.as_str()]);
                key.push(',');
            }
            key.push('}');
        }
        Value::Null | Value::Bool(_) | Value::String(_) => key.push_str(&value.to_string()),
    }
}
