//! `cargo xtask sim`: builds the simulation and runs it.

use std::ffi::OsStr;

use anyhow::Result;

use crate::shell;

/// Runs the simulation with these arguments.
pub(crate) fn run(args: &[impl AsRef<OsStr>]) -> Result<()> {
    let sim = [
        "run",
        "--quiet",
        "--profile",
        "sim",
        "-p",
        "steploom-sim",
        "--",
    ];
    shell::run(shell::cargo(&sim).args(args))
}
