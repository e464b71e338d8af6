//! Numbers: written out, at the end of a path, or the value of a query.

use std::ops::RangeInclusive;

use serde_json::Value;

use super::query::{self, Offered};
use super::{Fields, path};
use crate::diagnostic::Report;
use crate::language::Language;
use crate::model::{Field, NumberField, PercentField};

/// The largest share.
const PERCENT_MAX: f64 = 100.0;

impl Fields<'_> {
    /// A whole number that is written out.
    pub(crate) fn whole(
        self,
        report: &mut Report,
        name: &str,
        range: RangeInclusive<u64>,
    ) -> Option<u64> {
        self.read(report, name, |value, report| whole(value, &range, report))
    }

    /// A number of bytes that is written out: as a whole number, or as a text such as `64MiB`.
    pub(crate) fn bytes(
        self,
        report: &mut Report,
        name: &str,
        range: RangeInclusive<u64>,
    ) -> Option<u64> {
        self.read(report, name, |value, report| match value {
            Value::String(text) => {
                let Some(bytes) = bytes(text) else {
                    report.schema("Expected a number of bytes, such as 1048576, 512KiB or 64MiB");
                    return None;
                };
                whole(&bytes.into(), &range, report)
            }
            value => whole(value, &range, report),
        })
    }

    /// A whole number: `name`, or `namePath` with JSONPath.
    pub(crate) fn number(
        self,
        report: &mut Report,
        language: Language,
        names: [&'static str; 2],
        range: RangeInclusive<u64>,
    ) -> Option<NumberField> {
        self.field(report, language, names, |value, report| {
            whole(value, &range, report)
        })
    }

    /// A share of 0 to 100: `name`, or `namePath` with JSONPath.
    pub(crate) fn percent(
        self,
        report: &mut Report,
        language: Language,
        names: [&'static str; 2],
    ) -> Option<PercentField> {
        self.field(report, language, names, percent)
    }

    fn field<T>(
        self,
        report: &mut Report,
        language: Language,
        names: [&'static str; 2],
        literal: impl FnOnce(&Value, &mut Report) -> Option<T>,
    ) -> Option<Field<T>> {
        let name = match language {
            Language::Path => self.one_of(report, &names)?,
            // The other name is told of as one of the other language.
            Language::Query => names[0],
        };
        self.read(report, name, |value, report| match value {
            Value::String(text) if language == Language::Query && query::is_meant(text) => {
                query::compile(text, Offered::default(), report).map(Field::Query)
            }
            _ if name == names[0] => literal(value, report).map(Field::Literal),
            _ => path::definite(value, report).map(Field::Path),
        })
    }
}

/// A whole number within a range.
fn whole(value: &Value, range: &RangeInclusive<u64>, report: &mut Report) -> Option<u64> {
    let Some(number) = value.as_f64().filter(|number| number.fract().abs() == 0.0) else {
        report.schema("Expected value of type Integer");
        return None;
    };
    if number < *range.start() as f64 {
        report.schema(format!("Minimum value is {}", range.start()));
        return None;
    }
    if number > *range.end() as f64 {
        report.schema(format!("Maximum value is {}", range.end()));
        return None;
    }
    // Within the ranges of all fields the cast is exact.
    Some(number as u64)
}

/// Bytes of a whole number with a unit.
fn bytes(text: &str) -> Option<u64> {
    const UNITS: [(&str, u64); 3] = [("KiB", 1 << 10), ("MiB", 1 << 20), ("GiB", 1 << 30)];
    let split = |(unit, bytes)| Some((text.strip_suffix(unit)?.trim_end(), bytes));
    let (count, bytes) = UNITS.into_iter().find_map(split)?;
    let is_whole = count.bytes().all(|byte| byte.is_ascii_digit());
    let count: u64 = count.parse().ok().filter(|_| is_whole)?;
    count.checked_mul(bytes)
}

fn percent(value: &Value, report: &mut Report) -> Option<f64> {
    let Some(number) = value.as_f64() else {
        report.schema("Expected value of type Integer");
        return None;
    };
    if number < 0.0 {
        report.schema("Minimum value is 0");
        return None;
    }
    if number > PERCENT_MAX {
        report.schema(format!("Maximum value is {PERCENT_MAX}"));
        return None;
    }
    Some(number)
}
