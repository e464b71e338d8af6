//! A JSON value together with its text, each made from the other at most once.
//!
//! Data flows as text through the journal and into sandboxes, and as a value through paths and
//! templates. Keeping both avoids printing what was just parsed and parsing what was just printed.
//! Cloning is cheap: clones share.

mod complaint;

use std::fmt;
use std::sync::{Arc, OnceLock};

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::Value;

use crate::{Error, Kind};

pub use complaint::{Complaint, complaint};

/// An immutable JSON value with its text. Equality is by value: numbers as numbers, key order never.
#[derive(Clone)]
pub struct Json(Arc<Inner>);

struct Inner {
    value: Value,
    text: OnceLock<Box<str>>,
}

impl Json {
    /// Parses a text that comes from outside. Nesting is bounded by
    /// [`crate::limits::JSON_DEPTH_MAX`].
    ///
    /// # Errors
    /// `Invalid` / `InvalidJson` with line and column: change the text.
    pub fn parse(text: &str) -> Result<Self, Error> {
        let value = serde_json::from_str(text).map_err(|e| {
            Error::new(Kind::Invalid, "InvalidJson", format!("not valid JSON: {e}"))
        })?;
        let cell = OnceLock::new();
        let _ = cell.set(text.trim_ascii().into());
        Ok(Self(Arc::new(Inner { value, text: cell })))
    }

    /// Parses bytes that come from outside.
    ///
    /// # Errors
    /// As [`Json::parse`]; also when the bytes are not UTF-8.
    pub fn parse_bytes(bytes: &[u8]) -> Result<Self, Error> {
        let text = std::str::from_utf8(bytes).map_err(|e| {
            Error::new(
                Kind::Invalid,
                "InvalidJson",
                format!("not valid JSON: not UTF-8 after byte {}", e.valid_up_to()),
            )
        })?;
        Self::parse(text)
    }

    /// `{}`.
    pub fn empty_object() -> Self {
        Value::Object(serde_json::Map::new()).into()
    }

    /// `null`.
    pub fn null() -> Self {
        Value::Null.into()
    }

    /// The value.
    pub fn value(&self) -> &Value {
        &self.0.value
    }

    /// The text: as it was parsed, or compact.
    pub fn text(&self) -> &str {
        self.0.text.get_or_init(|| self.0.value.to_string().into())
    }

    /// Bytes of the text: what limits count.
    pub fn size(&self) -> usize {
        self.text().len()
    }

    /// The value, without a copy if nobody else holds it.
    pub fn into_value(self) -> Value {
        match Arc::try_unwrap(self.0) {
            Ok(inner) => inner.value,
            Err(shared) => shared.value.clone(),
        }
    }

    /// Whether both are the very same allocation: a quick yes, never a sure no.
    pub fn same(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }
}

impl From<Value> for Json {
    fn from(value: Value) -> Self {
        Self(Arc::new(Inner {
            value,
            text: OnceLock::new(),
        }))
    }
}

impl PartialEq for Json {
    fn eq(&self, other: &Self) -> bool {
        self.same(other) || self.value() == other.value()
    }
}

impl fmt::Debug for Json {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.text())
    }
}

impl fmt::Display for Json {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.text())
    }
}

impl Serialize for Json {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.value().serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Json {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Value::deserialize(deserializer).map(Self::from)
    }
}

#[cfg(test)]
mod tests;
