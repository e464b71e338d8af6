//! `redrive`: lets an execution that did not end well go on from where it ended.

use std::path::PathBuf;

use steploom_api::wire::RedriveExecution;
use steploom_types::Json;

use super::{Context, status};
use crate::failure::Failure;
use crate::input;
use crate::parse::Reference;
use crate::view::out;
use crate::view::table::status_text;

/// Let an execution that failed, timed out or was stopped go on from where it ended
///
/// What ended well is not run again: states that were left, branches and iterations that have a result.
/// What failed or was under way begins anew, with all of its retries.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  steploom redrive order/order-7
  steploom redrive order/order-7 --input '{\"id\": 8}'
  steploom redrive order/order-7 --version 3
  steploom redrive order/order-7 --skip '{\"paid\": true}'")]
pub(crate) struct Args {
    /// The execution: its id, or MACHINE/NAME
    #[arg(value_name = "EXECUTION")]
    reference: Reference,

    /// What the state that failed is given in place of its input: JSON, or - to read it from
    /// standard input
    #[arg(long, value_name = "JSON")]
    input: Option<String>,

    /// A file with that input, or - for standard input
    #[arg(long, value_name = "FILE", conflicts_with = "input")]
    input_file: Option<PathBuf>,

    /// Go on in this version of the machine; it must have the states that the execution stands in
    #[arg(long, value_name = "N")]
    version: Option<u32>,

    /// Pass over the state that failed: JSON that counts as its output
    #[arg(long, value_name = "JSON", conflicts_with_all = ["input", "input_file"])]
    skip: Option<String>,
}

/// Redrives it.
pub(crate) async fn run(args: Args, context: &Context) -> Result<(), Failure> {
    let redrive = RedriveExecution {
        version: args.version,
        input: given(args.input.as_deref(), args.input_file.as_deref())?,
        skip: given(args.skip.as_deref(), None)?,
        client_token: None,
    };
    let execution = status::find(&args.reference, context).await?;
    let id = execution.summary.id;
    let now = context.client.redrive_execution(id, &redrive).await?;
    if context.json {
        return Ok(out::json(&now)?);
    }
    let status = status_text(now.summary.status);
    Ok(out::line(format!("{id} is {status}"))?)
}

fn given(argument: Option<&str>, file: Option<&std::path::Path>) -> Result<Option<Json>, Failure> {
    match (argument, file) {
        (None, None) => Ok(None),
        (argument, file) => input::json(argument, file).map(Some),
    }
}
