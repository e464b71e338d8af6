//! WebAssembly functions in fresh, metered sandboxes.

mod call;
mod cancel;
mod config;
mod kind;
mod sandbox;

use std::process::ExitCode;

pub use call::{Call, Context, Failure, Finished, Limits, LogEntry, Refused};
pub use cancel::Cancel;
pub use config::{CompilerCommand, Config};
pub use kind::Kind;
pub use sandbox::{Gauges, Inspected, Sandbox};

/// Runs the compiling process: WebAssembly on standard input, compiled code on standard output.
pub fn compiler_main() -> ExitCode {
    ExitCode::FAILURE
}
