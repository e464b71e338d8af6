//! What services answer: the shapes that mocked results are checked against.
//!
//! `shapes.json` has a shape by service and action, for those that are used most; results of others
//! are taken as they are. A shape is a text for a plain value: `string`, `number`, `boolean`, `any`,
//! with bounds as in `string 1..` (length) and `number 128..10240`, or `one of A B`; an array with
//! the shape of its elements; or an object with those of its fields, where `+` before a name says
//! that the field is required, and `*` stands for any name.

use serde_json::{Map, Value};

const SHAPES: &str = include_str!("shape/shapes.json");

/// Checks a result against what a task's resource answers.
///
/// # Errors
/// The first field that is not as it has to be.
pub(super) fn check(resource: &str, result: &Value, is_strict: bool) -> Result<(), String> {
    let Some(name) = resource.strip_prefix("arn:aws:states:::") else {
        return Ok(());
    };
    // What ends by a token or with its job is answered by others.
    if name.contains('.') {
        return Ok(());
    }
    let shapes: Map<String, Value> = serde_json::from_str(SHAPES).unwrap_or_default();
    match shapes.get(name) {
        Some(Value::String(other)) if shapes.contains_key(other) => {
            check_value("", &shapes[other], result, is_strict)
        }
        Some(shape) => check_value("", shape, result, is_strict),
        None => Ok(()),
    }
}

fn check_value(name: &str, shape: &Value, value: &Value, is_strict: bool) -> Result<(), String> {
    match shape {
        Value::String(plain) => check_plain(name, plain, value),
        Value::Array(element) => {
            let Some(values) = value.as_array() else {
                return Err(must_be(name, "an array"));
            };
            let element = element.first().unwrap_or(&Value::Null);
            let mut values = values.iter();
            values.try_for_each(|value| check_value(name, element, value, is_strict))
        }
        Value::Object(fields) => check_object(name, fields, value, is_strict),
        _ => Ok(()),
    }
}

fn check_object(
    name: &str,
    fields: &Map<String, Value>,
    value: &Value,
    is_strict: bool,
) -> Result<(), String> {
    let Some(values) = value.as_object() else {
        return Err(if name.is_empty() {
            "Mock result must be an object".to_owned()
        } else {
            must_be(name, "an object")
        });
    };
    for (field, shape) in fields {
        let (field, is_required) = match field.strip_prefix('+') {
            Some(field) => (field, true),
            None => (field.as_str(), false),
        };
        if field == "*" {
            for (field, value) in values {
                check_value(field, shape, value, is_strict)?;
            }
            continue;
        }
        match values.get(field) {
            Some(value) => check_value(field, shape, value, is_strict)?,
            None if is_required && is_strict => {
                return Err(format!("Required field '{field}' is missing"));
            }
            None => {}
        }
    }
    Ok(())
}

fn check_plain(name: &str, shape: &str, value: &Value) -> Result<(), String> {
    let mut words = shape.split(' ');
    let kind = words.next().unwrap_or_default();
    match kind {
        "string" => match value.as_str() {
            None => Err(must_be(name, "a string")),
            Some(text) => {
                let (least, most) = bounds(words.next());
                let length = text.chars().count() as f64;
                if least.is_some_and(|least| length < least) {
                    Err(format!("Field '{name}' is smaller than the minimum length"))
                } else if most.is_some_and(|most| length > most) {
                    Err(format!("Field '{name}' exceeds the maximum length"))
                } else {
                    Ok(())
                }
            }
        },
        "number" => match value.as_f64() {
            None => Err(must_be(name, "a number")),
            Some(number) => {
                let (least, most) = bounds(words.next());
                if least.is_some_and(|least| number < least) {
                    Err(format!("Field '{name}' is less than the minimum value"))
                } else if most.is_some_and(|most| number > most) {
                    Err(format!("Field '{name}' exceeds the maximum value"))
                } else {
                    Ok(())
                }
            }
        },
        "boolean" if !value.is_boolean() => Err(must_be(name, "a boolean")),
        "one" => match value.as_str() {
            None => Err(must_be(name, "a string")),
            Some(text) if words.any(|word| word == text) => Ok(()),
            Some(_) => Err(format!("Field '{name}' is not an expected value")),
        },
        _ => Ok(()),
    }
}

/// `1..`, `..10`, `1..10`.
fn bounds(range: Option<&str>) -> (Option<f64>, Option<f64>) {
    let Some((least, most)) = range.and_then(|range| range.split_once("..")) else {
        return (None, None);
    };
    (least.parse().ok(), most.parse().ok())
}

fn must_be(name: &str, what: &str) -> String {
    format!("Field '{name}' must be {what}")
}
