//! `schedule group create|list|delete`.

use clap::Subcommand;
use steploom_api::wire::PutScheduleGroup;
use steploom_types::Name;

use crate::command::{Context, deleted, list};
use crate::failure::Failure;
use crate::parse;
use crate::view::live::now;
use crate::view::table::Rows;
use crate::view::{human, out};

/// Which verb.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Debug, Subcommand)]
enum Verb {
    /// Make a group, or replace its tags
    Create {
        /// The group
        name: Name,
        /// A label; may be given several times
        #[arg(long = "tag", value_name = "KEY=VALUE", value_parser = parse::variable)]
        tags: Vec<(String, String)>,
    },
    /// List groups
    List {
        /// How many at the most, 1 to 1000
        #[arg(long, value_name = "N", default_value_t = 50, value_parser = clap::value_parser!(u32).range(1..=1000))]
        limit: u32,
        /// Go on from the page before
        #[arg(long, value_name = "TOKEN")]
        next: Option<String>,
    },
    /// Delete a group with all its schedules
    Delete {
        /// The group
        name: Name,
    },
}

/// Does it.
pub(super) async fn run(args: Args, context: &Context) -> Result<(), Failure> {
    let client = &context.client;
    match args.verb {
        Verb::Create { name, tags } => {
            let put = PutScheduleGroup {
                tags: tags.into_iter().collect(),
            };
            let made = client.put_schedule_group(&name, &put, false).await?;
            if context.json {
                return Ok(out::json(&made)?);
            }
            Ok(out::line(made.arn)?)
        }
        Verb::List { limit, next } => show(context, limit, next).await,
        Verb::Delete { name } => {
            client.delete_schedule_group(&name).await?;
            deleted(context, "group", &name)
        }
    }
}

async fn show(context: &Context, limit: u32, next: Option<String>) -> Result<(), Failure> {
    let client = &context.client;
    let found = client
        .list_schedule_groups(&list::page(limit, next))
        .await?;
    if context.json {
        return Ok(out::json(&found)?);
    }
    let mut rows = Rows::new(context.paint, &["name", "created", "arn"]);
    for group in &found.items {
        rows.add([
            group.name.to_string(),
            human::ago(group.created_at, now()),
            group.arn.clone(),
        ]);
    }
    out::line(rows.text(&[]))?;
    if let Some(next) = &found.next {
        out::note(format!("there are more: --next {next}"));
    }
    Ok(())
}
