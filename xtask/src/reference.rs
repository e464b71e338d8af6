//! `cargo xtask reference`: builds the comparison with the naive interpreter and runs it.

use anyhow::Result;

use crate::shell;

/// Runs the comparison with these arguments.
pub(crate) fn run(args: &[String]) -> Result<()> {
    let reference = [
        "run",
        "--quiet",
        "--profile",
        "sim",
        "-p",
        "steploom-reference",
        "--",
    ];
    shell::run(shell::cargo(&reference).args(args))
}
