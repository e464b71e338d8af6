//! `activity create|show|list|tag|delete|poll`.

use clap::Subcommand;
use steploom_api::wire::PollActivity;
use steploom_types::Name;

use super::{Context, list, tag};
use crate::failure::Failure;
use crate::view::live::now;
use crate::view::table::Rows;
use crate::view::{human, out};

/// Make activities, and take their tasks
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Debug, Subcommand)]
enum Verb {
    /// Make an activity; one that is there stays as it is
    Create {
        /// The activity
        name: Name,
    },
    /// Show an activity
    Show {
        /// The activity
        name: Name,
    },
    /// List activities
    List {
        /// How many at the most, 1 to 1000
        #[arg(long, value_name = "N", default_value_t = 50, value_parser = clap::value_parser!(u32).range(1..=1000))]
        limit: u32,
        /// Go on from the page before
        #[arg(long, value_name = "TOKEN")]
        next: Option<String>,
    },
    /// Show an activity's tags, or set some and remove others
    Tag(tag::Args),
    /// Delete an activity; tasks that wait already go on waiting
    Delete {
        /// The activity
        name: Name,
    },
    /// Take the oldest task of an activity, and wait for one
    ///
    /// Prints the task's token and input. 'steploom task' ends it.
    Poll {
        /// The activity
        name: Name,
        /// A name for this worker, for the history
        #[arg(long, value_name = "NAME")]
        worker: Option<String>,
        /// Seconds to wait, 0 to 60
        #[arg(long, value_name = "SECONDS", default_value_t = 60, value_parser = clap::value_parser!(u64).range(0..=60))]
        wait: u64,
    },
}

/// Does it.
pub(crate) async fn run(args: Args, context: &Context) -> Result<(), Failure> {
    let client = &context.client;
    match args.verb {
        Verb::Create { name } => {
            let made = client.put_activity(&name).await?;
            if context.json {
                return Ok(out::json(&made)?);
            }
            Ok(out::line(made.arn)?)
        }
        Verb::Show { name } => {
            let found = client.get_activity(&name).await?;
            if context.json {
                return Ok(out::json(&found)?);
            }
            let mut rows = Rows::without_header(context.paint);
            rows.field("name", found.name.as_str());
            rows.field("arn", found.arn.as_str());
            rows.field("created", human::ago(found.created_at, now()));
            Ok(out::line(rows.text(&[]))?)
        }
        Verb::List { limit, next } => show_list(context, limit, next).await,
        Verb::Tag(args) => {
            let name = &args.name;
            let tags = match args.change() {
                Some(change) => client.change_activity_tags(name, &change).await?,
                None => client.activity_tags(name).await?,
            };
            tag::show(&tags, name, context)
        }
        Verb::Delete { name } => {
            client.delete_activity(&name).await?;
            super::deleted(context, "activity", &name)
        }
        Verb::Poll { name, worker, wait } => poll(context, &name, worker, wait).await,
    }
}

async fn show_list(context: &Context, limit: u32, next: Option<String>) -> Result<(), Failure> {
    let found = context
        .client
        .list_activities(&list::page(limit, next))
        .await?;
    if context.json {
        return Ok(out::json(&found)?);
    }
    if found.items.is_empty() {
        out::note("no activities yet; 'steploom activity create NAME' makes one");
        return Ok(());
    }
    let mut rows = Rows::new(context.paint, &["name", "created", "arn"]);
    for activity in &found.items {
        rows.add([
            activity.name.to_string(),
            human::ago(activity.created_at, now()),
            activity.arn.clone(),
        ]);
    }
    out::line(rows.text(&[]))?;
    if let Some(next) = &found.next {
        out::note(format!("there are more: --next {next}"));
    }
    Ok(())
}

async fn poll(
    context: &Context,
    name: &Name,
    worker: Option<String>,
    wait: u64,
) -> Result<(), Failure> {
    let poll = PollActivity {
        worker,
        wait_seconds: Some(wait),
    };
    let taken = context.client.poll_activity(name, &poll).await?;
    if context.json {
        return Ok(out::json(&taken)?);
    }
    let Some(task) = taken else {
        out::note(format!("no task of '{name}' came within {wait} s"));
        return Ok(());
    };
    out::line(format!("token  {}", task.task_token))?;
    Ok(out::line(format!("input  {}", task.input.text()))?)
}
