//! `machine share`: what part of the permits a machine's tasks have.

use steploom_api::wire::Share;
use steploom_types::Name;

use crate::command::Context;
use crate::failure::Failure;
use crate::view::out;

/// Show what part of the permits a machine's tasks have while others wait, or set it
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  steploom machine share word-count
  steploom machine share word-count --weight 3      three tasks where another machine has one")]
pub(crate) struct Args {
    /// The machine
    name: Name,

    /// 1 to 1,000; 1 is what every machine has to begin with
    #[arg(long, value_name = "N")]
    weight: Option<u32>,
}

/// Shows or sets it.
pub(crate) async fn run(args: Args, context: &Context) -> Result<(), Failure> {
    let client = &context.client;
    let share = match args.weight {
        Some(weight) => {
            let share = Share { weight };
            client.put_machine_share(&args.name, &share).await?
        }
        None => client.machine_share(&args.name).await?,
    };
    if context.json {
        return Ok(out::json(&share)?);
    }
    Ok(out::line(format!("weight {}", share.weight))?)
}
