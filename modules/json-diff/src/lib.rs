//! Compares and changes JSON: `{"from": ..., "to": ...}` gives the JSON Patch that leads from one to the other,
//! `{"from": ..., "patch": [...]}` and `{"from": ..., "merge": {...}}` give what a patch makes of it.
//!
//! A patch is that of RFC 6902, a merge that of RFC 7396. Numbers are compared as they are written.

mod apply;

use json_patch::{diff, merge};
use serde::{Deserialize, Deserializer};
use serde_json::value::{RawValue, to_raw_value};
use serde_json::{Value, json};
use steploom_function::Error;

/// Bytes of a result: what a state of a state machine may have.
const RESULT_BYTES_MAX: usize = 256 * 1024;
/// What to compare or to change. A member that is there may be `null`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Event {
    from: Value,
    #[serde(default, deserialize_with = "given")]
    to: Option<Value>,
    #[serde(default, deserialize_with = "given")]
    patch: Option<Value>,
    #[serde(default, deserialize_with = "given")]
    merge: Option<Value>,
}

/// A member that is there, `null` too.
fn given<'event, D: Deserializer<'event>>(from: D) -> Result<Option<Value>, D::Error> {
    Value::deserialize(from).map(Some)
}

#[steploom_function::handler]
fn handler(event: Event) -> Result<Box<RawValue>, Error> {
    let mut document = event.from;
    match (event.to, event.patch, event.merge) {
        (Some(to), None, None) => {
            let patch = diff(&document, &to);
            let is_equal = patch.0.is_empty();
            bounded(&json!({"equal": is_equal, "patch": patch}))
        }
        (None, Some(changes), None) => {
            apply::patch(&mut document, changes)?;
            bounded(&json!({"result": document}))
        }
        (None, None, Some(changes)) => {
            merge(&mut document, &changes);
            bounded(&json!({"result": document}))
        }
        _ => Err(Error::new(
            "InvalidEvent",
            "beside \"from\" the event needs one of \"to\", \"patch\" and \"merge\"",
        )),
    }
}

/// The result's JSON, if a state machine can take it.
fn bounded(result: &Value) -> Result<Box<RawValue>, Error> {
    let json = to_raw_value(result)?;
    let bytes = json.get().len();
    if bytes <= RESULT_BYTES_MAX {
        return Ok(json);
    }
    let message = format!(
        "the result has {bytes} bytes, {RESULT_BYTES_MAX} are allowed: compare or change a part of the document"
    );
    Err(Error::new("ResultTooLarge", message))
}

#[cfg(test)]
mod tests;
