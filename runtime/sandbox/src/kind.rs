//! The four ways in which a module can be called; how, is a file for each.

use std::fmt;
use std::str::FromStr;

use steploom_types::Error;

mod command;
mod handler;
mod reactor;

pub(crate) use command::Command;
pub(crate) use handler::Handler;
pub(crate) use reactor::Reactor;

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

/// What a guest that came to its end gave.
#[derive(Debug)]
pub(crate) enum Answer {
    /// Its result; not yet known to be JSON.
    Result(Vec<u8>),
    /// The error that it answered.
    Failed(Vec<u8>),
    /// A result or error over its limit.
    TooLarge,
    /// It broke the contract of its kind; how.
    Nonsense(String),
}

/// Exports were looked up when the code was loaded; they cannot be gone.
fn changed() -> wasmtime::Error {
    wasmtime::format_err!("an export is not what it was when the module was linked")
}
