//! Errors of the function's own.

use std::fmt;

use serde::Serialize;

/// The name of errors that were given none, as the platform has it.
const NAMELESS: &str = "Function.Failed";

/// Why there is no result: a name that `Retry` and `Catch` match, and a message for people.
///
/// `?` makes one named `Function.Failed` of any [`std::error::Error`]; its message has the sources, too.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Error {
    #[serde(rename = "errorType")]
    name: String,
    #[serde(rename = "errorMessage")]
    message: String,
}

impl Error {
    /// Makes one: the name, such as `MissingName`, has at most 256 bytes, the message 32 KiB.
    pub fn new(name: impl Into<String>, message: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            message: message.into(),
        }
    }

    /// What `Retry` and `Catch` match.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// What it tells people.
    pub fn message(&self) -> &str {
        &self.message
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.name, self.message)
    }
}

impl<E: std::error::Error> From<E> for Error {
    fn from(error: E) -> Self {
        let mut message = error.to_string();
        let mut source = error.source();
        while let Some(error) = source {
            message.push_str(": ");
            message.push_str(&error.to_string());
            source = error.source();
        }
        Self::new(NAMELESS, message)
    }
}

#[cfg(test)]
mod tests;
