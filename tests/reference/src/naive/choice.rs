//! Which way a Choice goes.

use serde_json::Value;

use super::{Surroundings, Wrong, path, runtime};

pub(crate) fn next(state: &Value, data: &Value, around: &Surroundings) -> Result<String, Wrong> {
    for rule in state["Choices"].as_array().into_iter().flatten() {
        if holds(rule, data, around)? {
            return Ok(rule["Next"].as_str().unwrap_or_default().to_owned());
        }
    }
    match state["Default"].as_str() {
        Some(default) => Ok(default.to_owned()),
        // The specification has a name for it; the service that it describes was recorded with this one.
        None => runtime("no rule holds"),
    }
}

fn holds(rule: &Value, data: &Value, around: &Surroundings) -> Result<bool, Wrong> {
    if let Some(rules) = rule["And"].as_array() {
        for rule in rules {
            if !holds(rule, data, around)? {
                return Ok(false);
            }
        }
        return Ok(true);
    }
    if let Some(rules) = rule["Or"].as_array() {
        for rule in rules {
            if holds(rule, data, around)? {
                return Ok(true);
            }
        }
        return Ok(false);
    }
    if let Some(rule) = rule.get("Not") {
        return Ok(!holds(rule, data, around)?);
    }
    let variable = rule["Variable"].as_str().unwrap_or_default();
    let found = path::find(variable, data, around)?;
    if let Some(wanted) = rule["IsPresent"].as_bool() {
        return Ok(found.is_some() == wanted);
    }
    let Some(found) = found else {
        return runtime(format!("{variable} leads nowhere"));
    };
    let mut fields = rule.as_object().into_iter().flatten();
    if let Some((comparison, operand)) =
        fields.find(|(name, _)| *name != "Variable" && *name != "Next")
    {
        let operand = match comparison.strip_suffix("Path") {
            Some(_) => path::value(operand.as_str().unwrap_or_default(), data, around)?,
            None => operand.clone(),
        };
        return Ok(compare(
            comparison.trim_end_matches("Path"),
            &found,
            &operand,
        ));
    }
    runtime("a rule that compares nothing")
}

fn compare(comparison: &str, value: &Value, operand: &Value) -> bool {
    let wanted = operand.as_bool().unwrap_or_default();
    match comparison {
        "IsNull" => return value.is_null() == wanted,
        "IsNumeric" => return value.is_number() == wanted,
        "IsString" => return value.is_string() == wanted,
        "IsBoolean" => return value.is_boolean() == wanted,
        "StringMatches" => {
            return match (value.as_str(), operand.as_str()) {
                (Some(text), Some(pattern)) => matches(text, pattern),
                _ => false,
            };
        }
        _ => {}
    }
    let order = if let Some(comparison) = comparison.strip_prefix("Numeric") {
        let order = value.as_f64().zip(operand.as_f64());
        order.and_then(|(a, b)| Some((comparison, a.partial_cmp(&b)?)))
    } else if let Some(comparison) = comparison.strip_prefix("String") {
        let order = value.as_str().zip(operand.as_str());
        order.map(|(a, b)| (comparison, a.cmp(b)))
    } else if let Some(comparison) = comparison.strip_prefix("Boolean") {
        let order = value.as_bool().zip(operand.as_bool());
        order.map(|(a, b)| (comparison, a.cmp(&b)))
    } else {
        None
    };
    match order {
        None => false,
        Some(("Equals", order)) => order.is_eq(),
        Some(("LessThan", order)) => order.is_lt(),
        Some(("LessThanEquals", order)) => order.is_le(),
        Some(("GreaterThan", order)) => order.is_gt(),
        Some((_, order)) => order.is_ge(),
    }
}

/// Whether a text has the form of a pattern, in which `*` stands for any text.
fn matches(text: &str, pattern: &str) -> bool {
    match pattern.split_once('*') {
        None => text == pattern,
        Some((before, after)) => text.strip_prefix(before).is_some_and(|rest| {
            let starts = rest.char_indices().map(|(start, _)| start);
            starts
                .chain([rest.len()])
                .any(|start| matches(&rest[start..], after))
        }),
    }
}
