//! `resume`: lets a paused execution go on.

use super::{Context, status};
use crate::failure::Failure;
use crate::parse::Reference;
use crate::view::out;
use crate::view::table::status_text;

/// Let a paused execution go on
///
/// What came while it was paused counts now: answers, and timers that were due.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// The execution: its id, or MACHINE/NAME
    #[arg(value_name = "EXECUTION")]
    reference: Reference,
}

/// Resumes it.
pub(crate) async fn run(args: Args, context: &Context) -> Result<(), Failure> {
    let execution = status::find(&args.reference, context).await?;
    let id = execution.summary.id;
    let now = context.client.resume_execution(id).await?;
    if context.json {
        return Ok(out::json(&now)?);
    }
    let status = status_text(now.summary.status);
    Ok(out::line(format!("{id} is {status}"))?)
}
