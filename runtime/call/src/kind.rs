//! The four ways in which a module can be called.

use std::fmt;
use std::str::FromStr;

use steploom_types::Error;

/// How a module is called; recognised by its exports.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Kind {
    /// `_start` or `wasi:cli/run`: event on standard input, result on standard output.
    Command,
    /// `steploom_alloc` and `steploom_handle` over linear memory.
    Reactor,
    /// A component that exports `handle: func(string) -> result<string, string>`.
    Handler,
    /// A component that exports `wasi:http/incoming-handler`.
    Http,
}

impl Kind {
    /// Its name, as the API shows it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Command => "command",
            Self::Reactor => "reactor",
            Self::Handler => "handler",
            Self::Http => "http",
        }
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for Kind {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        [Self::Command, Self::Reactor, Self::Handler, Self::Http]
            .into_iter()
            .find(|kind| kind.as_str() == text)
            .ok_or_else(|| {
                Error::invalid(
                    "InvalidKind",
                    format!(
                        "'{}' is no kind of function: command, reactor, handler or http",
                        text.escape_default()
                    ),
                )
            })
    }
}
