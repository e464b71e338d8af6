//! The fields of one object of a definition: reading them, with a diagnostic for each that is not
//! as it has to be. A field that is absent is `None` without one; a wrong one is `None` with one.

use std::ops::RangeInclusive;

use serde_json::{Map, Value};
use steploom_expr::{Expression, Path, ReferencePath, Template};

use crate::diagnostic::{Report, code};
use crate::model::{NumberField, ResultPath, Selection, TextField};

/// An object's fields.
#[derive(Clone, Copy)]
pub(crate) struct Fields<'a>(&'a Map<String, Value>);

/// Fields of the language that this release does not have, and what they belong to.
const UNSUPPORTED: [(&str, &str); 15] = [
    ("Arguments", "'Arguments', of the query language JSONata"),
    ("Output", "'Output', of the query language JSONata"),
    ("Condition", "'Condition', of the query language JSONata"),
    ("Items", "'Items', of the query language JSONata"),
    ("Assign", "'Assign'"),
    ("Credentials", "'Credentials'"),
    ("ItemReader", "'ItemReader', of a distributed Map"),
    ("ItemBatcher", "'ItemBatcher', of a distributed Map"),
    ("ResultWriter", "'ResultWriter', of a distributed Map"),
    ("Label", "'Label', of a distributed Map"),
    ("ExecutionType", "'ExecutionType', of a distributed Map"),
    (
        "ToleratedFailureCount",
        "'ToleratedFailureCount', of a distributed Map",
    ),
    (
        "ToleratedFailureCountPath",
        "'ToleratedFailureCountPath', of a distributed Map",
    ),
    (
        "ToleratedFailurePercentage",
        "'ToleratedFailurePercentage', of a distributed Map",
    ),
    (
        "ToleratedFailurePercentagePath",
        "'ToleratedFailurePercentagePath', of a distributed Map",
    ),
];

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

    /// Tells of each field that `is_known` does not know. `later` are names that this kind of
    /// object has in the language, but not in this release.
    pub(crate) fn only(self, report: &mut Report, later: &[&str], is_known: impl Fn(&str) -> bool) {
        for name in self.names().filter(|name| !is_known(name)) {
            let unsupported = UNSUPPORTED
                .iter()
                .find(|(field, _)| *field == name && later.contains(field));
            report.within(name, |report| match unsupported {
                Some((_, what)) => report.unsupported(what),
                None => report.schema(format!("Field '{name}' is not supported")),
            });
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
        let present: Vec<&'static str> = names
            .iter()
            .copied()
            .filter(|name| self.has(name))
            .collect();
        if present.len() > 1 {
            report.schema(format!(
                "These fields exclude each other: [{}]",
                present.join(", ")
            ));
        }
        present.first().copied()
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

    /// A boolean.
    pub(crate) fn flag(self, report: &mut Report, name: &str) -> Option<bool> {
        self.read(report, name, |value, report| {
            if value.as_bool().is_none() {
                report.schema("Expected value of type Boolean");
            }
            value.as_bool()
        })
    }

    /// A whole number.
    pub(crate) fn whole(
        self,
        report: &mut Report,
        name: &str,
        range: RangeInclusive<u64>,
    ) -> Option<u64> {
        self.read(report, name, |value, report| {
            let Some(number) = value.as_f64().filter(|number| number.fract().abs() == 0.0) else {
                report.schema("Expected value of type Integer");
                return None;
            };
            // Within the ranges of all fields a cast is exact.
            let number = (number >= 0.0)
                .then_some(number as u64)
                .filter(|number| range.contains(number));
            if number.is_none() {
                report.schema(format!(
                    "Expected value between {} and {}",
                    range.start(),
                    range.end()
                ));
            }
            number
        })
    }

    /// A number written out, or the path to one: `name` or `namePath`.
    pub(crate) fn number(
        self,
        report: &mut Report,
        names: [&'static str; 2],
        range: RangeInclusive<u64>,
    ) -> Option<NumberField> {
        let name = self.one_of(report, &names)?;
        if name == names[0] {
            self.whole(report, name, range).map(NumberField::Literal)
        } else {
            self.read(report, name, definite_path)
                .map(NumberField::Path)
        }
    }

    /// A text written out, or an expression for one: `name` or `namePath`.
    pub(crate) fn text_or_path(
        self,
        report: &mut Report,
        names: [&'static str; 2],
    ) -> Option<TextField> {
        let name = self.one_of(report, &names)?;
        if name == names[0] {
            return self
                .text(report, name)
                .map(|text| TextField::Literal(text.to_owned()));
        }
        self.read(report, name, |value, report| {
            let written = text(value, report)?;
            match Expression::parse(written) {
                Ok(expression) => Some(TextField::Computed(expression)),
                Err(why) => {
                    report.schema(format!(
                        "Value is not a valid JSONPath or intrinsic function call: {why}"
                    ));
                    None
                }
            }
        })
    }

    /// `InputPath` or `OutputPath`. A wrong one is told of and taken for `$`.
    pub(crate) fn selection(self, report: &mut Report, name: &str) -> Selection {
        match self.get(name) {
            None => Selection::Whole,
            Some(Value::Null) => Selection::Nothing,
            Some(Value::String(whole)) if whole == "$" => Selection::Whole,
            Some(_) => self
                .read(report, name, path)
                .map(Selection::At)
                .unwrap_or_default(),
        }
    }

    /// `ResultPath`. A wrong one is told of and taken for `$`.
    pub(crate) fn result_path(self, report: &mut Report) -> ResultPath {
        let read = |value: &Value, report: &mut Report| {
            let written = text(value, report)?;
            match ReferencePath::parse(written) {
                Ok(path) => Some(path),
                Err(why) => {
                    report.schema(format!("Value is not a Reference Path: {why}"));
                    None
                }
            }
        };
        match self.get("ResultPath") {
            None => ResultPath::Replace,
            Some(Value::Null) => ResultPath::Discard,
            Some(Value::String(whole)) if whole == "$" => ResultPath::Replace,
            Some(_) => self
                .read(report, "ResultPath", read)
                .map(ResultPath::At)
                .unwrap_or_default(),
        }
    }

    /// A payload template.
    pub(crate) fn template(self, report: &mut Report, name: &str) -> Option<Template> {
        self.read(report, name, |value, report| {
            warn_of_no_dollar(value, report);
            match Template::compile(value) {
                Ok(template) => Some(template),
                Err(problems) => {
                    for problem in problems {
                        report.within_pointer(&problem.pointer, |report| {
                            report.schema(problem.message);
                        });
                    }
                    None
                }
            }
        })
    }

    /// The elements of an array that may not be empty.
    pub(crate) fn items(self, report: &mut Report, name: &str) -> Option<&'a [Value]> {
        self.read(report, name, |value, report| match value.as_array() {
            None => {
                report.schema("Expected value of type Array");
                None
            }
            Some(items) if items.is_empty() => {
                report.schema("Array must not be empty");
                None
            }
            Some(items) => Some(items.as_slice()),
        })
    }
}

/// A value that has to be a text.
pub(crate) fn text<'a>(value: &'a Value, report: &mut Report) -> Option<&'a str> {
    if value.as_str().is_none() {
        report.schema("Expected value of type String");
    }
    value.as_str()
}

