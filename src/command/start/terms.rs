//! The terms of a start, as they are typed: tags, priority, deadline, and limits on how many run at once.

use steploom_api::wire::{StartBefore, StartExecution};

use crate::parse;

/// What a start asks for besides its input.
#[derive(Debug, clap::Args)]
#[command(next_help_heading = "Terms")]
pub(super) struct Terms {
    /// A label for searches; may be given several times
    #[arg(long = "tag", value_name = "KEY=VALUE", value_parser = parse::variable)]
    tags: Vec<(String, String)>,

    /// -100 to 100: goes before those of lower priority of the same machine [default: 0]
    #[arg(long, value_name = "N", allow_hyphen_values = true, value_parser = clap::value_parser!(i8).range(-100..=100))]
    priority: Option<i8>,

    /// Drop it if it has not begun by then: a time such as 2026-07-01T00:00:00Z, or from now, such as 30m
    #[arg(long, value_name = "WHEN", value_parser = parse::until)]
    start_before: Option<StartBefore>,

    /// Of the machine's executions with this key only so many run at once; the others wait
    #[arg(long, value_name = "KEY")]
    concurrency_key: Option<String>,

    /// How many of the key run at once [default: 1]
    #[arg(long, value_name = "N", requires = "concurrency_key")]
    concurrency_limit: Option<u32>,

    /// Run those of the key one at a time, in the order in which they were accepted
    #[arg(
        long,
        requires = "concurrency_key",
        conflicts_with = "concurrency_limit"
    )]
    ordered: bool,

    /// Run it in memory: faster, but only its start and its end are kept, it takes five minutes at the most, and
    /// it runs again from its start if its node is lost
    #[arg(long, conflicts_with_all = ["concurrency_key", "start_before"])]
    express: bool,

    /// Keep this with it and show it again: how it is called in traces of your own
    #[arg(long, value_name = "TEXT")]
    trace_header: Option<String>,
}

impl Terms {
    /// The start with these terms.
    pub(super) fn applied_to(self, start: StartExecution) -> StartExecution {
        StartExecution {
            tags: self.tags.into_iter().collect(),
            priority: self.priority.unwrap_or_default(),
            start_before: self.start_before,
            concurrency_key: self.concurrency_key,
            concurrency_limit: self.concurrency_limit,
            ordered: self.ordered,
            express: self.express,
            trace_header: self.trace_header,
            ..start
        }
    }
}
