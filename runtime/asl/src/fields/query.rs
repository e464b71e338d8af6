//! Queries and payloads of JSONata, and what is made in either language.

use serde_json::Value;
use steploom_expr::jsonata::{Payload, Query, Reads, is_query};

use super::{Fields, path, text};
use crate::diagnostic::{Report, code};
use crate::language::Language;
use crate::model::{Maker, TextField};

/// Which parts of `$states` there are at a place, besides `input` and `context`.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Offered {
    /// `$states.result`.
    pub(crate) result: bool,
    /// `$states.errorOutput`.
    pub(crate) error: bool,
}

impl Offered {
    /// In a `Catch`.
    pub(crate) const ERROR: Self = Self {
        result: false,
        error: true,
    };
}

impl Fields<'_> {
    /// A payload of JSONata.
    pub(crate) fn payload(
        self,
        report: &mut Report,
        name: &str,
        offered: Offered,
    ) -> Option<Payload> {
        self.read(report, name, |value, report| {
            payload(value, offered, report)
        })
    }

    /// What is made in either language.
    pub(crate) fn maker(
        self,
        report: &mut Report,
        language: Language,
        name: &str,
        offered: Offered,
    ) -> Option<Maker> {
        match language {
            Language::Path => self.template(report, name).map(Maker::Path),
            Language::Query => self.payload(report, name, offered).map(Maker::Query),
        }
    }

    /// A text: `name`, or `namePath` with JSONPath.
    pub(crate) fn text_field(
        self,
        report: &mut Report,
        language: Language,
        names: [&'static str; 2],
    ) -> Option<TextField> {
        let name = match language {
            Language::Path => self.one_of(report, &names)?,
            Language::Query => names[0],
        };
        self.read(report, name, |value, report| match value {
            Value::String(text) if language == Language::Query && is_meant(text) => {
                compile(text, Offered::default(), report).map(TextField::Query)
            }
            _ if name == names[0] => {
                let literal = text(value, report)?;
                if language == Language::Path && path::looks_evaluated(literal) {
                    report.warning(
                        code::NO_PATH,
                        format!(
                            "The value of '{name}' looks like an expression; to have it evaluated, name the field '{}'",
                            names[1]
                        ),
                    );
                }
                Some(TextField::Literal(literal.to_owned()))
            }
            _ => path::expression(value, report).map(TextField::Computed),
        })
    }
}

/// Whether a text is, or seems to be meant as, a query: one of its delimiters is there.
pub(crate) fn is_meant(text: &str) -> bool {
    text.starts_with("{%") || text.ends_with("%}")
}

/// Compiles a text that [`is_meant`] as a query.
pub(crate) fn compile(text: &str, offered: Offered, report: &mut Report) -> Option<Query> {
    if !is_query(text) {
        report.schema("JSONata string must start with {% and end with %}");
        return None;
    }
    match Query::check(text) {
        Ok(query) => {
            check_reads(query.reads(), offered, report);
            Some(query)
        }
        Err(problems) => {
            for problem in problems {
                report.error(problem.code, problem.message);
            }
            None
        }
    }
}

/// Compiles a payload.
pub(crate) fn payload(value: &Value, offered: Offered, report: &mut Report) -> Option<Payload> {
    let errors = report.errors();
    check_delimiters(value, report);
    match Payload::compile(value) {
        Ok(payload) => {
            for (pointer, query) in payload.queries() {
                report.within_pointer(value, pointer, |report| {
                    check_reads(query.reads(), offered, report);
                });
            }
            (report.errors() == errors).then_some(payload)
        }
        Err(problems) => {
            for problem in problems {
                report.within_pointer(value, &problem.pointer, |report| {
                    report.error(problem.code, problem.message);
                });
            }
            None
        }
    }
}

/// Tells of what a query reads and this place does not have.
fn check_reads(reads: Reads, offered: Offered, report: &mut Report) {
    let absent = [
        ("result", reads.result && !offered.result),
        ("errorOutput", reads.error_output && !offered.error),
    ];
    for (name, _) in absent.iter().filter(|(_, is_absent)| *is_absent) {
        report.error(
            code::UNSUPPORTED_QUERY,
            format!("Reference to '$states.{name}' is not supported."),
        );
    }
}

/// Tells of texts that have one of the delimiters, but not both.
fn check_delimiters(value: &Value, report: &mut Report) {
    match value {
        Value::String(text) if is_meant(text) && !is_query(text) => {
            report.schema("JSONata string must start with {% and end with %}");
        }
        Value::Object(fields) => {
            for (name, field) in fields {
                report.within(name, |report| check_delimiters(field, report));
            }
        }
        Value::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                report.within_item(index, |report| check_delimiters(item, report));
            }
        }
        _ => {}
    }
}
