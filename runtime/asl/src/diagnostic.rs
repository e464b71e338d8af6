//! What is wrong with a definition, or doubtful about it.

use std::fmt;

/// How bad a [`Diagnostic`] is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// The definition is refused.
    Error,
    /// The definition is accepted; its author may want to know.
    Warning,
}

/// One finding about a definition. Printed as AWS prints it: `CODE: message at /its/place`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnostic {
    /// How bad it is.
    pub severity: Severity,
    /// A stable word, AWS's where it has one, such as `MISSING_TRANSITION_TARGET`.
    pub code: &'static str,
    /// Where: a JSON pointer such as `/States/Count/Next`; empty for the definition as a whole.
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
        write!(f, "{}: {} at {place}", self.code, self.message)
    }
}

/// A definition that is refused, with everything that is wrong with it at once.
///
/// `Display` is the message with which AWS refuses it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub struct Rejected {
    /// Errors, at least one, and warnings.
    pub diagnostics: Vec<Diagnostic>,
}

impl fmt::Display for Rejected {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Invalid State Machine Definition: '")?;
        let errors = self
            .diagnostics
            .iter()
            .filter(|d| d.severity == Severity::Error);
        for (n, error) in errors.enumerate() {
            if n > 0 {
                f.write_str(", ")?;
            }
            fmt::Display::fmt(error, f)?;
        }
        f.write_str("'")
    }
}
