//! `release`: lets an execution that was set aside go on.

use super::{Context, status};
use crate::failure::Failure;
use crate::parse::Reference;
use crate::view::out;
use crate::view::table::status_text;

/// Let an execution that is QUARANTINED go on, once what was wrong with it is mended; `status` shows
/// what that was
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// The execution: its id, or MACHINE/NAME
    #[arg(value_name = "EXECUTION")]
    reference: Reference,
}

/// Releases it.
pub(crate) async fn run(args: Args, context: &Context) -> Result<(), Failure> {
    let execution = status::find(&args.reference, context).await?;
    let id = execution.summary.id;
    let released = context.client.release_execution(id).await?;
    if context.json {
        return Ok(out::json(&released)?);
    }
    let status = status_text(released.summary.status);
    Ok(out::line(format!("{id} is {status}"))?)
}
