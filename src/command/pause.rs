//! `pause`: halts an execution for a while.

use super::{Context, status};
use crate::failure::Failure;
use crate::parse::Reference;
use crate::view::out;
use crate::view::table::status_text;

/// Let an execution begin nothing new until `resume`
///
/// What runs goes on, and what comes of it counts once the execution is resumed. `stop` ends it all the
/// same.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// The execution: its id, or MACHINE/NAME
    #[arg(value_name = "EXECUTION")]
    reference: Reference,
}

/// Pauses it.
pub(crate) async fn run(args: Args, context: &Context) -> Result<(), Failure> {
    let execution = status::find(&args.reference, context).await?;
    let id = execution.summary.id;
    let now = context.client.pause_execution(id).await?;
    if context.json {
        return Ok(out::json(&now)?);
    }
    let status = status_text(now.summary.status);
    Ok(out::line(format!("{id} is {status}"))?)
}
