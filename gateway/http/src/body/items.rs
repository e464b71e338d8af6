//! Bodies of many items: lines of JSON, or one array. Items are cut out without being read, so that
//! one that is wrong does not harm the others.

use std::fmt;

use axum::http::HeaderMap;
use serde::Deserializer;
use serde::de::{Error as _, SeqAccess, Visitor};
use serde_json::value::RawValue;
use steploom_types::Error;

use super::content::{content_type, ensure_json};
use crate::failure::{Answer, Failure};

/// Content types of lines of JSON.
const LINES: [&str; 4] = [
    "application/x-ndjson",
    "application/ndjson",
    "application/jsonl",
    "application/x-jsonlines",
];

/// How the items stand in the body.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ItemsKind {
    /// One a line; empty lines are passed over.
    Lines,
    /// In an array.
    Array,
}

impl ItemsKind {
    /// What the request says that its body is; an array if it says nothing.
    pub(crate) fn of(headers: &HeaderMap) -> Answer<Self> {
        let kind = content_type(headers).unwrap_or_default();
        if LINES.iter().any(|lines| kind.eq_ignore_ascii_case(lines)) {
            return Ok(Self::Lines);
        }
        ensure_json(headers).map(|()| Self::Array)
    }
}

/// The text of each item.
///
/// # Errors
/// More than `items_max`; an array that is none.
pub(crate) fn split_items(kind: ItemsKind, body: &[u8], items_max: usize) -> Answer<Vec<&[u8]>> {
    let too_many = || {
        let message = format!("the body has more than {items_max} items; send them in parts");
        Failure::invalid_at("body", Error::invalid("TooManyItems", message))
    };
    let items = match kind {
        ItemsKind::Lines => body
            .split(|byte| *byte == b'\n')
            .map(<[u8]>::trim_ascii)
            .filter(|line| !line.is_empty())
            .take(items_max + 1)
            .collect(),
        ItemsKind::Array => array(body, items_max)?,
    };
    if items.len() > items_max {
        return Err(too_many());
    }
    Ok(items)
}

/// The items of an array, and one more than `items_max` at the most.
fn array(body: &[u8], items_max: usize) -> Answer<Vec<&[u8]>> {
    let mut items = Vec::new();
    let found = Items {
        items: &mut items,
        items_max,
    };
    let mut reader = serde_json::Deserializer::from_slice(body);
    let read = reader.deserialize_seq(found).and_then(|()| reader.end());
    match read {
        Ok(()) => Ok(items),
        Err(_) if items.len() > items_max => Ok(items),
        Err(error) => {
            let message = format!(
                "the body must be an array of JSON, or lines of JSON with the header \
                 'Content-Type: application/x-ndjson': {error}"
            );
            let error = Error::invalid("InvalidJson", message);
            Err(Failure::invalid_at("body", error))
        }
    }
}

struct Items<'a, 'de> {
    items: &'a mut Vec<&'de [u8]>,
    items_max: usize,
}

impl<'de> Visitor<'de> for Items<'_, 'de> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an array")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<(), A::Error> {
        while let Some(item) = seq.next_element::<&RawValue>()? {
            self.items.push(item.get().as_bytes());
            if self.items.len() > self.items_max {
                return Err(A::Error::custom("too many items"));
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests;
