//! Checks JSON against a schema: `{"schema": {"type": "integer"}, "value": "12"}` gives
//! `{"valid": false, "errors": [{"path": "", "message": "..."}], "more": false}`.
//!
//! Schemas are of drafts 4 to 2020-12, as their `$schema` says, the newest without one. A `$ref` to another document finds
//! it in the event's `schemas`, by its URL: nothing is fetched.

use std::collections::HashMap;
use std::error::Error as AnyError;

use jsonschema::{Retrieve, Uri, ValidationError, Validator};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use serde_json::value::{RawValue, to_raw_value};
use steploom_function::{Error, info};

/// Errors of one answer, if the event says nothing.
const ERRORS_DEFAULT: usize = 20;
/// Errors of one answer at most.
const ERRORS_MAX: usize = 200;
/// Bytes of one error's message, which quotes the value.
const MESSAGE_BYTES_MAX: usize = 500;
/// Bytes of a result: what a state of a state machine may have.
const RESULT_BYTES_MAX: usize = 256 * 1024;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Event {
    schema: Value,
    value: Value,
    #[serde(default)]
    schemas: HashMap<String, Value>,
    /// Whether `format` is checked; otherwise the draft decides.
    formats: Option<bool>,
    #[serde(default = "errors_default")]
    errors_max: usize,
}

fn errors_default() -> usize {
    ERRORS_DEFAULT
}

#[derive(Debug, Serialize)]
struct Verdict {
    valid: bool,
    errors: Vec<Wrong>,
    /// Whether there are more errors than are shown.
    more: bool,
}

/// A place that is wrong.
#[derive(Debug, Serialize)]
struct Wrong {
    /// In the value, as a JSON Pointer.
    path: String,
    /// In the schema, as a JSON Pointer.
    rule: String,
    message: String,
}

#[steploom_function::handler]
fn handler(event: Event) -> Result<Box<RawValue>, Error> {
    if !(1..=ERRORS_MAX).contains(&event.errors_max) {
        let message = format!("\"errors_max\" is 1 to {ERRORS_MAX}");
        return Err(Error::new("InvalidEvent", message));
    }
    let validator = validator(&event.schema, event.schemas, event.formats)?;
    let mut found = validator.iter_errors(&event.value);
    let errors: Vec<_> = found.by_ref().take(event.errors_max).map(wrong).collect();
    let verdict = Verdict {
        valid: errors.is_empty(),
        errors,
        more: found.next().is_some(),
    };
    info!(
        "checked",
        valid = verdict.valid,
        errors = verdict.errors.len()
    );
    bounded(&verdict)
}

fn validator(
    schema: &Value,
    schemas: HashMap<String, Value>,
    formats: Option<bool>,
) -> Result<Validator, Error> {
    let mut options = jsonschema::options().with_retriever(Known(schemas));
    if let Some(formats) = formats {
        options = options.should_validate_formats(formats);
    }
    options.build(schema).map_err(|error| {
        let place = error.instance_path();
        let message = format!(
            "the schema is none, at {:?}: {}",
            place.as_str(),
            shortened(error.to_string())
        );
        Error::new("InvalidSchema", message)
    })
}

/// The schemas that came with the event, by their URLs.
struct Known(HashMap<String, Value>);

impl Retrieve for Known {
    fn retrieve(&self, url: &Uri<String>) -> Result<Value, Box<dyn AnyError + Send + Sync>> {
        let found = self.0.get(url.as_str()).cloned();
        found.ok_or_else(|| {
            format!("put the schema of {url} into \"schemas\", under its URL").into()
        })
    }
}

fn wrong(error: ValidationError) -> Wrong {
    Wrong {
        path: error.instance_path().to_string(),
        rule: error.schema_path().to_string(),
        message: shortened(error.to_string()),
    }
}

/// The text, or its beginning in whole characters.
fn shortened(mut text: String) -> String {
    if text.len() > MESSAGE_BYTES_MAX {
        text.truncate(text.floor_char_boundary(MESSAGE_BYTES_MAX));
        text.push_str("...");
    }
    text
}

/// The result's JSON, if a state machine can take it.
fn bounded(verdict: &Verdict) -> Result<Box<RawValue>, Error> {
    let json = to_raw_value(verdict)?;
    if json.get().len() <= RESULT_BYTES_MAX {
        return Ok(json);
    }
    let message = format!(
        "more than the {RESULT_BYTES_MAX} bytes that are allowed: set a smaller \"errors_max\""
    );
    Err(Error::new("ResultTooLarge", message))
}

#[cfg(test)]
mod tests;
