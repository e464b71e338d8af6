//! How modules are called: a file for each kind.

mod command;
mod handler;
mod reactor;

pub(crate) use command::Command;
pub(crate) use handler::Handler;
pub(crate) use reactor::Reactor;

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
