//! How the program ends, as a number that scripts can use.
//!
//! The same list is in `steploom --help`; a test keeps the two together.

use std::process::ExitCode;

/// Why the program ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Exit {
    /// Done.
    Ok,
    /// The execution or the function failed, or something on this computer did.
    Failed,
    /// The command line makes no sense.
    Usage,
    /// There is no such thing.
    NotFound,
    /// The server refused the request as it stands.
    Refused,
    /// No server answered, or it failed on its side.
    Unreachable,
    /// A limit was reached: the same command may succeed later.
    TryAgain,
    /// Ctrl-C.
    Interrupted,
}

/// What `steploom --help` says of them.
pub(crate) const HELP: &str = "\
Exit codes:
  0    done
  1    the execution or the function failed (or something on this computer did)
  2    the command line makes no sense
  3    there is no such thing
  4    the request was refused: change it
  5    no server answered, or it failed on its side
  6    a limit was reached: try again later
  130  interrupted by Ctrl-C";

impl Exit {
    /// The number.
    pub(crate) fn code(self) -> u8 {
        match self {
            Self::Ok => 0,
            Self::Failed => 1,
            Self::Usage => 2,
            Self::NotFound => 3,
            Self::Refused => 4,
            Self::Unreachable => 5,
            Self::TryAgain => 6,
            Self::Interrupted => 130,
        }
    }

    /// What an answer of this HTTP status means for a script.
    pub(crate) fn of_status(status: u16) -> Self {
        match status {
            404 => Self::NotFound,
            408 | 429 | 503 => Self::TryAgain,
            500.. => Self::Unreachable,
            _ => Self::Refused,
        }
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit.code())
    }
}

#[cfg(test)]
mod tests;
