//! `cargo xtask clients`: the tests of the client libraries in other languages, each against the real program.
//!
//! A library whose language is not on this computer is skipped, and that is said; with
//! `STEPLOOM_CLIENTS_REQUIRED` set it is an error. The Rust client is part of the workspace.

use std::path::PathBuf;
use std::process::Command;

use anyhow::{Result, anyhow, bail};
use clap::ValueEnum;

use crate::{modules, shell};

/// A client library: a folder of `sdk/`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Client {
    Python,
    Typescript,
    Go,
}

impl Client {
    fn name(self) -> &'static str {
        match self {
            Self::Python => "python",
            Self::Typescript => "typescript",
            Self::Go => "go",
        }
    }

    /// Programs that it needs one of, and what tells that they are there.
    fn programs(self) -> (&'static [&'static str], &'static str) {
        match self {
            Self::Python => (&["python3", "python"], "--version"),
            Self::Typescript => (&["npm"], "--version"),
            // Where Go's own installer puts it, which is not always on the PATH.
            Self::Go => (&["go", "/usr/local/go/bin/go"], "version"),
        }
    }

    fn program(self) -> Option<&'static str> {
        let (programs, version) = self.programs();
        let is_there = |program: &&str| shell::output(Command::new(program).arg(version)).is_ok();
        programs.iter().copied().find(is_there)
    }

    /// What runs its tests, one after the other.
    fn tests(self) -> &'static [&'static [&'static str]] {
        match self {
            Self::Python => &[&["-m", "unittest", "discover", "-s", "tests"]],
            Self::Typescript => &[&["ci", "--no-audit", "--no-fund"], &["test"]],
            Self::Go => &[&["vet", "./..."], &["test", "-count=1", "./..."]],
        }
    }

    fn folder(self) -> PathBuf {
        shell::root().join("sdk").join(self.name())
    }

    fn test(self) -> Result<()> {
        let Some(program) = self.program() else {
            let wanted = self.programs().0[0];
            if std::env::var_os("STEPLOOM_CLIENTS_REQUIRED").is_some() {
                bail!(
                    "the tests of sdk/{} cannot run: there is no {wanted}",
                    self.name()
                );
            }
            eprintln!(
                "SKIPPED: the tests of sdk/{} do not run here: there is no {wanted}",
                self.name()
            );
            return Ok(());
        };
        let target = shell::target()?;
        for words in self.tests() {
            let mut command = Command::new(program);
            command
                .args(*words)
                .current_dir(self.folder())
                .env("STEPLOOM", target.join("debug/steploom"))
                .env("STEPLOOM_MODULES", target.join("modules"))
                .env("PYTHONPATH", "src")
                .env("PYTHONDONTWRITEBYTECODE", "1");
            shell::run(&mut command)?;
        }
        Ok(())
    }
}

/// Builds the server, and tests one client library or all of them.
pub(crate) fn run(client: Option<Client>) -> Result<()> {
    modules::build(None)?;
    shell::run(&mut shell::cargo(&[
        "build", "--quiet", "--bin", "steploom",
    ]))?;
    match client {
        Some(client) => client.test(),
        None => run_built(),
    }
}

/// Tests all of them with the server that `cargo build` has made. One that fails does not keep the rest from
/// running.
pub(crate) fn run_built() -> Result<()> {
    let all = Client::value_variants().iter();
    let failed: Vec<_> = all
        .filter_map(|client| client.test().err())
        .map(|error| format!("{error:#}"))
        .collect();
    if failed.is_empty() {
        return Ok(());
    }
    Err(anyhow!("{}", failed.join("\n  ")))
}
