//! REST with JSON, as a model describes it: which operation a method and a path name, what goes in, and how
//! what comes out is written.

mod find;
mod input;
mod output;

use bytes::Bytes;
use serde_json::{Map, Value};

pub(crate) use find::{Matched, find};
pub(crate) use input::input;
pub(crate) use output::{answer, refusal};

/// A request, as it came: nothing of it is trusted.
pub struct Request<'a> {
    /// Such as `POST`.
    pub method: &'a str,
    /// The path, still percent-encoded.
    pub path: &'a str,
    /// What follows the `?`, still percent-encoded.
    pub query: &'a str,
    /// A header by its name in lower case; `None` if it is not there or no text.
    pub header: &'a (dyn Fn(&str) -> Option<String> + Sync),
    /// The body.
    pub body: Bytes,
}

/// An answer to it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Response {
    /// The HTTP status.
    pub status: u16,
    /// Names and values of headers.
    pub headers: Vec<(String, String)>,
    /// The body.
    pub body: Bytes,
}

/// What an operation gives.
#[derive(Default)]
pub(crate) struct Output {
    /// The members of its output, in the body or elsewhere.
    pub(crate) fields: Map<String, Value>,
    /// The body, where the model says that one member is all of it.
    pub(crate) payload: Option<Bytes>,
}

impl From<Value> for Output {
    fn from(value: Value) -> Self {
        let fields = match value {
            Value::Object(fields) => fields,
            _ => Map::new(),
        };
        Self {
            fields,
            payload: None,
        }
    }
}

#[cfg(test)]
mod tests;
