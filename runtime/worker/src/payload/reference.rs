//! What stands in a fact or a row for a payload that is an object of its execution: a character that
//! no JSON begins with, the digest of the payload's text, and its length. Never written otherwise.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::fmt;

use steploom_types::limits::INLINE_BYTES_MAX;
use steploom_types::{Digest, Json};

/// What a reference begins with.
const SIGN: char = '\u{1}';

/// Digests that are remembered of one execution; one that is forgotten is written again.
const KEPT_MAX: usize = 10_000;

/// Names an object.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Reference {
    pub(crate) digest: Digest,
    pub(crate) bytes: u64,
}

impl Reference {
    pub(crate) fn of(json: &Json) -> Self {
        Self {
            digest: json.digest(),
            bytes: json.size() as u64,
        }
    }

    /// The reference that this is; `None` if it is a payload's own text.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let (digest, bytes) = text.strip_prefix(SIGN)?.split_once(':')?;
        Some(Self {
            digest: digest.parse().ok()?,
            bytes: bytes.parse().ok()?,
        })
    }
}

impl fmt::Display for Reference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{SIGN}{}:{}", self.digest, self.bytes)
    }
}

/// Whether a payload is to be an object.
pub(crate) fn is_large(json: &Json) -> bool {
    json.size() > INLINE_BYTES_MAX
}

/// Payloads of one execution that are objects, durably.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Kept(BTreeSet<Digest>);

impl Kept {
    pub(crate) fn insert(&mut self, digest: Digest) {
        self.0.insert(digest);
    }

    pub(crate) fn add(&mut self, more: Self) {
        self.0.extend(more.0);
        while self.0.len() > KEPT_MAX {
            self.0.pop_first();
        }
    }

    pub(crate) fn has(&self, json: &Json) -> bool {
        !self.0.is_empty() && is_large(json) && self.0.contains(&json.digest())
    }

    /// Whether a text, large or not, is an object.
    pub(crate) fn names(&self, json: &Json) -> bool {
        self.0.contains(&json.digest())
    }

    /// What stands for a payload: itself, or what names its object.
    pub(crate) fn text<'a>(&self, json: &'a Json) -> Cow<'a, str> {
        if self.has(json) {
            Reference::of(json).to_string().into()
        } else {
            json.text().into()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reference_is_read_as_it_was_written() {
        let json = Json::from(serde_json::Value::from("x".repeat(INLINE_BYTES_MAX)));
        let reference = Reference::of(&json);
        assert_eq!(reference.bytes, INLINE_BYTES_MAX as u64 + 2);
        assert_eq!(Reference::parse(&reference.to_string()), Some(reference));
        for text in ["", "1", "\"\u{1}\"", "\u{1}", "\u{1}00:1"] {
            assert_eq!(Reference::parse(text), None);
        }
    }

    #[test]
    fn only_what_is_kept_is_named() {
        let large = Json::from(serde_json::Value::from("x".repeat(INLINE_BYTES_MAX)));
        let mut kept = Kept::default();
        assert_eq!(kept.text(&large), large.text());
        kept.insert(large.digest());
        assert_eq!(kept.text(&large), Reference::of(&large).to_string());
        kept.insert(Json::null().digest());
        assert_eq!(kept.text(&Json::null()), "null");
    }
}
