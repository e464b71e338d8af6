//! Errors as AWS's clients know them.

use steploom_types::{Error, Kind};

/// An error with a name of AWS's.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    /// Such as `StateMachineDoesNotExist`.
    pub code: String,
    /// What AWS says, or what we do where AWS has nothing to say.
    pub message: String,
    /// The HTTP status.
    pub status: u16,
    /// The error behind it, for the log, where it is ours.
    pub error: Option<Box<Error>>,
}

impl Failure {
    /// The request is at fault.
    pub(crate) fn new(code: &str, message: impl Into<String>) -> Self {
        Self {
            code: code.to_owned(),
            message: message.into(),
            status: 400,
            error: None,
        }
    }

    /// What HTTP itself refuses, such as a body that is too large.
    pub fn from_http(status: u16, error: Error) -> Self {
        let failure = Self::from(error);
        let code = if status == 413 {
            "RequestEntityTooLargeException".to_owned()
        } else {
            failure.code
        };
        Self {
            code,
            status,
            ..failure
        }
    }

    /// A field is not as AWS's model wants it.
    pub(crate) fn validation(message: impl Into<String>) -> Self {
        Self::new("ValidationException", message)
    }
}

/// What no operation has words of its own for.
impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        let (code, status) = match error.kind {
            Kind::Invalid | Kind::NotFound => ("ValidationException", 400),
            Kind::Conflict => ("ConflictException", 400),
            Kind::Denied => ("AccessDeniedException", 400),
            Kind::Exhausted => ("ThrottlingException", 400),
            Kind::Fenced | Kind::Unavailable => ("ServiceUnavailable", 503),
            Kind::Corrupt | Kind::Internal => ("InternalFailure", 500),
        };
        Self {
            code: code.to_owned(),
            message: error.message.clone(),
            status,
            error: Some(Box::new(error)),
        }
    }
}
