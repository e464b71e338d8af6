//! The first stage: text to a tree of JSON.

mod json;

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
    json::parse(text, report)
}
