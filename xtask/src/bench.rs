//! `cargo xtask bench`: builds the modules and the benchmarks, and runs one of them.

use anyhow::Result;
use clap::ValueEnum;

use crate::{modules, shell};

/// A benchmark.
#[derive(Debug, Clone, Copy, ValueEnum)]
pub(crate) enum Name {
    /// A fresh sandbox for each call, without the rest
    Sandbox,
    /// Invocations over HTTP
    Invoke,
    /// Executions of a machine, durable
    Execute,
}

/// Runs the benchmark `name`; its report is on stdout.
pub(crate) fn run(name: Name, json: bool) -> Result<()> {
    modules::build(None)?;
    let name = match name {
        Name::Sandbox => "sandbox",
        Name::Invoke => "invoke",
        Name::Execute => "execute",
    };
    let mut command = shell::cargo(&[
        "run",
        "--quiet",
        "--release",
        "-p",
        "steploom-bench",
        "--",
        name,
    ]);
    command.env("STEPLOOM_MODULES", shell::target()?.join("modules"));
    shell::run(command.args(json.then_some("--json")))
}
