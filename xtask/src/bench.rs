//! `cargo xtask bench`: builds the modules and the benchmarks, and runs one of them.

use std::process::Command;

use anyhow::Result;
use clap::ValueEnum;

use crate::{modules, runtimes, shell};

/// A benchmark.
#[derive(Debug, Clone, Copy, ValueEnum)]
pub(crate) enum Name {
    /// A fresh sandbox for each call, without the rest
    Sandbox,
    /// Invocations over HTTP
    Invoke,
    /// Executions that their callers wait for
    Express,
    /// Executions of a machine, durable
    Execute,
    /// One execution of a million items
    Million,
    /// A chain of ten steps on an idle server
    Latency,
    /// A million executions that only wait
    Sleepers,
    /// A process killed with many executions in flight
    Recover,
    /// The project of every language, fresh and reused
    Languages,
    /// The pure interpreter alone, on one core
    Machine,
}

/// Runs the benchmark `name`; its report is on stdout.
pub(crate) fn run(name: Name, json: bool) -> Result<()> {
    let name = match name {
        Name::Sandbox => "sandbox",
        Name::Invoke => "invoke",
        Name::Express => "express",
        Name::Execute => "execute",
        Name::Million => "million",
        Name::Latency => "latency",
        Name::Sleepers => "sleepers",
        Name::Recover => "recover",
        Name::Languages => "languages",
        // Without functions, so nothing else has to be built.
        Name::Machine => {
            let mut command = in_release("steploom-bench-machine");
            return shell::run(command.args(json.then_some("--json")));
        }
    };
    modules::build(None)?;
    if name == "languages" {
        // Beside the server, where it looks for them.
        runtimes::run(None, false)?;
    }
    let mut command = in_release("steploom-bench");
    command.env("STEPLOOM_MODULES", shell::target()?.join("modules"));
    shell::run(command.arg(name).args(json.then_some("--json")))
}

fn in_release(package: &str) -> Command {
    shell::cargo(&["run", "--quiet", "--release", "-p", package, "--"])
}
