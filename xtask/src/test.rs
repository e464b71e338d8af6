//! `cargo xtask test`: sets up what the tests need, and runs every one of them.

use anyhow::{Result, bail};

use crate::{
    aws, clients, docs, foreign, languages, modules, postgres, runtimes, samples, shell, sim,
};

/// What is simulated in every run of all tests: this many hours, and each planted bug for as long as it
/// takes to find it.
const SIMULATIONS: [&[&str]; 2] = [&["--hours", "200"], &["--bug", "all", "--hours", "40"]];

/// Samples that are built in moments; `cargo xtask samples` tries all of them.
const SAMPLES: [&str; 4] = ["csv-json", "digest", "slug", "words"];

/// Runs the workspace's tests, those of `modules/`, and the simulation; with a filter, the tests of that
/// name alone. What fails does not keep the rest from running, but fails the whole at the end.
pub(crate) fn run(filter: Option<&str>) -> Result<()> {
    modules::run(None, false)?;
    runtimes::ensure()?;
    let has_postgres = postgres::ensure();
    let mut failed: Vec<String> = Vec::new();
    let mut note = |done: Result<()>| {
        if let Err(error) = done {
            eprintln!("error: {error:#}");
            failed.push(format!("{error:#}"));
        }
    };
    for name in modules::LIBRARIES {
        note(modules::test_library(name, filter));
    }
    for source in &modules::SOURCES {
        note(modules::test(source, filter));
    }
    let mut workspace = shell::cargo(&["test", "--workspace", "--no-fail-fast"]);
    workspace.env("STEPLOOM_MODULES", shell::target()?.join("modules"));
    workspace.env("STEPLOOM_RUNTIMES", runtimes::folder()?);
    if has_postgres {
        // None of them may think otherwise, and skip itself.
        workspace.env("STEPLOOM_POSTGRES_REQUIRED", "1");
    }
    note(shell::run(workspace.args(filter)));
    note(aws::run_built(filter));
    if filter.is_none() {
        note(clients::run_built());
        note(languages::try_built(None));
        note(docs::try_built(None));
        note(foreign::try_built());
        for sample in SAMPLES {
            note(samples::try_built(Some(sample)));
        }
    }
    for arguments in SIMULATIONS.iter().filter(|_| filter.is_none()) {
        note(sim::run(arguments));
    }
    if failed.is_empty() {
        eprintln!("all tests passed");
        return Ok(());
    }
    bail!("tests failed:\n  {}", failed.join("\n  "))
}
