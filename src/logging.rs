//! What a server logs, on standard error.
//!
//! `STEPLOOM_LOG` chooses levels by part, in the syntax of `tracing-subscriber`: `info`,
//! `warn,steploom_worker=debug`.

use std::io::IsTerminal as _;

use clap::ValueEnum;
use tracing_subscriber::EnvFilter;

/// Which form a log line has.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    /// For people.
    Text,
    /// One JSON object a line, for collectors.
    Json,
}

/// The variable that chooses levels.
const LEVELS: &str = "STEPLOOM_LOG";

/// s3s logs every request that is refused as an error; whoever wants that can ask for it.
const QUIET: &str = "s3s=off";

/// Starts logging at `level_default`, unless `STEPLOOM_LOG` says otherwise.
pub(crate) fn start(format: Format, level_default: &str) {
    let levels = std::env::var(LEVELS).unwrap_or_else(|_| level_default.to_owned());
    let filter = EnvFilter::builder().parse_lossy(format!("{QUIET},{levels}"));
    let colours = std::io::stderr().is_terminal() && std::env::var_os("NO_COLOR").is_none();
    let logger = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr);
    // A second start, as in tests, changes nothing.
    let _ = match format {
        Format::Text => logger.with_ansi(colours).try_init(),
        Format::Json => logger.json().flatten_event(true).try_init(),
    };
}
