//! `shard split`.

use clap::Subcommand;
use steploom_api::wire::SplitShard;

use super::Context;
use crate::failure::Failure;
use crate::view::out;

/// Split shards, so that more nodes can share the work
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Debug, Subcommand)]
enum Verb {
    /// Split a shard in two; 'steploom list shards' shows those there are
    ///
    /// Its executions go on; calls that concern them wait for a moment. There is no way back.
    Split {
        /// The shard's number
        id: u16,
        /// The first slot of the second half; the middle if left out
        #[arg(long, value_name = "SLOT")]
        at: Option<u16>,
    },
}

/// Does it.
pub(crate) async fn run(args: Args, context: &Context) -> Result<(), Failure> {
    let Verb::Split { id, at } = args.verb;
    let split = context.client.split_shard(id, &SplitShard { at }).await?;
    if context.json {
        return Ok(out::json(&split)?);
    }
    let [first, second] = split.into;
    Ok(out::line(format!(
        "shard {id} is now {first} and {second}"
    ))?)
}
