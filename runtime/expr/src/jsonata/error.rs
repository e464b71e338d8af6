//! How compiling and evaluating a query fail, in AWS's words.

use jsonata_core::evaluator::{EvaluatorError, error_code_prefix};
use serde_json::Value;

use super::wording;
use crate::EvalError;

/// The code of a text that is no JSONata.
pub(super) const INVALID: &str = "INVALID_JSONATA_EXPRESSION";
/// The code of what is JSONata but can have no meaning here.
pub(super) const UNSUPPORTED: &str = "UNSUPPORTED_JSONATA_EXPRESSION";

/// Why a text is not a query. The author of the definition has to change it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{code}: {message}")]
pub struct QueryProblem {
    /// `INVALID_JSONATA_EXPRESSION` or `UNSUPPORTED_JSONATA_EXPRESSION`.
    pub code: &'static str,
    /// What is wrong, in AWS's words where they are known.
    pub message: String,
}

impl QueryProblem {
    pub(super) fn invalid(message: impl Into<String>) -> Self {
        Self {
            code: INVALID,
            message: message.into(),
        }
    }

    pub(super) fn top_level(name: &str) -> Self {
        // `$$` is nowhere anything else.
        let place = if name == "$$" {
            ""
        } else {
            " at the top level"
        };
        Self {
            code: UNSUPPORTED,
            message: format!("Reference to '{name}'{place} is not supported."),
        }
    }
}

/// Why an evaluation ended without a value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Fault {
    /// What JSONata says, with its code: `T1006: Attempted to invoke a non-function`.
    Thrown(String),
    /// Too much memory.
    Memory,
    /// Too deep.
    Depth,
    /// Took too long.
    Time,
    /// The engine made a mistake.
    Internal,
}

/// What the functions here say when memory runs out. No expression can say so itself: what
/// `$error` is given comes after `D3137: `.
const MEMORY: &str = "U2001: memory";

/// The engine's error that says [`Fault::Memory`].
pub(super) fn out_of_memory() -> EvaluatorError {
    EvaluatorError::EvaluationError(MEMORY.to_owned())
}

/// The engine's error with this code and message.
pub(super) fn thrown(message: impl Into<String>) -> EvaluatorError {
    EvaluatorError::EvaluationError(message.into())
}

impl From<EvaluatorError> for Fault {
    fn from(error: EvaluatorError) -> Self {
        match error.code() {
            Some("D1011" | "U1001") => Self::Depth,
            Some("D1012" | "U1003") => Self::Time,
            Some("D2015" | "U2001") => Self::Memory,
            _ => Self::Thrown(wording::unwrapped(error.message()).to_owned()),
        }
    }
}

impl Fault {
    /// The code of what JSONata says, and the rest.
    pub(super) fn coded(&self) -> Option<(&str, &str)> {
        let Self::Thrown(message) = self else {
            return None;
        };
        let code = error_code_prefix(message)?;
        Some((code, message[code.len() + 1..].trim_start()))
    }
}

/// Where a query stands, and what it is: what every sentence about it begins with.
pub(super) struct Place<'q> {
    pub(super) text: &'q str,
    pub(super) field: &'q str,
}

impl Place<'_> {
    pub(super) fn fault(&self, fault: &Fault) -> EvalError {
        match fault {
            Fault::Thrown(message) if without_code(message).len() < message.len() => {
                self.error(&format!("threw an error during evaluation. {message}"))
            }
            Fault::Thrown(message) => self.bound(message),
            Fault::Internal => self.error("threw an internal error during evaluation."),
            Fault::Memory => self.bound(
                "Expression evaluation memory limit exceeded: Check for excessive memory usage",
            ),
            Fault::Depth => self.bound(
                "Stack overflow error: Check for non-terminating recursive function. Consider rewriting as tail-recursive",
            ),
            Fault::Time => EvalError::Exceeded {
                location: self.field.to_owned(),
                cause: self.sentence(
                    "threw an error during evaluation: Expression evaluation timeout: Check for infinite loop",
                ),
            },
        }
    }

    pub(super) fn undefined(&self) -> EvalError {
        self.error("returned nothing (undefined).")
    }

    pub(super) fn unsupported(&self) -> EvalError {
        self.error("returned an unsupported result type.")
    }

    pub(super) fn unexpected(&self, expected: &str, value: &Value) -> EvalError {
        self.error(&format!(
            "returned an unexpected result type. Expected '{expected}', but was '{}' for value: {value}",
            type_name(value)
        ))
    }

    fn bound(&self, what: &str) -> EvalError {
        self.error(&format!("threw an error during evaluation: {what}"))
    }

    fn error(&self, what: &str) -> EvalError {
        EvalError::Query {
            location: self.field.to_owned(),
            cause: self.sentence(what),
        }
    }

    fn sentence(&self, what: &str) -> String {
        format!(
            "The JSONata expression '{}' specified for the field '{}' {what}",
            self.text, self.field
        )
    }
}

/// The name of a value's type, as AWS calls it.
fn type_name(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "boolean",
        Value::Number(_) => "number",
        Value::String(_) => "string",
        Value::Array(_) => "array",
        Value::Object(_) => "object",
    }
}

/// A message without the code before it, if there is one.
pub(super) fn without_code(message: &str) -> &str {
    match error_code_prefix(message) {
        Some(code) => message[code.len() + 1..].trim_start(),
        None => message,
    }
}

impl EvalError {
    /// A query has a value of another type than its field wants.
    ///
    /// `expected` is the type as AWS calls it: `array`, `string`, `number`, `boolean`, `object`.
    pub fn unexpected_type(
        query: &super::Query,
        field: &str,
        expected: &str,
        value: &Value,
    ) -> Self {
        Place {
            text: query.text(),
            field,
        }
        .unexpected(expected, value)
    }
}
