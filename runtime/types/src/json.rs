//! A JSON value together with its text, each made from the other at most once.
//!
//! Data flows as text through the journal and into sandboxes, and as a value through paths and
//! templates. Keeping both avoids printing what was just parsed and parsing what was just printed.
//! Cloning is cheap: clones share. A value takes many times the memory of its text, so what is large
//! and only passed on is held [as text](Json::as_text).

mod complaint;

use std::fmt;
use std::sync::{Arc, OnceLock};

use serde::ser::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::Value;
use serde_json::value::RawValue;

use crate::limits::JSON_DEPTH_MAX;
use crate::{Digest, Error, Kind};

pub use complaint::{Complaint, complaint};

/// An immutable JSON value with its text. Equality is by value: numbers as numbers, key order never.
#[derive(Clone)]
pub struct Json(Arc<Inner>);

/// One of value and text is there, at least.
#[derive(Default)]
struct Inner {
    value: OnceLock<Value>,
    text: OnceLock<Box<str>>,
    digest: OnceLock<Digest>,
}

impl Json {
    /// Parses a text that comes from outside. Nesting is bounded by
    /// [`crate::limits::JSON_DEPTH_MAX`].
    ///
    /// # Errors
    /// `Invalid` / `InvalidJson` with line and column: change the text.
    pub fn parse(text: &str) -> Result<Self, Error> {
        let value: Value = serde_json::from_str(text).map_err(|e| {
            Error::new(Kind::Invalid, "InvalidJson", format!("not valid JSON: {e}"))
        })?;
        Ok(Self(Arc::new(Inner {
            value: OnceLock::from(value),
            text: OnceLock::from(Box::from(text.trim_ascii())),
            ..Inner::default()
        })))
    }

    /// A text that is known to be JSON, as it was printed or parsed before: it is not parsed before
    /// somebody wants the value. `None` if it is nested too deep for that.
    pub fn of_text(text: impl Into<Box<str>>) -> Option<Self> {
        let text = text.into();
        is_shallow(&text).then(|| {
            Self(Arc::new(Inner {
                text: OnceLock::from(text),
                ..Inner::default()
            }))
        })
    }

    /// The same, held as its text alone until somebody wants the value: apart from all clones of this
    /// one. Itself if it is nested too deep for that.
    #[must_use]
    pub fn as_text(&self) -> Self {
        let Some(text) = Self::of_text(self.text()) else {
            return self.clone();
        };
        if let Some(digest) = self.0.digest.get() {
            let _ = text.0.digest.set(*digest);
        }
        text
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

    /// The same, surely held as text alone; `None` if it is nested too deep for that. Shared with this
    /// one if it is held so already.
    pub fn held_as_text(&self) -> Option<Self> {
        if self.0.value.get().is_none() {
            return Some(self.clone());
        }
        let text = self.as_text();
        (!text.same(self)).then_some(text)
    }

    /// The value.
    ///
    /// # Panics
    /// When [`Json::of_text`] was given what is not JSON.
    pub fn value(&self) -> &Value {
        self.0.value.get_or_init(|| {
            let text = self.0.text.get().map_or("null", |text| &**text);
            serde_json::from_str(text).expect("the text was JSON before")
        })
    }

    /// The text: as it was parsed, or compact.
    pub fn text(&self) -> &str {
        self.0.text.get_or_init(|| printed(self.value()).into())
    }

    /// The digest of the text, worked out once.
    pub fn digest(&self) -> Digest {
        *self
            .0
            .digest
            .get_or_init(|| Digest::of(self.text().as_bytes()))
    }

    /// Bytes of the text: what limits count. The text is not made for this.
    pub fn size(&self) -> usize {
        match self.0.text.get() {
            Some(text) => text.len(),
            None => size(self.value()),
        }
    }

    /// Bytes of the compact text of a value.
    pub fn size_of(value: &Value) -> usize {
        size(value)
    }

    /// The value, without a copy if nobody else holds it.
    pub fn into_value(self) -> Value {
        self.value();
        match Arc::try_unwrap(self.0) {
            Ok(inner) => inner.value.into_inner().unwrap_or_default(),
            Err(shared) => Self(shared).value().clone(),
        }
    }

    /// The text as its author wrote it, where that is not what printing the value gives.
    pub fn given_text(&self) -> Option<&str> {
        let text = self.0.text.get()?;
        let mut expected = Expected(text.as_bytes());
        let is_same = serde_json::to_writer(&mut expected, self.value()).is_ok();
        (!is_same || !expected.0.is_empty()).then_some(text)
    }

    /// Where it is in memory: the same for clones, and for nothing else that lives.
    pub fn address(&self) -> usize {
        Arc::as_ptr(&self.0) as usize
    }

    /// Whether both are the very same allocation: a quick yes, never a sure no.
    pub fn same(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }
}

/// A writer that takes only what is expected.
struct Expected<'a>(&'a [u8]);

