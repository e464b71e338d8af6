//! What is wrong with a definition, or doubtful about it.

use std::fmt::{self, Write as _};

use serde_json::Value;
use steploom_types::limits::{DIAGNOSTIC_BYTES_MAX, DIAGNOSTICS_MAX};

/// How bad a [`Diagnostic`] is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// The definition is refused.
    Error,
    /// The definition is accepted; its author may want to know.
    Warning,
}

/// The codes of diagnostics: AWS's, and two of our own, [`INVALID_YAML`](code::INVALID_YAML) and
/// [`UNSUPPORTED`](code::UNSUPPORTED).
pub mod code {
    /// The text is not JSON.
    pub const INVALID_JSON: &str = "INVALID_JSON_DESCRIPTION";
    /// The text does not start as JSON does, and is not YAML.
    pub const INVALID_YAML: &str = "INVALID_YAML_DESCRIPTION";
    /// A field is missing, unknown, or has a value that it cannot have.
    pub const SCHEMA: &str = "SCHEMA_VALIDATION_FAILED";
    /// A state goes to one that is not there, or nothing goes to it.
    pub const TRANSITION: &str = "MISSING_TRANSITION_TARGET";
    /// No state ends its scope.
    pub const NO_END: &str = "MISSING_END_STATE";
    /// Two states have the same name.
    pub const DUPLICATE_STATE: &str = "DUPLICATE_STATE_NAME";
    /// The nodes of a `Graph` come after one another in a circle.
    pub const CYCLE: &str = "GRAPH_CYCLE";
    /// A state's name is too long, or empty.
    pub const STATE_NAME: &str = "INVALID_STATE_NAME";
    /// Two distributed `Map`s have the same label.
    pub const DUPLICATE_LABEL: &str = "DUPLICATE_LABEL_NAME";
    /// A label is too long, or has characters that it may not have.
    pub const LABEL_NAME: &str = "INVALID_LABEL_NAME";
    /// A variable's name is too long, or has characters that it may not have.
    pub const VARIABLE_NAME: &str = "INVALID_VARIABLE_NAME";
    /// A variable that nobody may assign to.
    pub const RESERVED_VARIABLE: &str = "RESERVED_VARIABLE_NAME";
    /// A text between `{%` and `%}` is not JSONata.
    pub const INVALID_QUERY: &str = "INVALID_JSONATA_EXPRESSION";
    /// JSONata that reads what is not there at this place.
    pub const UNSUPPORTED_QUERY: &str = "UNSUPPORTED_JSONATA_EXPRESSION";
    /// Part of the language, but not of this release.
    pub const UNSUPPORTED: &str = "UNSUPPORTED";
    /// A warning: a value looks like an expression, but its field's name lacks the `.$`.
    pub const NO_DOLLAR: &str = "NO_DOLLAR";
    /// A warning: a value looks like an expression, but its field's name lacks the `Path`.
    pub const NO_PATH: &str = "NO_PATH";
    /// A warning: a `Result` has a field that looks like an expression, but is never evaluated.
    pub const STATIC_RESULT: &str = "PASS_RESULT_IS_STATIC";
}

/// One finding about a definition. Printed as AWS prints it: `CODE: message at /its/place`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnostic {
    /// How bad it is.
    pub severity: Severity,
    /// A stable word: see [`code`].
    pub code: &'static str,
    /// Where, as AWS tells it: `/States/Count/Next`, `/States/Decide/Choices[0]/Next`; `/` for the
    /// definition's own fields; for a text that is not JSON its line and column; empty for the
    /// definition as a whole. [`crate::locate`] finds the line and the column.
    pub path: String,
    /// What is wrong, for the author.
    pub message: String,
}

impl fmt::Display for Diagnostic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let place = if self.path.is_empty() {
            "null"
        } else {
            &self.path
        };
        if matches!(self.code, code::INVALID_JSON | code::INVALID_YAML) {
            // The message has its place within already.
            return write!(f, "{}: {}", self.code, self.message);
        }
        write!(f, "{}: {} at {place}", self.code, self.message)
    }
}

/// A definition that is refused, with everything that is wrong with it at once.
///
/// `Display` is the message with which AWS refuses it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub struct Rejected {
    /// Errors, at least one, and warnings; [`DIAGNOSTICS_MAX`] at the most.
    pub diagnostics: Vec<Diagnostic>,
    /// Whether there were more.
    pub truncated: bool,
}

impl fmt::Display for Rejected {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Invalid State Machine Definition: '")?;
        let is_error = |d: &&Diagnostic| d.severity == Severity::Error;
        for (number, error) in self.diagnostics.iter().filter(is_error).enumerate() {
            f.write_str(if number > 0 { ", " } else { "" })?;
            fmt::Display::fmt(error, f)?;
        }
        f.write_str("'")
    }
}

