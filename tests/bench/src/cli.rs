//! What can be typed.

use std::fs;
use std::path::PathBuf;
use std::time::Duration;

use anyhow::{Context as _, Result, bail};
use clap::{Args, Parser, Subcommand};
use tempfile::TempDir;

use crate::place::Place;
use crate::postgres::Cluster;
use crate::programs;

/// Rounds, if nobody says otherwise: enough for a median that two disturbed rounds cannot move.
const ROUNDS_DEFAULT: u32 = 7;

/// Benchmarks, each beside the floor measured in the same run.
#[derive(Debug, Parser)]
#[command(name = "steploom-bench")]
pub(crate) struct Cli {
    #[command(subcommand)]
    pub(crate) bench: Bench,
    #[command(flatten)]
    pub(crate) options: Options,
}

/// The benchmarks.
#[derive(Debug, Subcommand)]
pub(crate) enum Bench {
    /// A fresh sandbox for each call, beside bare wasmtime
    Sandbox,
    /// A new project of every language, called in a fresh instance each time
    Languages,
    /// Invocations over HTTP, beside an HTTP server that echoes
    Invoke(crate::invoke::Args),
    /// Executions that their callers wait for, beside plain calls of the function
    Express(crate::invoke::Args),
    /// Durable executions of one step over HTTP, beside a journal that is only appended to
    Execute(crate::execute::Args),
    /// One execution of a million items
    Million(crate::million::Args),
    /// A chain of ten steps on an idle server, beside the disk
    Latency,
    /// A million executions that only wait
    Sleepers(crate::sleepers::Args),
    /// A process killed with many executions in flight
    Recover(crate::recover::Args),
    /// The floor of `invoke`, which starts it as a process of its own
    #[command(hide = true)]
    EchoServer,
}

/// What every benchmark can be told.
#[derive(Debug, Args)]
pub(crate) struct Options {
    /// Print one JSON object
    #[arg(long, global = true)]
    pub(crate) json: bool,

    /// Print the rows of the table in docs/benchmarks.md
    #[arg(long, global = true, conflicts_with = "json")]
    pub(crate) markdown: bool,

    /// Rounds, of which the median is shown
    #[arg(long, global = true, value_name = "N", default_value_t = ROUNDS_DEFAULT, value_parser = clap::value_parser!(u32).range(1..=1000))]
    rounds: u32,

    /// Seconds of a round [default: 1 for sandbox, 5 for the others]
    #[arg(long, global = true, value_name = "S", value_parser = seconds)]
    round_seconds: Option<Duration>,

    /// Folder on the disk to measure [default: bench-data/ in cargo's target folder]
    #[arg(long, global = true, value_name = "DIR")]
    data: Option<PathBuf>,

    /// Keep the server's store in a throw-away Postgres on this computer, not in SQLite
    #[arg(long, global = true)]
    pub(crate) postgres: bool,

    /// The steploom program to measure, instead of building one
    #[arg(long, global = true, value_name = "FILE")]
    server: Option<PathBuf>,
}

/// How long to measure.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Rounds {
    /// How often both are measured.
    pub(crate) count: u32,
    /// How long one of them, each time.
    pub(crate) duration: Duration,
}

impl Options {
    /// The rounds, of so many seconds unless somebody said otherwise.
    pub(crate) fn rounds(&self, seconds_default: u64) -> Rounds {
        let default = Duration::from_secs(seconds_default);
        Rounds {
            count: self.rounds,
            duration: self.round_seconds.unwrap_or(default),
        }
    }

    /// Where data is kept while measuring; made if missing.
    pub(crate) fn data_folder(&self) -> Result<PathBuf> {
        let folder = match &self.data {
            Some(folder) => folder.clone(),
            None => programs::target()?.join("bench-data"),
        };
        fs::create_dir_all(&folder).with_context(|| format!("can't make {}", folder.display()))?;
        Ok(folder.canonicalize()?)
    }

    /// A folder in there that is removed with the value.
    pub(crate) fn scratch(&self) -> Result<TempDir> {
        Ok(tempfile::tempdir_in(self.data_folder()?)?)
    }

    /// A place for a server, removed with the value.
    pub(crate) fn place(&self) -> Result<Place> {
        let folder = self.scratch()?;
        if !self.postgres {
            return Ok(Place::new(folder, None));
        }
        let Some(cluster) = Cluster::shared() else {
            bail!("--postgres needs the programs of Postgres on this computer");
        };
        Ok(Place::new(folder, Some(cluster.database())))
    }

    /// The program to measure, built if nobody gave one.
    pub(crate) fn server(&self) -> Result<PathBuf> {
        self.server.clone().map_or_else(programs::server, Ok)
    }
}

fn seconds(text: &str) -> Result<Duration, String> {
    let seconds = text.parse::<f64>().ok();
    seconds
        .and_then(|seconds| Duration::try_from_secs_f64(seconds).ok())
        .filter(|duration| !duration.is_zero())
        .ok_or_else(|| "it must be a number of seconds above 0".to_owned())
}

#[cfg(test)]
mod tests;
