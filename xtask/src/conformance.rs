//! `cargo xtask conformance`: builds what compares the product with recordings of AWS, and runs it.

use anyhow::Result;

use crate::shell;

/// Hands `args` to it; its report is on stdout.
pub(crate) fn run(args: &[String]) -> Result<()> {
    let mut command = shell::cargo(&["run", "--quiet", "-p", "steploom-conformance", "--"]);
    shell::run(command.args(args))
}
