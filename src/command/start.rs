//! `start`: begins an execution of a machine.

mod batch;
mod sync;
mod terms;

use std::path::PathBuf;

use steploom_api::wire::StartExecution;
use steploom_types::Name;

use super::Context;
use crate::failure::Failure;
use crate::parse::Qualified;
use crate::view::{human, out};
use crate::{follow, input};

/// Start an execution of a state machine
///
/// Prints its id and returns as soon as the server has accepted it: from then on it survives a
/// crash. With --wait or --follow it stays until the end and prints the output; the exit code is 1
/// if the execution failed.
///
/// With --sync it runs in the server's memory while the command waits, for five minutes at the most: nothing
/// of it is kept, and it ends if the command does. The machine may have only what EXPRESS machines may
/// have on AWS.
///
/// With --batch it starts an execution for each line of a file, many in one request. A line is
/// {"input": ..., "name": ...}, both of which may be left out, with the terms that it does not share with the
/// others, as the API names them. Each line that is refused is told with its number; the others go on,
/// and the exit code is 1.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  steploom start order --input '{\"id\": 7}' --name order-7
  steploom start order --input-file order.json --follow
  steploom start order --sync --log-level error
  steploom start order:prod
  steploom start order --tag customer=42 --concurrency-key customer-42 --ordered
  steploom start order --batch orders.ndjson --priority -10
  id=$(steploom start order) && steploom status $id")]
pub(crate) struct Args {
    /// The machine; as MACHINE:QUALIFIER one of its releases or aliases
    #[arg(value_name = "MACHINE")]
    machine: Qualified,

    /// A name, so that the same start again changes nothing
    #[arg(long)]
    name: Option<Name>,

    /// The input: JSON, or - to read it from standard input [default: {}]
    #[arg(long, value_name = "JSON")]
    input: Option<String>,

    /// A file with the input, or - for standard input
    #[arg(long, value_name = "FILE", conflicts_with = "input")]
    input_file: Option<PathBuf>,

    /// One of the machine's versions; the newest if left out
    #[arg(long, value_name = "N")]
    machine_version: Option<u32>,

    /// A release's number or an alias, such as prod, in place of a version
    #[arg(long, value_name = "RELEASE|ALIAS", conflicts_with = "machine_version")]
    qualifier: Option<Name>,

    #[command(flatten)]
    terms: terms::Terms,

    #[command(flatten)]
    sync: sync::InMemory,

    /// A file with a start a line, or - for standard input
    #[arg(long, value_name = "FILE", conflicts_with_all = ["name", "input", "input_file", "wait", "follow", "sync"])]
    batch: Option<PathBuf>,

    /// Wait for the end and print the output
    #[arg(long, conflicts_with_all = ["follow", "sync"])]
    wait: bool,

    /// Watch the states until the end, then print the output
    #[arg(long, conflicts_with = "sync")]
    follow: bool,
}

/// Starts it.
pub(crate) async fn run(args: Args, context: &Context) -> Result<(), Failure> {
    let Qualified { machine, qualifier } = args.machine;
    if qualifier.is_some() && (args.qualifier.is_some() || args.machine_version.is_some()) {
        let title = format!("'{machine}:...' says already which one to start");
        let failure = Failure::usage(title);
        return Err(failure.advise("leave out --qualifier and --machine-version"));
    }
    let start = args.terms.applied_to(StartExecution {
        version: args.machine_version,
        qualifier: args.qualifier.or(qualifier),
        name: args.name,
        ..StartExecution::new(machine)
    });
    if let Some(file) = &args.batch {
        return batch::run(file, &start, context).await;
    }
    let start = StartExecution {
        input: input::json(args.input.as_deref(), args.input_file.as_deref())?,
        ..start
    };
    if let Some(logging) = args.sync.logging() {
        return sync::run(&start, logging, context).await;
    }
    let started = context.client.start_execution(&start).await?.execution;
    let id = started.summary.id;
    if !args.wait && !args.follow {
        if context.json {
            return Ok(out::json(&started)?);
        }
        out::line(id.to_string())?;
        out::note(format!(
            "started; 'steploom status {id}' shows how it stands"
        ));
        return Ok(());
    }
    if args.follow {
        follow::to_end(&context.client, &started).await?;
    }
    let ended = context.client.wait(id).await?;
    if context.json {
        out::json(&ended)?;
    } else if let Some(output) = &ended.output {
        out::line(human::json(output))?;
    }
    follow::verdict(&ended)
}
