//! `function events show|set|clear`: what becomes of invocations that nobody waits for.

use clap::Subcommand;
use steploom_api::wire::{EventSettings, OfQualifier, SetEvents};
use steploom_types::Name;

use crate::command::Context;
use crate::failure::Failure;
use crate::view::out;
use crate::view::table::Rows;

/// Say how events are handled: invocations that nobody waits for
///
/// An event that the function fails on is tried again, and somebody may be told how it ended: a function, or a
/// machine of which an execution is started.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  steploom function events set word-count --retries 1 --max-age 3600
  steploom function events set word-count --on-failure arn:aws:lambda:us-east-1:000000000000:function:alert
  steploom function events show word-count")]
pub(crate) struct Args {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Debug, Subcommand)]
enum Verb {
    /// Show what was said
    Show {
        /// The function
        name: Name,
    },
    /// Say it anew: what is left out is as if nothing had been said
    Set {
        /// The function
        name: Name,
        /// Of this release or alias alone
        #[arg(long)]
        qualifier: Option<String>,
        /// How often an event is tried again that the function failed on: 0 to 2
        #[arg(long, value_name = "N")]
        retries: Option<u32>,
        /// Seconds after which an event is not tried any more: 60 to 21600
        #[arg(long, value_name = "SECONDS")]
        max_age: Option<u32>,
        /// Who hears that it went well
        #[arg(long, value_name = "ARN")]
        on_success: Option<String>,
        /// Who hears that it failed for good
        #[arg(long, value_name = "ARN")]
        on_failure: Option<String>,
    },
    /// Take it back
    Clear {
        /// The function
        name: Name,
        /// Of this release or alias alone
        #[arg(long)]
        qualifier: Option<String>,
    },
}

/// Does it.
pub(crate) async fn run(args: Args, context: &Context) -> Result<(), Failure> {
    let client = &context.client;
    match args.verb {
        Verb::Show { name } => {
            let found = client.function_events(&name).await?;
            if context.json {
                return Ok(out::json(&found)?);
            }
            if found.items.is_empty() {
                out::note(format!("nothing was said of the events of {name}"));
                return Ok(());
            }
            let header = ["of", "retries", "seconds", "on success", "on failure"];
            let mut rows = Rows::new(context.paint, &header);
            for (of, settings) in &found.items {
                rows.add(row(of, settings));
            }
            Ok(out::line(rows.text(&[1, 2]))?)
        }
        Verb::Set {
            name,
            qualifier,
            retries,
            max_age,
            on_success,
            on_failure,
        } => {
            let set = SetEvents {
                max_retries: retries,
                max_age_seconds: max_age,
                on_success,
                on_failure,
            };
            let of = OfQualifier { qualifier };
            let said = client.put_function_events(&name, &of, &set).await?;
            if context.json {
                return Ok(out::json(&said)?);
            }
            Ok(out::line(format!("events of {name} are handled so"))?)
        }
        Verb::Clear { name, qualifier } => {
            let of = OfQualifier { qualifier };
            client.delete_function_events(&name, &of).await?;
            if context.json {
                return Ok(out::json(&serde_json::json!({ "cleared": name }))?);
            }
            Ok(out::line(format!(
                "nothing is said of them any more: {name}"
            ))?)
        }
    }
}

fn row(of: &str, settings: &EventSettings) -> [String; 5] {
    let number = |number: Option<u32>| number.map(|n| n.to_string()).unwrap_or_default();
    let of = of.strip_prefix('$').unwrap_or(of);
    [
        of.to_owned(),
        number(settings.max_retries),
        number(settings.max_age_seconds),
        settings.destinations.on_success.clone().unwrap_or_default(),
        settings.destinations.on_failure.clone().unwrap_or_default(),
    ]
}
