//! The error that crosses borders between crates and, in the end, reaches a caller.
//!
//! Inside a crate a module has its own enum; at its border that enum becomes an [`Error`]. A
//! failing *workflow* is never one of these: it is a value with `error` and `cause`.

use std::fmt;

/// What whoever receives the error must do next. Deliberately few.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Kind {
    /// The request is wrong as it stands: change it. HTTP 400.
    Invalid,
    /// There is no such thing, or not for this account. HTTP 404.
    NotFound,
    /// It contradicts what is there: look, then decide. HTTP 409.
    Conflict,
    /// Somebody else owns the shard now: ask again, the answer will come from the owner. HTTP 503.
    Fenced,
    /// The caller may not do this. HTTP 403.
    Denied,
    /// A limit was reached: wait and try again. HTTP 429.
    Exhausted,
    /// Something we need is away: try again later. HTTP 503.
    Unavailable,
    /// Stored data fails its check: an operator must look. HTTP 500.
    Corrupt,
    /// A bug of ours. HTTP 500.
    Internal,
}

/// An error at a border.
///
/// `message` is for the caller and says what is wrong and what to do; `detail` is for the log and
/// never leaves the process.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Error {
    /// What to do next.
    pub kind: Kind,
    /// A stable name in CamelCase that programs may match, such as `FunctionNotFound`.
    pub code: &'static str,
    /// For the caller.
    pub message: String,
    /// For the log.
    pub detail: Option<String>,
    /// With [`Kind::Exhausted`] and [`Kind::Unavailable`]: when to try again, in seconds.
    pub retry_after_s: Option<u32>,
    /// Where in the request the problem lies, such as a JSON path; one per problem.
    pub problems: Vec<Problem>,
}

/// One of several things wrong with a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// A stable name, such as `MISSING_TRANSITION_TARGET`.
    pub code: String,
    /// Where: a JSON pointer or path, or empty for the whole.
    pub path: String,
    /// What, for a person.
    pub message: String,
}

impl Error {
    /// An error with a message for the caller.
    pub fn new(kind: Kind, code: &'static str, message: impl Into<String>) -> Self {
        Self {
            kind,
            code,
            message: message.into(),
            detail: None,
            retry_after_s: None,
            problems: Vec::new(),
        }
    }

    /// The caller's request is wrong.
    pub fn invalid(code: &'static str, message: impl Into<String>) -> Self {
        Self::new(Kind::Invalid, code, message)
    }

    /// No such thing (for this account).
    pub fn not_found(code: &'static str, message: impl Into<String>) -> Self {
        Self::new(Kind::NotFound, code, message)
    }

    /// It contradicts what is there.
    pub fn conflict(code: &'static str, message: impl Into<String>) -> Self {
        Self::new(Kind::Conflict, code, message)
    }

    /// A bug or failure of ours; `detail` goes to the log, the caller learns only that it happened.
    pub fn internal(detail: impl fmt::Display) -> Self {
        Self::new(
            Kind::Internal,
            "Internal",
            "something went wrong on our side; the log says what",
        )
        .with_detail(detail)
    }

    /// The same error with a detail for the log.
    #[must_use]
    pub fn with_detail(mut self, detail: impl fmt::Display) -> Self {
        self.detail = Some(detail.to_string());
        self
    }

    /// The same error with advice when to try again.
    #[must_use]
    pub fn with_retry_after(mut self, seconds: u32) -> Self {
        self.retry_after_s = Some(seconds);
        self
    }

    /// The same error with the places that are wrong.
    #[must_use]
    pub fn with_problems(mut self, problems: Vec<Problem>) -> Self {
        self.problems = problems;
        self
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.code, self.message)?;
        if let Some(detail) = &self.detail {
            write!(f, " ({detail})")?;
        }
        Ok(())
    }
}

impl std::error::Error for Error {}
