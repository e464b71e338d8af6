//! `cargo xtask ci`: what has to pass before a change is taken, in the order of what fails fastest.

use anyhow::Result;

use crate::{languages, modules, runtimes, samples, shell, test};

/// Checks format and lints of the workspace, of `modules/` and of what projects are given, then runs every test.
pub(crate) fn run() -> Result<()> {
    shell::run(&mut shell::cargo(&["fmt", "--all", "--check"]))?;
    shell::run(&mut shell::cargo(&[
        "clippy",
        "--workspace",
        "--all-targets",
        "--",
        "-D",
        "warnings",
    ]))?;
    modules::lint()?;
    samples::lint()?;
    languages::lint()?;
    runtimes::lint()?;
    test::run(None)
}
