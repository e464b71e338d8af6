//! The first stage: text, JSON or YAML, to a tree of JSON.

mod json;
mod yaml;

use serde_json::{Map, Value};
use steploom_types::limits::DEFINITION_BYTES_MAX;

use crate::diagnostic::{Report, code};

/// The object that the text is; none, if the report says why not.
pub(crate) fn parse(text: &str, report: &mut Report) -> Option<Map<String, Value>> {
    if text.len() > DEFINITION_BYTES_MAX {
        report.error_of_all(
            code::SCHEMA,
            format!(
                "Definition has {} bytes; at most {DEFINITION_BYTES_MAX} are allowed",
                text.len()
            ),
        );
        return None;
    }
    if text.trim_ascii().is_empty() {
        report.error_of_all(code::SCHEMA, "Definition must be a valid JSON object");
        return None;
    }
    if text.trim_ascii_start().starts_with('{') {
        return json::parse(text, report);
    }
    match yaml::parse(text) {
        Ok(yaml::Tree {
            root: Value::Object(object),
            duplicates,
        }) => {
            for (place, name) in duplicates {
                report.error_at(code::SCHEMA, place, format!("Duplicate field '{name}'"));
            }
            Some(object)
        }
        Err(problem) if is_meant_as_yaml(text) => {
            let place = format!(
                "line: {}, column: {}",
                problem.position.line, problem.position.column
            );
            let message = format!("{}\n at {place}", problem.message);
            report.error_at(code::INVALID_YAML, place, message);
            None
        }
        // No object: what AWS says of it.
        Ok(_) | Err(_) => json::parse(text, report),
    }
}

/// Whether the first line that says something looks like a field's, or starts a document.
fn is_meant_as_yaml(text: &str) -> bool {
    let line = text
        .lines()
        .map(str::trim)
        .find(|line| !line.is_empty() && !line.starts_with('#'));
    line.is_some_and(|line| {
        line.starts_with("---")
            || line.starts_with('%')
            || line.contains(": ")
            || line.ends_with(':')
    })
}

/// A place in a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Position {
    /// Counted from 1.
    pub line: usize,
    /// In characters, counted from 1.
    pub column: usize,
}

/// Where in a definition's text, JSON or YAML, the path of a [`Diagnostic`](crate::Diagnostic)
/// leads to: to the field's name, or to the element of an array. None if it leads nowhere.
pub fn locate(text: &str, path: &str) -> Option<Position> {
    yaml::locate(text, path)
}
