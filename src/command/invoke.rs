//! `invoke`: calls a function.

use std::path::PathBuf;

use serde::Serialize;
use serde_json::value::RawValue;
use steploom_api::wire::{InvokeFunction, InvokeFunctionAsync, LogLine, LogSource, QueryLogs};
use steploom_sdk::Answer;
use steploom_types::limits::PAGE_SIZE_MAX;
use steploom_types::{Json, Name, Timestamp};

use super::Context;
use crate::failure::Failure;
use crate::input;
use crate::view::live::now;
use crate::view::{Paint, human, out};

/// Log lines that are printed beside a result; `steploom logs` prints any number.
const LINES_MAX: usize = 10_000;

/// Call a function and print its result
///
/// The event and the result are JSON. A function that fails makes the exit code 1; its error's name
/// is what Retry and Catch of a state machine would match.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  steploom invoke count '{\"text\": \"a b c\"}'
  steploom invoke count --event-file event.json --logs
  curl -s https://example.com/event.json | steploom invoke count -
  steploom invoke count '{}' --async --name nightly     later, durably; 'steploom status function:count/nightly'")]
pub(crate) struct Args {
    /// The function
    function: Name,

    /// The event: JSON, or - to read it from standard input [default: {}]
    event: Option<String>,

    /// A file with the event
    #[arg(long, value_name = "FILE", conflicts_with = "event")]
    event_file: Option<PathBuf>,

    /// A release's number or an alias; of a function that was never published, a version's number [default: the
    /// newest version]
    #[arg(long)]
    qualifier: Option<String>,

    /// Do not wait: print the id of an execution that will call it, with retries and a history
    #[arg(long = "async")]
    later: bool,

    /// With --async: a name, so that the same call again changes nothing
    #[arg(long, requires = "later")]
    name: Option<Name>,

    /// Print what the function logged, on standard error
    #[arg(long, conflicts_with = "later")]
    logs: bool,
}

/// What came of a call, for programs.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Shown<'a> {
    request_id: &'a str,
    version: u32,
    duration_us: u64,
    fuel_used: u64,
    /// As the function wrote it, every digit of its numbers.
    result: &'a RawValue,
}

/// Calls it.
pub(crate) async fn run(args: Args, context: &Context) -> Result<(), Failure> {
    let event = input::json(args.event.as_deref(), args.event_file.as_deref())?;
    if args.later {
        return later(args, &event, context).await;
    }
    let query = InvokeFunction {
        qualifier: args.qualifier,
    };
    let before = now();
    let answer = context.client.invoke(&args.function, &event, &query).await;
    if args.logs {
        let query = match &answer {
            Ok(answer) => of_invocation(&answer.request_id),
            Err(steploom_sdk::Error::Problem(problem)) if problem.invocation_id.is_some() => {
                of_invocation(problem.invocation_id.as_deref().unwrap_or_default())
            }
            Err(_) => since(before),
        };
        let printed = logs(&args.function, query, context).await;
        // Of two failures the first is the one to know.
        return show(&answer?, context).and(printed);
    }
    show(&answer?, context)
}

async fn later(args: Args, event: &Json, context: &Context) -> Result<(), Failure> {
    let query = InvokeFunctionAsync {
        name: args.name,
        qualifier: args.qualifier,
    };
    let execution = context
        .client
        .invoke_async(&args.function, event, &query)
        .await?;
    if context.json {
        return Ok(out::json(&execution)?);
    }
    let id = execution.summary.id;
    out::line(id.to_string())?;
    out::note(format!(
        "accepted; 'steploom status {id}' shows how it stands"
    ));
    Ok(())
}

fn show(invocation: &Answer, context: &Context) -> Result<(), Failure> {
    if context.json {
        return Ok(out::json(&Shown {
            request_id: &invocation.request_id,
            version: invocation.version,
            duration_us: invocation.duration_us,
            fuel_used: invocation.fuel_used,
            result: serde_json::from_str(invocation.result.text()).map_err(std::io::Error::from)?,
        })?);
    }
    out::line(human::json(&invocation.result))?;
    let text = format!(
        "version {}, {:.3} ms, {} fuel, request id {}",
        invocation.version,
        invocation.duration_us as f64 / 1_000.0,
        human::count(invocation.fuel_used),
        invocation.request_id
    );
    out::note(Paint::of_stderr().dim(&text));
    Ok(())
}

/// The lines of one invocation.
fn of_invocation(request_id: &str) -> QueryLogs {
    QueryLogs {
        request_id: Some(request_id.to_owned()),
        ..QueryLogs::default()
    }
}

/// The lines from an instant on: all there is to go by when there was no invocation.
fn since(at: Timestamp) -> QueryLogs {
    QueryLogs {
        since: Some(at),
        ..QueryLogs::default()
    }
}

/// Prints log lines beside the result; where they are of several invocations, with their ids.
async fn logs(function: &Name, mut query: QueryLogs, context: &Context) -> Result<(), Failure> {
    let mut lines: Vec<LogLine> = Vec::new();
    query.limit = Some(PAGE_SIZE_MAX);
    loop {
        let page = context.client.logs(function, &query).await?;
        lines.extend(page.items);
        match page.next {
            Some(next) if lines.len() < LINES_MAX => query.next = Some(next),
            _ => break,
        }
    }
    let paint = Paint::of_stderr();
    let mixed = lines
        .windows(2)
        .any(|two| two[0].request_id != two[1].request_id);
    for line in lines {
        let id = if mixed { &*line.request_id } else { "" };
        let message = match line.source {
            LogSource::Function => line.message,
            LogSource::Platform => paint.dim(&line.message),
        };
        out::note(format!("{} {message}", paint.dim(id)).trim_start());
    }
    Ok(())
}
