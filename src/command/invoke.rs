//! `invoke`: calls a function.

use std::path::PathBuf;

use serde_json::json;
use steploom_api::wire::{InvokeFunction, InvokeFunctionAsync, LogSource, QueryLogs};
use steploom_sdk::Invocation;
use steploom_types::{Json, Name};

use super::Context;
use crate::failure::Failure;
use crate::input;
use crate::view::{Paint, human, out};

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

    /// A version's number or an alias; the newest version if left out
    #[arg(long, value_name = "VERSION")]
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

/// Calls it.
pub(crate) async fn run(args: Args, context: &Context) -> Result<(), Failure> {
    let event = input::json(args.event.as_deref(), args.event_file.as_deref())?;
    if args.later {
        return later(args, &event, context).await;
    }
    let query = InvokeFunction {
        qualifier: args.qualifier,
    };
    let answer = context.client.invoke(&args.function, &event, &query).await;
    let invocation = match answer {
        Ok(invocation) => invocation,
        Err(error) => {
            let failure = Failure::from(error);
            if let Some(id) = failure.problem.request_id.clone().filter(|_| args.logs) {
                logs(&args.function, &id, context).await?;
            }
            return Err(failure);
        }
    };
    if args.logs {
        logs(&args.function, &invocation.request_id, context).await?;
    }
    show(&invocation, context)
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

fn show(invocation: &Invocation, context: &Context) -> Result<(), Failure> {
    if context.json {
        return Ok(out::json(&json!({
            "requestId": invocation.request_id,
            "version": invocation.version,
            "durationUs": invocation.duration_us,
            "fuelUsed": invocation.fuel_used,
            "result": invocation.result,
        }))?);
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

/// Prints what an invocation logged.
async fn logs(function: &Name, request_id: &str, context: &Context) -> Result<(), Failure> {
    let paint = Paint::of_stderr();
    let mut query = QueryLogs {
        request_id: Some(request_id.to_owned()),
        limit: Some(steploom_types::limits::PAGE_SIZE_MAX),
        ..QueryLogs::default()
    };
    loop {
        let page = context.client.logs(function, &query).await?;
        for line in &page.items {
            match line.source {
                LogSource::Function => out::note(&line.message),
                LogSource::Platform => out::note(paint.dim(&line.message)),
            }
        }
        match page.next {
            Some(next) => query.next = Some(next),
            None => return Ok(()),
        }
    }
}
