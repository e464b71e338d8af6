//! What can go wrong with a call.

use std::fmt;

use steploom_api::wire::Problem;

/// Why a call did not succeed.
#[derive(Debug)]
#[non_exhaustive]
pub enum Error {
    /// Steploom answered that it will not or cannot: match on `code`, show `title`. For a failed
    /// function `code` is `FunctionFailed`, and `error` and `cause` say how.
    Problem(Box<Problem>),
    /// Nothing answered, or the line broke or stayed silent for too long. What was asked for may
    /// have happened nevertheless.
    Unreachable {
        /// Where Steploom was looked for.
        endpoint: String,
        /// Whether not even a connection came about, so that nothing can have happened.
        is_refused: bool,
        /// Why, in the words of the layers below.
        why: String,
    },
    /// What answered does not speak this protocol: look at the endpoint and at both versions.
    Protocol {
        /// What is strange.
        why: String,
    },
}

impl Error {
    /// The problem, if Steploom answered with one.
    pub fn problem(&self) -> Option<&Problem> {
        match self {
            Self::Problem(problem) => Some(problem),
            _ => None,
        }
    }

    pub(crate) fn protocol(why: impl fmt::Display) -> Self {
        Self::Protocol {
            why: why.to_string(),
        }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Problem(problem) => fmt_problem(problem, f),
            Self::Unreachable {
                endpoint,
                is_refused: true,
                ..
            } => write!(
                f,
                "cannot reach Steploom at {endpoint}; start it with 'steploom up'"
            ),
            Self::Unreachable { endpoint, why, .. } => {
                write!(f, "the connection to Steploom at {endpoint} broke: {why}")
            }
            Self::Protocol { why } => write!(f, "the answer makes no sense: {why}"),
        }
    }
}

fn fmt_problem(problem: &Problem, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    write!(f, "{} ({})", problem.title, problem.code)?;
    if let Some(cause) = &problem.cause {
        write!(f, ": {cause}")?;
    }
    for item in &problem.problems {
        write!(f, "\n  {}: {} ({})", item.path, item.message, item.code)?;
    }
    Ok(())
}

impl std::error::Error for Error {}

/// A name or an id that is none: the same problem that Steploom would have answered with.
impl From<steploom_types::Error> for Error {
    fn from(error: steploom_types::Error) -> Self {
        Self::Problem(Box::new(Problem {
            status: 400,
            code: error.code.to_owned(),
            title: error.message,
            ..Problem::default()
        }))
    }
}
