//! `machine retention`: how long a machine's closed executions are kept.

use steploom_api::wire::Retention;
use steploom_types::Name;

use crate::command::Context;
use crate::failure::Failure;
use crate::view::{human, out};

/// Show how long a machine's closed executions are kept, or set it
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  steploom machine retention word-count
  steploom machine retention word-count --days 30 --executions 1000000
  steploom machine retention word-count --reset      as for all machines")]
pub(crate) struct Args {
    /// The machine
    name: Name,

    /// Keep them for so many days
    #[arg(long, value_name = "DAYS")]
    days: Option<u32>,

    /// Keep the newest so many, about
    #[arg(long, value_name = "N")]
    executions: Option<u64>,

    /// Keep them as the server keeps those of all machines
    #[arg(long, conflicts_with_all = ["days", "executions"])]
    reset: bool,
}

/// Shows or sets it. What is not said is as for all machines.
pub(crate) async fn run(args: Args, context: &Context) -> Result<(), Failure> {
    let sets = args.reset || args.days.is_some() || args.executions.is_some();
    let retention = if sets {
        let retention = Retention {
            days: args.days,
            executions: args.executions,
        };
        let client = &context.client;
        client.put_machine_retention(&args.name, &retention).await?
    } else {
        context.client.machine_retention(&args.name).await?
    };
    if context.json {
        return Ok(out::json(&retention)?);
    }
    Ok(out::line(text(retention))?)
}

fn text(retention: Retention) -> String {
    match (retention.days, retention.executions) {
        (None, None) => "closed executions are kept as those of all machines".to_owned(),
        (Some(days), None) => format!("closed executions are kept for {days} days"),
        (None, Some(n)) => format!("the newest {} closed executions are kept", human::count(n)),
        (Some(days), Some(n)) => format!(
            "the newest {} closed executions are kept, for {days} days",
            human::count(n)
        ),
    }
}
