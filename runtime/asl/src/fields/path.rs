//! Paths and payload templates of JSONPath.

use serde_json::Value;
use steploom_expr::{Expression, Path, ReferencePath, Template};

use super::{Fields, text};
use crate::diagnostic::{Report, code};
use crate::model::{ResultPath, Selection};

impl Fields<'_> {
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
        match self.get("ResultPath") {
            None => ResultPath::Replace,
            Some(Value::Null) => ResultPath::Discard,
            Some(Value::String(whole)) if whole == "$" => ResultPath::Replace,
            Some(_) => self
                .read(report, "ResultPath", reference)
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
                        report.within_pointer(value, &problem.pointer, |report| {
                            report.schema(problem.message);
                        });
                    }
                    None
                }
            }
        })
    }
}

/// A value that has to be a path.
pub(crate) fn path(value: &Value, report: &mut Report) -> Option<Path> {
    let path = Path::parse(text(value, report)?).ok();
    if path.is_none() {
        report.schema("Value must be a valid JSONPath.");
    }
    path
}

/// A value that has to be a path to one value.
pub(crate) fn definite(value: &Value, report: &mut Report) -> Option<Path> {
    let path = path(value, report)?;
    if !path.is_definite() {
        report.schema("Value is not a Reference Path: it may lead to several values");
        return None;
    }
    Some(path)
}

/// A value that has to be a path or a call of an intrinsic function.
pub(crate) fn expression(value: &Value, report: &mut Report) -> Option<Expression> {
    let expression = Expression::parse(text(value, report)?).ok();
    if expression.is_none() {
        report.schema("Value must be a valid JSONPath or a valid intrinsic function call.");
    }
    expression
}

/// A value that a condition of a `Choice` compares: a path to one value.
pub(crate) fn compared(value: &Value, report: &mut Report) -> Option<Path> {
    let written = text(value, report)?;
    if !written.starts_with('$') {
        report.schema("Value is not a Reference Path: Reference path didn't start with '$'");
        return None;
    }
    match Path::parse(written) {
        Ok(path) if path.is_definite() => Some(path),
        Ok(_) => {
            report.schema("Value is not a Reference Path: it may lead to several values");
            None
        }
        Err(why) => {
            report.schema(format!("Value is not a Reference Path: {why}"));
            None
        }
    }
}

/// A value that has to be the place of one value in a state's data.
fn reference(value: &Value, report: &mut Report) -> Option<ReferencePath> {
    let written = text(value, report)?;
    if !written.starts_with('$') {
        report.schema("Value must be a valid JSONPath.");
        return None;
    }
    match ReferencePath::parse(written) {
        Ok(path) => Some(path),
        Err(why) => {
            report.schema(format!("Value is not a Reference Path: {why}"));
            None
        }
    }
}

/// Warns of fields whose values look like expressions but are taken as they are.
fn warn_of_no_dollar(value: &Value, report: &mut Report) {
    match value {
        Value::Object(fields) => {
            for (name, field) in fields.iter().filter(|(name, _)| !name.ends_with(".$")) {
                report.within(name, |report| {
                    if field.as_str().is_some_and(looks_evaluated) {
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
                report.within_item(index, |report| warn_of_no_dollar(item, report));
            }
        }
        _ => {}
    }
}

/// Whether a text that is taken as it is looks like a path or a call.
pub(crate) fn looks_evaluated(text: &str) -> bool {
    ["$.", "$$.", "States."]
        .iter()
        .any(|start| text.starts_with(start))
        && Expression::parse(text).is_ok()
}
