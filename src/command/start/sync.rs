//! An execution that the command waits for, in the server's memory.

use steploom_api::wire::{LogLevel, Logging, StartExecution};

use crate::command::Context;
use crate::failure::Failure;
use crate::follow;
use crate::view::{Paint, human, out};

/// Whether it is run so, and what is logged of it.
#[derive(Debug, clap::Args)]
pub(super) struct InMemory {
    /// Run it while the command waits, keep nothing of it, and print the output
    #[arg(long)]
    sync: bool,

    /// With --sync: which of its events 'steploom logs --machine' shows [default: off]
    #[arg(long, value_name = "LEVEL", value_enum, requires = "sync")]
    log_level: Option<Level>,

    /// With --log-level: its inputs and outputs, too
    #[arg(long, requires = "log_level")]
    log_data: bool,
}

#[derive(Clone, Copy, Debug, clap::ValueEnum)]
enum Level {
    /// Every event
    All,
    /// Failures, timeouts, and what was given up
    Error,
    /// That it did not end well
    Fatal,
    /// Nothing
    Off,
}

impl InMemory {
    /// What is logged of an execution that is waited for; none if it is not to be.
    pub(super) fn logging(&self) -> Option<Logging> {
        let log_level = match self.log_level {
            Some(Level::All) => LogLevel::All,
            Some(Level::Error) => LogLevel::Error,
            Some(Level::Fatal) => LogLevel::Fatal,
            Some(Level::Off) | None => LogLevel::Off,
        };
        self.sync.then_some(Logging {
            log_level,
            include_execution_data: self.log_data,
        })
    }
}

/// Runs it.
pub(super) async fn run(
    start: &StartExecution,
    logging: Logging,
    context: &Context,
) -> Result<(), Failure> {
    let ended = context.client.run_execution(start, logging).await?;
    if context.json {
        out::json(&ended)?;
    } else {
        if let Some(output) = &ended.output {
            out::line(human::json(output))?;
        }
        let id = ended.summary.id;
        out::note(Paint::of_stderr().dim(&format!("execution {id}")));
    }
    follow::verdict_of_end(&ended.into_execution())
}
