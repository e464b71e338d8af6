//! The fields of one object of a definition: reading them, with a diagnostic for each that is not
//! as it has to be. A field that is absent is `None` without one; a wrong one is `None` with one.
//!
//! Here is what every object has; what means something in one of the query languages is in
//! [`number`], [`path`] and [`query`].

pub(crate) mod number;
pub(crate) mod path;
pub(crate) mod query;

use serde_json::{Map, Value};

use crate::diagnostic::Report;

/// An object's fields.
#[derive(Clone, Copy)]
pub(crate) struct Fields<'a>(&'a Map<String, Value>);

impl<'a> Fields<'a> {
    /// The fields of a value that has to be an object.
    pub(crate) fn of(value: &'a Value, report: &mut Report) -> Option<Self> {
        if let Value::Object(map) = value {
            return Some(Self(map));
        }
        report.schema("Expected value of type Object");
        None
    }

    /// The fields of an object.
    pub(crate) fn new(map: &'a Map<String, Value>) -> Self {
        Self(map)
    }

    /// A field as it is.
    pub(crate) fn get(self, name: &str) -> Option<&'a Value> {
        self.0.get(name)
    }

    /// Whether there is such a field.
    pub(crate) fn has(self, name: &str) -> bool {
        self.0.contains_key(name)
    }

    /// The fields' names.
    pub(crate) fn names(self) -> impl Iterator<Item = &'a str> {
        self.0.keys().map(String::as_str)
    }

    /// Tells of each field that is none of these.
    pub(crate) fn only(self, report: &mut Report, known: &[&str]) {
        for name in self.names().filter(|name| !known.contains(name)) {
            report.schema(format!("Field '{name}' is not supported"));
        }
    }

    /// Tells of fields that have to be there and are not; answers whether all are.
    pub(crate) fn require(self, report: &mut Report, names: &[&str]) -> bool {
        let missing: Vec<&str> = names
            .iter()
            .copied()
            .filter(|name| !self.has(name))
            .collect();
        if !missing.is_empty() {
            report.schema(format!(
                "These fields are required: [{}]",
                missing.join(", ")
            ));
        }
        missing.is_empty()
    }

    /// Which of the names is there: one at the most, which is told of.
    pub(crate) fn one_of(
        self,
        report: &mut Report,
        names: &[&'static str],
    ) -> Option<&'static str> {
        let mut present = names.iter().copied().filter(|name| self.has(name));
        let first = present.next();
        if present.next().is_some() {
            report.schema(format!(
                "There should only be one of the following fields: [{}]",
                names.join(", ")
            ));
        }
        first
    }

    /// Which of the names is there: exactly one, else it is told of.
    pub(crate) fn require_one_of(
        self,
        report: &mut Report,
        names: &[&'static str],
    ) -> Option<&'static str> {
        let found = self.one_of(report, names);
        if found.is_none() {
            report.schema(format!(
                "This object should have only one of the following fields: [{}]",
                names.join(", ")
            ));
        }
        found
    }

    /// Reads a field, at its place.
    pub(crate) fn read<T>(
        self,
        report: &mut Report,
        name: &str,
        read: impl FnOnce(&'a Value, &mut Report) -> Option<T>,
    ) -> Option<T> {
        let value = self.get(name)?;
        report.within(name, |report| read(value, report))
    }

    /// A text.
    pub(crate) fn text(self, report: &mut Report, name: &str) -> Option<&'a str> {
        self.read(report, name, text)
    }

    /// One of some words.
    pub(crate) fn word(
        self,
        report: &mut Report,
        name: &str,
        words: &[&'static str],
    ) -> Option<&'static str> {
        self.read(report, name, |value, report| {
            let Some(text) = value.as_str() else {
                report.schema("Expected value of type [STRING]");
                return None;
            };
            let found = words.iter().copied().find(|word| *word == text);
            if found.is_none() {
                report.schema(format!(
                    "Value should be one of the following: [{}]",
                    words.join(", ")
                ));
            }
            found
        })
    }

    /// An object's fields.
    pub(crate) fn object(self, report: &mut Report, name: &str) -> Option<Fields<'a>> {
        self.read(report, name, Fields::of)
    }

    /// The elements of an array that may not be empty.
    pub(crate) fn items(self, report: &mut Report, name: &str) -> Option<&'a [Value]> {
        let items = self.array(report, name)?;
        if items.is_empty() {
            report.within(name, |report| report.schema("Value cannot be empty"));
            return None;
        }
        Some(items)
    }

    /// The elements of an array.
    pub(crate) fn array(self, report: &mut Report, name: &str) -> Option<&'a [Value]> {
        self.read(report, name, |value, report| {
            if value.as_array().is_none() {
                report.schema("Expected value of type Array");
            }
            value.as_array().map(Vec::as_slice)
        })
    }

    /// Reads each element of an array, at its place; without those that are told of.
    pub(crate) fn each<T>(
        report: &mut Report,
        name: &str,
        items: &'a [Value],
        mut read: impl FnMut(&'a Value, &mut Report) -> Option<T>,
    ) -> Vec<T> {
        let place = report.enter(name);
        let mut read_items = Vec::with_capacity(items.len());
        for (index, item) in items.iter().enumerate() {
            read_items.extend(report.within_item(index, |report| read(item, report)));
        }
        report.leave(place);
        read_items
    }
}

/// A value that has to be a text.
pub(crate) fn text<'a>(value: &'a Value, report: &mut Report) -> Option<&'a str> {
    if value.as_str().is_none() {
        report.schema("Expected value of type String");
    }
    value.as_str()
}

/// A value that has to be `true` or `false`.
pub(crate) fn flag(value: &Value, report: &mut Report) -> Option<bool> {
    if value.as_bool().is_none() {
        report.schema("Expected value of type Boolean");
    }
    value.as_bool()
}