/// A value that has to be a path.
pub(crate) fn path(value: &Value, report: &mut Report) -> Option<Path> {
    let written = text(value, report)?;
    match Path::parse(written) {
        Ok(path) => Some(path),
        Err(why) => {
            report.schema(format!("Value is not a valid JSONPath: {why}"));
            None
        }
    }
}

/// A value that has to be a path to one value.
pub(crate) fn definite_path(value: &Value, report: &mut Report) -> Option<Path> {
    let path = path(value, report)?;
    if !path.is_definite() {
        report.schema("Value is not a Reference Path: it may lead to several values");
        return None;
    }
    Some(path)
}

/// Warns of fields whose values look like expressions but are taken as they are.
fn warn_of_no_dollar(value: &Value, report: &mut Report) {
    match value {
        Value::Object(fields) => {
            for (name, field) in fields.iter().filter(|(name, _)| !name.ends_with(".$")) {
                report.within(name, |report| {
                    let looks_so = |text: &str| text.starts_with("$.") || text.starts_with("$$.") || text.starts_with("States.");
                    if field.as_str().is_some_and(|text| looks_so(text) && Expression::parse(text).is_ok()) {
                        report.warning(
                            code::NO_DOLLAR,
                            format!("The value of '{name}' looks like an expression; to have it evaluated, name the field '{name}.$'"),
                        );
                    }
                    warn_of_no_dollar(field, report);
                });
            }
        }
        Value::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                report.within(&index.to_string(), |report| warn_of_no_dollar(item, report));
            }
        }
        _ => {}
    }
}
