//! `cargo xtask fuzz`: builds the fuzzers and runs them.

use anyhow::Result;

use crate::shell;

/// Runs the fuzzers with these arguments.
pub(crate) fn run(args: &[String]) -> Result<()> {
    let mut command = shell::cargo(&["run", "--quiet", "--release", "-p", "steploom-fuzz", "--"]);
    shell::run(command.args(args))
}
