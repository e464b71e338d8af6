//! `machine releases`, and `machine release show|delete`.

use clap::Subcommand;
use steploom_api::wire::{Release, ReleaseNumber};
use steploom_types::Name;

use super::settings;
use crate::command::Context;
use crate::failure::Failure;
use crate::view::live::now;
use crate::view::table::Rows;
use crate::view::{human, out};

/// Show a release, or delete it
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  steploom machine release show word-count 3
  steploom machine release delete word-count 2")]
pub(crate) struct Args {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Debug, Subcommand)]
enum Verb {
    /// Show a release with its settings
    Show {
        /// The machine
        name: Name,
        /// The release's number
        number: u32,
    },
    /// Delete a release; its executions go on, and its number is not used again
    Delete {
        /// The machine
        name: Name,
        /// The release's number
        number: u32,
    },
}

/// Does it.
pub(crate) async fn run(args: Args, context: &Context) -> Result<(), Failure> {
    let client = &context.client;
    match args.verb {
        Verb::Show { name, number } => {
            let release = client.get_release(&name, ReleaseNumber(number)).await?;
            if context.json {
                return Ok(out::json(&release)?);
            }
            Ok(out::line(text(&release, context))?)
        }
        Verb::Delete { name, number } => {
            client.delete_release(&name, ReleaseNumber(number)).await?;
            if context.json {
                return Ok(out::json(&serde_json::json!({ "deleted": number }))?);
            }
            Ok(out::line(format!("deleted release {number} of {name}"))?)
        }
    }
}

/// Lists a machine's releases.
pub(super) async fn list(name: &Name, context: &Context) -> Result<(), Failure> {
    let found = context.client.list_releases(name).await?;
    if context.json {
        return Ok(out::json(&found)?);
    }
    if found.items.is_empty() {
        out::note(format!(
            "no releases yet; 'steploom machine publish {name}' makes one"
        ));
        return Ok(());
    }
    let mut rows = Rows::new(
        context.paint,
        &["release", "version", "published", "description"],
    );
    for release in &found.items {
        rows.add([
            release.number.to_string(),
            release.version.to_string(),
            human::ago(release.created_at, now()),
            release.description.clone().unwrap_or_default(),
        ]);
    }
    Ok(out::line(rows.text(&[0, 1]))?)
}

fn text(release: &Release, context: &Context) -> String {
    let mut rows = Rows::without_header(context.paint);
    rows.field("release", release.number.to_string());
    rows.field("version", release.version.to_string());
    if let Some(description) = &release.description {
        rows.field("description", description.as_str());
    }
    rows.field("published", human::ago(release.created_at, now()));
    settings::fields(&mut rows, &release.settings);
    rows.text(&[])
}