/// Gathers diagnostics, and knows at which place of the definition its user is.
#[derive(Default)]
pub(crate) struct Report {
    pub(crate) diagnostics: Vec<Diagnostic>,
    pub(crate) truncated: bool,
    errors: usize,
    place: String,
}

impl Report {
    /// Errors told so far.
    pub(crate) fn errors(&self) -> usize {
        self.errors
    }

    /// Does something one level further in.
    pub(crate) fn within<T>(&mut self, key: &str, then: impl FnOnce(&mut Self) -> T) -> T {
        let length = self.enter(key);
        let result = then(self);
        self.leave(length);
        result
    }

    /// Does something one element of an array further in.
    pub(crate) fn within_item<T>(&mut self, index: usize, then: impl FnOnce(&mut Self) -> T) -> T {
        let length = self.enter_item(index);
        let result = then(self);
        self.leave(length);
        result
    }

    /// Does something at a JSON pointer from here, where `value` is.
    pub(crate) fn within_pointer(
        &mut self,
        value: &Value,
        pointer: &str,
        then: impl FnOnce(&mut Self),
    ) {
        let length = self.place.len();
        let mut value = Some(value);
        for key in pointer.split('/').skip(1) {
            if let Some(Value::Array(items)) = value {
                let _ = write!(self.place, "[{key}]");
                value = key.parse().ok().and_then(|at: usize| items.get(at));
            } else {
                self.place.push('/');
                self.place.push_str(key);
                let name = key.replace("~1", "/").replace("~0", "~");
                value = value.and_then(|value| value.get(name));
            }
        }
        then(self);
        self.leave(length);
    }

    /// Where the report is.
    pub(crate) fn place(&self) -> String {
        self.place.clone()
    }

    /// Goes one level further in; give the answer to [`Report::leave`].
    pub(crate) fn enter(&mut self, key: &str) -> usize {
        let length = self.place.len();
        self.place.push('/');
        self.place
            .push_str(&key.replace('~', "~0").replace('/', "~1"));
        length
    }

    /// Goes into an element of an array; give the answer to [`Report::leave`].
    pub(crate) fn enter_item(&mut self, index: usize) -> usize {
        let length = self.place.len();
        let _ = write!(self.place, "[{index}]");
        length
    }

    /// Back to where [`Report::enter`] was called.
    pub(crate) fn leave(&mut self, length: usize) {
        self.place.truncate(length);
    }

    /// A field of the object at the present place is not there.
    pub(crate) fn missing(&mut self, field: &str) {
        self.schema(format!("The field '{field}' is required but was missing"));
    }

    /// A field is not as it has to be.
    pub(crate) fn schema(&mut self, message: impl Into<String>) {
        self.error(code::SCHEMA, message);
    }

    /// Something that this release does not have.
    pub(crate) fn unsupported(&mut self, what: &str) {
        self.error(
            code::UNSUPPORTED,
            format!("{what}: this release does not support it"),
        );
    }

    /// An error at the present place.
    pub(crate) fn error(&mut self, code: &'static str, message: impl Into<String>) {
        let place = if self.place.is_empty() {
            "/"
        } else {
            &self.place
        };
        self.push(Severity::Error, code, place.to_owned(), message.into());
    }

    /// An error of the definition as a whole, or of the whole scope that this place is.
    pub(crate) fn error_of_all(&mut self, code: &'static str, message: impl Into<String>) {
        self.push(Severity::Error, code, self.place.clone(), message.into());
    }

    /// An error with a place of another kind.
    pub(crate) fn error_at(&mut self, code: &'static str, place: String, message: String) {
        self.push(Severity::Error, code, place, message);
    }

    /// A warning at the present place.
    pub(crate) fn warning(&mut self, code: &'static str, message: String) {
        self.push(Severity::Warning, code, self.place.clone(), message);
    }

    fn push(&mut self, severity: Severity, code: &'static str, path: String, message: String) {
        self.errors += usize::from(severity == Severity::Error);
        if self.diagnostics.len() >= DIAGNOSTICS_MAX {
            self.truncated = true;
            // An error tells more than a warning.
            let warning = self.diagnostics.iter().position(|d| d.severity > severity);
            let Some(at) = warning else { return };
            self.diagnostics.remove(at);
        }
        self.diagnostics.push(Diagnostic {
            severity,
            code,
            path: shortened(path),
            message: shortened(message),
        });
    }
}

/// A text of [`DIAGNOSTIC_BYTES_MAX`] bytes at the most: names in a definition can be very long.
fn shortened(mut text: String) -> String {
    if text.len() > DIAGNOSTIC_BYTES_MAX {
        let end = (0..=DIAGNOSTIC_BYTES_MAX)
            .rev()
            .find(|end| text.is_char_boundary(*end));
        text.truncate(end.unwrap_or_default());
        text.push_str("...");
        text.shrink_to_fit();
    }
    text
}

impl From<Report> for Rejected {
    fn from(report: Report) -> Self {
        Self {
            diagnostics: report.diagnostics,
            truncated: report.truncated,
        }
    }
}