impl std::io::Write for Expected<'_> {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        match self.0.strip_prefix(bytes) {
            Some(rest) => self.0 = rest,
            None => return Err(std::io::ErrorKind::InvalidData.into()),
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

/// Faster than `to_string`, which goes through a formatter.
fn printed<T: Serialize>(value: &T) -> String {
    serde_json::to_string(value).expect("every value of JSON can be printed")
}

/// Whether a text of JSON is nested so little that it can be parsed.
fn is_shallow(text: &str) -> bool {
    let (mut depth, mut is_text, mut is_escaped) = (0_usize, false, false);
    for byte in text.bytes() {
        match byte {
            _ if is_escaped => is_escaped = false,
            b'\\' if is_text => is_escaped = true,
            b'"' => is_text = !is_text,
            b'[' | b'{' if !is_text => depth += 1,
            b']' | b'}' if !is_text => depth = depth.saturating_sub(1),
            _ => {}
        }
        if depth >= JSON_DEPTH_MAX {
            return false;
        }
    }
    true
}

/// Bytes of the compact text.
fn size(value: &Value) -> usize {
    match value {
        Value::Null => 4,
        Value::Bool(is_true) => 5 - usize::from(*is_true),
        Value::Number(number) => match (number.as_u64(), number.as_i64()) {
            (Some(whole), _) => digits(whole),
            (None, Some(negative)) => 1 + digits(negative.unsigned_abs()),
            (None, None) => printed(number).len(),
        },
        Value::String(text) => text_size(text),
        // A comma between two; there are none in an empty one.
        Value::Array(items) => {
            let own: usize = items.iter().map(size).sum();
            2 + own + items.len().saturating_sub(1)
        }
        Value::Object(fields) => {
            let own = fields
                .iter()
                .map(|(name, value)| text_size(name) + 1 + size(value));
            2 + own.sum::<usize>() + fields.len().saturating_sub(1)
        }
    }
}

fn digits(number: u64) -> usize {
    number.checked_ilog10().map_or(1, |log| log as usize + 1)
}

/// Bytes of a text with its quotes and what is escaped in it.
fn text_size(text: &str) -> usize {
    let escapes = text.bytes().map(|byte| match byte {
        b'"' | b'\\' | b'\n' | b'\r' | b'\t' | 0x08 | 0x0c => 1,
        0x00..0x20 => 5,
        _ => 0,
    });
    2 + text.len() + escapes.sum::<usize>()
}

impl From<Value> for Json {
    fn from(value: Value) -> Self {
        Self(Arc::new(Inner {
            value: OnceLock::from(value),
            ..Inner::default()
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
        // Lines of a stream must not be broken by what an author wrote.
        let text = self.0.text.get().filter(|text| !text.contains('\n'));
        match (self.0.value.get(), text) {
            (None, Some(text)) => {
                let raw: &RawValue = serde_json::from_str(text).map_err(S::Error::custom)?;
                raw.serialize(serializer)
            }
            _ => self.value().serialize(serializer),
        }
    }
}

impl<'de> Deserialize<'de> for Json {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Value::deserialize(deserializer).map(Self::from)
    }
}

#[cfg(test)]
mod tests;
