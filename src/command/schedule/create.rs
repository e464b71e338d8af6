//! `schedule create`.

use std::path::PathBuf;

use steploom_api::wire::{
    AfterCompletion, ClockGap, DeadLetter, ScheduleDefinition, ScheduleRetry, ScheduleState,
    ScheduleTarget,
};
use steploom_types::{Name, Timestamp};

use super::{Overlap, show};
use crate::command::Context;
use crate::failure::Failure;
use crate::view::out;
use crate::{input, parse};

/// What is typed.
#[derive(Debug, clap::Args)]
#[command(group(clap::ArgGroup::new("target").required(true).args(["machine", "function"])))]
#[expect(clippy::struct_excessive_bools, reason = "they are flags")]
pub(super) struct Args {
    /// The schedule
    name: Name,

    /// When: five fields as in cron, @daily and the like, 'rate(5 minutes)', 'at(2026-03-14T01:59:00)',
    /// or AWS's 'cron(0 9 ? * MON-FRI *)'
    expression: String,

    /// Its group
    #[arg(long, value_name = "NAME")]
    group: Option<Name>,

    /// Replace one that is there
    #[arg(long)]
    replace: bool,

    /// Start this machine
    #[arg(long, value_name = "NAME")]
    machine: Option<Name>,

    /// Invoke this function asynchronously
    #[arg(long, value_name = "NAME")]
    function: Option<Name>,

    /// A release or alias of the machine, or a version of the function; the newest if left out
    #[arg(long, value_name = "NAME")]
    qualifier: Option<Name>,

    /// The input: JSON, or - to read it from standard input [default: {}]
    #[arg(long, value_name = "JSON")]
    input: Option<String>,

    /// A file with the input, or - for standard input
    #[arg(long, value_name = "FILE", conflicts_with = "input")]
    input_file: Option<PathBuf>,

    /// The time zone of local times
    #[arg(long, value_name = "ZONE", default_value = "UTC")]
    zone: String,

    /// For people
    #[arg(long, value_name = "TEXT")]
    description: Option<String>,

    /// Not before this, such as 2026-03-01T00:00:00Z
    #[arg(long, value_name = "TIME", value_parser = time)]
    start: Option<Timestamp>,

    /// Not after this
    #[arg(long, value_name = "TIME", value_parser = time)]
    end: Option<Timestamp>,

    /// Make it paused
    #[arg(long)]
    paused: bool,

    /// What happens while an earlier execution still runs
    #[arg(long, value_enum, default_value_t = Overlap::AllowAll)]
    overlap: Overlap,

    /// Spread firings over so long, such as 15m
    #[arg(long, value_name = "DURATION", value_parser = parse::duration_ms)]
    jitter: Option<u64>,

    /// How late a due time may fire after nobody was there [default: 1d]
    #[arg(long, value_name = "DURATION", value_parser = parse::duration_ms)]
    catch_up: Option<u64>,

    /// Fire so many times, and no more
    #[arg(long, value_name = "N")]
    firings: Option<u64>,

    /// Leave out local times that do not exist, instead of firing after the gap
    #[arg(long)]
    skip_gap: bool,

    /// Try a start that is refused so often again [default: 185]
    #[arg(long, value_name = "N")]
    retries: Option<u32>,

    /// Try it for so long [default: 1d]
    #[arg(long, value_name = "DURATION", value_parser = parse::duration_ms)]
    retry_for: Option<u64>,

    /// Put what could not be started into this bucket
    #[arg(long, value_name = "BUCKET")]
    dead_letter_bucket: Option<Name>,

    /// Start this machine with what could not be started
    #[arg(long, value_name = "MACHINE", conflicts_with = "dead_letter_bucket")]
    dead_letter_machine: Option<Name>,

    /// Delete it after its last firing
    #[arg(long)]
    delete_after: bool,
}

/// Does it.
pub(super) async fn run(args: Args, context: &Context) -> Result<(), Failure> {
    let (name, group) = (args.name.clone(), args.group.clone());
    let create_only = !args.replace;
    let definition = definition(args)?;
    let client = &context.client;
    let made = client
        .put_schedule(group.as_ref(), &name, &definition, create_only)
        .await?;
    if context.json {
        return Ok(out::json(&made)?);
    }
    out::line(&made.arn)?;
    show::next(context, &made).await
}

fn definition(args: Args) -> Result<ScheduleDefinition, Failure> {
    let target = ScheduleTarget {
        machine: args.machine,
        function: args.function,
        qualifier: args.qualifier.map(|qualifier| qualifier.to_string()),
        input: input::json(args.input.as_deref(), args.input_file.as_deref())?,
    };
    let mut definition = ScheduleDefinition::new(args.expression, target);
    definition.time_zone = args.zone;
    definition.description = args.description;
    (definition.start_at, definition.end_at) = (args.start, args.end);
    if args.paused {
        definition.state = ScheduleState::Disabled;
    }
    definition.overlap = args.overlap.into();
    definition.jitter_seconds = args.jitter.map_or(0, seconds);
    if let Some(catch_up) = args.catch_up {
        definition.catch_up_seconds = catch_up / 1_000;
    }
    definition.firings_max = args.firings;
    if args.skip_gap {
        definition.clock_gap = ClockGap::Skip;
    }
    let retry = ScheduleRetry::default();
    definition.retry = ScheduleRetry {
        attempts_max: args.retries.unwrap_or(retry.attempts_max),
        age_seconds_max: args.retry_for.map_or(retry.age_seconds_max, seconds),
    };
    if args.dead_letter_bucket.is_some() || args.dead_letter_machine.is_some() {
        definition.dead_letter = Some(DeadLetter {
            bucket: args.dead_letter_bucket,
            machine: args.dead_letter_machine,
            ..DeadLetter::default()
        });
    }
    if args.delete_after {
        definition.after_completion = AfterCompletion::Delete;
    }
    Ok(definition)
}

/// What is too long is told by the server, which knows what is not.
fn seconds(ms: u64) -> u32 {
    u32::try_from(ms / 1_000).unwrap_or(u32::MAX)
}

fn time(text: &str) -> Result<Timestamp, String> {
    text.parse()
        .map_err(|error: steploom_types::Error| error.message)
}
