//! JSON, with every name that an object has twice.

use std::fmt::{self, Write as _};

use serde::de::{
    Deserialize as _, DeserializeSeed, Deserializer, Error as _, MapAccess, SeqAccess, Visitor,
};
use serde_json::{Map, Value};
use steploom_types::json::{Complaint, complaint};
use steploom_types::limits::DIAGNOSTICS_MAX;

use crate::diagnostic::{Report, code};

/// Characters of the text that a message shows, as on AWS.
const SOURCE_CHARS_MAX: usize = 500;

/// The object that the text is; none, if the report says why not.
pub(super) fn parse(text: &str, report: &mut Report) -> Option<Map<String, Value>> {
    let mut duplicates = Vec::new();
    let mut deserializer = serde_json::Deserializer::from_str(text);
    let place = Place {
        parent: None,
        key: "",
    };
    let seed = Node {
        place: &place,
        duplicates: &mut duplicates,
    };
    let parsed = seed
        .deserialize(&mut deserializer)
        .and_then(|value| deserializer.end().map(|()| value));
    match parsed {
        Err(error) => {
            not_json(text, &error, report);
            None
        }
        Ok(Value::Object(object)) => {
            for (place, name) in duplicates {
                report.error_at(code::SCHEMA, place, format!("Duplicate field '{name}'"));
            }
            Some(object)
        }
        Ok(_) => {
            report.error_of_all(code::SCHEMA, "Definition must be a valid JSON object");
            None
        }
    }
}

/// Tells that the text is not JSON: in AWS's words, else (too much nesting, or more after the
/// object) in our parser's.
fn not_json(text: &str, error: &serde_json::Error, report: &mut Report) {
    let mut source: String = text.chars().take(SOURCE_CHARS_MAX).collect();
    let hidden = text.chars().count().saturating_sub(SOURCE_CHARS_MAX);
    if hidden > 0 {
        let _ = write!(source, "[truncated {hidden} chars]");
    }
    let source = format!("(String)\"{source}\"");
    let complaint = complaint(text, &source).unwrap_or_else(|| Complaint {
        message: parsers_words(error),
        line: error.line(),
        column: error.column(),
    });
    let Complaint {
        message,
        line,
        column,
    } = complaint;
    let place = format!("[Source: {source}; line: {line}, column: {column}]");
    let message = format!("{message}\n at {place}");
    report.error_at(code::INVALID_JSON, place, message);
}

/// What our parser says, without the place.
fn parsers_words(error: &serde_json::Error) -> String {
    let printed = error.to_string();
    let mut chars = printed
        .split(" at line ")
        .next()
        .unwrap_or(&printed)
        .chars();
    chars.next().map_or_else(String::new, |first| {
        first.to_uppercase().chain(chars).collect()
    })
}

/// Where a value stands: a chain of keys up to the root.
struct Place<'p> {
    parent: Option<&'p Place<'p>>,
    key: &'p str,
}

impl Place<'_> {
    fn pointer(&self) -> String {
        match self.parent {
            None => String::new(),
            Some(parent) => {
                parent.pointer() + "/" + &self.key.replace('~', "~0").replace('/', "~1")
            }
        }
    }
}

/// Makes a value, and notes each name that comes twice in an object, with the object's place.
struct Node<'n> {
    place: &'n Place<'n>,
    duplicates: &'n mut Vec<(String, String)>,
}

impl<'de> DeserializeSeed<'de> for Node<'_> {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Node<'_> {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_f64<E: serde::de::Error>(self, value: f64) -> Result<Value, E> {
        serde_json::Number::from_f64(value)
            .map(Value::Number)
            .ok_or_else(|| E::custom("number out of range"))
    }

    fn visit_str<E>(self, value: &str) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_string<E>(self, value: String) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut access: A) -> Result<Value, A::Error> {
        let mut items = Vec::new();
        loop {
            let key = items.len().to_string();
            let place = Place {
                parent: Some(self.place),
                key: &key,
            };
            let seed = Node {
                place: &place,
                duplicates: &mut *self.duplicates,
            };
            match access.next_element_seed(seed)? {
                Some(item) => items.push(item),
                None => return Ok(Value::Array(items)),
            }
        }
    }

    fn visit_map<A: MapAccess<'de>>(self, mut access: A) -> Result<Value, A::Error> {
        let mut object = Map::new();
        while let Some(name) = access.next_key_seed(Name)? {
            let place = Place {
                parent: Some(self.place),
                key: &name,
            };
            let seed = Node {
                place: &place,
                duplicates: &mut *self.duplicates,
            };
            let value = access.next_value_seed(seed)?;
            if object.contains_key(&name) && self.duplicates.len() <= DIAGNOSTICS_MAX {
                let place = self.place.pointer();
                let place = if place.is_empty() {
                    "/".to_owned()
                } else {
                    place
                };
                self.duplicates.push((place, name.clone()));
            }
            object.insert(name, value);
        }
        Ok(Value::Object(object))
    }
}

/// A field's name.
struct Name;

impl<'de> DeserializeSeed<'de> for Name {
    type Value = String;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<String, D::Error> {
        String::deserialize(deserializer).map_err(D::Error::custom)
    }
}
