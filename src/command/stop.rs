//! `stop`: ends an execution.

use steploom_api::wire::StopExecution;

use super::{Context, status};
use crate::failure::Failure;
use crate::parse::Reference;
use crate::view::out;
use crate::view::table::status_text;

/// Stop an execution; one that has ended already is left as it is
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// The execution: its id, or MACHINE/NAME
    #[arg(value_name = "EXECUTION")]
    reference: Reference,

    /// An error's name to be kept with it
    #[arg(long, value_name = "NAME")]
    error: Option<String>,

    /// Why, to be kept with it
    #[arg(long, value_name = "TEXT")]
    cause: Option<String>,
}

/// Stops it.
pub(crate) async fn run(args: Args, context: &Context) -> Result<(), Failure> {
    let execution = status::find(&args.reference, context).await?;
    let stop = StopExecution {
        error: args.error,
        cause: args.cause,
    };
    let stopped = context
        .client
        .stop_execution(execution.summary.id, &stop)
        .await?;
    if context.json {
        return Ok(out::json(&stopped)?);
    }
    let status = status_text(stopped.summary.status);
    Ok(out::line(format!("{} is {status}", stopped.summary.id))?)
}
