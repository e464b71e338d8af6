//! JSON, with every name that an object has twice.

use std::fmt::{self, Write as _};

use serde::de::{
    Deserialize as _, DeserializeSeed, Deserializer, Error as _, MapAccess, SeqAccess, Visitor,
};
use serde_json::{Map, Value};
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

/// Tells that the text is not JSON: in AWS's words for what is most common, else in our parser's.
fn not_json(text: &str, error: &serde_json::Error, report: &mut Report) {
    let line = text
        .lines()
        .nth(error.line().saturating_sub(1))
        .unwrap_or("");
    let before = error.column().saturating_sub(1);
    let start = line
        .char_indices()
        .take_while(|(at, _)| *at < before)
        .filter(|(_, c)| !c.is_alphanumeric())
        .map(|(at, c)| at + c.len_utf8())
        .last()
        .unwrap_or(0);
    let rest = &line[start..];
    let token = &rest[..rest
        .find(|c: char| !c.is_alphanumeric())
        .unwrap_or(rest.len())];
    let printed = error.to_string();
    let is_word = token.starts_with(char::is_alphabetic);
    let (what, column) = if is_word
        && (printed.starts_with("expected ident") || printed.starts_with("expected value"))
    {
        let what = format!(
            "Unrecognized token '{token}': was expecting (JSON String, Number, Array, Object or token 'null', 'true' or 'false')"
        );
        (what, start + token.len() + 1)
    } else {
        let what = printed.split(" at line ").next().unwrap_or(&printed);
        (capitalised(what), error.column())
    };
    let mut source: String = text.chars().take(SOURCE_CHARS_MAX).collect();
    let hidden = text.chars().count().saturating_sub(SOURCE_CHARS_MAX);
    if hidden > 0 {
        let _ = write!(source, "[truncated {hidden} chars]");
    }
    let place = format!(
        "[Source: (String)\"{source}\"; line: {}, column: {column}]",
        error.line()
    );
    let message = format!("{what}\n at {place}");
    report.error_at(code::INVALID_JSON, place, message);
}

fn capitalised(text: &str) -> String {
    let mut chars = text.chars();
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
