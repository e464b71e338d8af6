//! A `Choice` rule's condition in a few words.

use serde_json::Value;

use crate::text::clip;

/// Characters of a condition.
const LENGTH_MAX: usize = 44;

/// Conditions in one another that are written out.
const DEPTH_MAX: usize = 8;

/// Endings of comparison operators, the longer before the shorter, and how they are written.
const OPERATORS: [(&str, &str); 6] = [
    ("GreaterThanEquals", "≥"),
    ("LessThanEquals", "≤"),
    ("GreaterThan", ">"),
    ("LessThan", "<"),
    ("Matches", "~"),
    ("Equals", "="),
];

/// The condition of a rule.
pub(super) fn of(rule: &Value) -> String {
    clip(&written(rule, 0), LENGTH_MAX)
}

fn written(rule: &Value, depth: usize) -> String {
    if depth > DEPTH_MAX {
        return "…".to_owned();
    }
    match &rule["Condition"] {
        Value::String(text) => return query(text).to_owned(),
        Value::Bool(constant) => return constant.to_string(),
        _ => {}
    }
    for (name, word) in [("And", " and "), ("Or", " or ")] {
        if let Some(parts) = rule[name].as_array() {
            let parts: Vec<String> = parts.iter().map(|part| inner(part, depth + 1)).collect();
            return parts.join(word);
        }
    }
    if rule["Not"].is_object() {
        return format!("not {}", inner(&rule["Not"], depth + 1));
    }
    comparison(rule)
}

/// In brackets, if it has parts of its own.
fn inner(rule: &Value, depth: usize) -> String {
    let text = written(rule, depth);
    if rule.get("And").is_some() || rule.get("Or").is_some() {
        format!("({text})")
    } else {
        text
    }
}

fn comparison(rule: &Value) -> String {
    let variable = rule["Variable"].as_str().unwrap_or_default();
    let fields = rule.as_object().into_iter().flatten();
    let known = ["Variable", "Next", "Comment", "Assign", "Output"];
    for (name, value) in fields.filter(|(name, _)| !known.contains(&name.as_str())) {
        if let Some(what) = name.strip_prefix("Is") {
            let is = if *value == Value::Bool(false) {
                "is not"
            } else {
                "is"
            };
            return format!("{variable} {is} {}", what.to_lowercase());
        }
        let operator = name.strip_suffix("Path").unwrap_or(name);
        if let Some((_, sign)) = OPERATORS
            .iter()
            .find(|(ending, _)| operator.ends_with(ending))
        {
            let value = match value {
                Value::String(text) if name.ends_with("Path") => text.clone(),
                other => other.to_string(),
            };
            return format!("{variable} {sign} {value}");
        }
    }
    variable.to_owned()
}

/// An expression of JSONata without its brackets.
pub(super) fn query(text: &str) -> &str {
    let inside = text
        .strip_prefix("{%")
        .and_then(|text| text.strip_suffix("%}"));
    inside.map_or(text, str::trim)
}
