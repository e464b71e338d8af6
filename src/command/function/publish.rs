//! `function publish|releases`, and `function release delete`: versions under numbers that mean the same for ever.

use clap::Subcommand;
use steploom_api::wire::{PublishFunction, ReleaseNumber};
use steploom_types::Name;

use crate::command::Context;
use crate::failure::Failure;
use crate::view::live::now;
use crate::view::table::Rows;
use crate::view::{human, out};

/// Publish a function's newest version, under the next release number
///
/// If it is that of the newest release, that is what it says. Functions are called by a release with
/// 'steploom invoke FUNCTION --qualifier NUMBER', or by an alias that stands for it.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  steploom function publish word-count --description 'counts numbers as well'
  steploom function alias set word-count prod $(steploom function publish word-count)")]
pub(crate) struct Args {
    /// The function
    name: Name,

    /// A sentence for people
    #[arg(long, value_name = "TEXT")]
    description: Option<String>,
}

/// Publishes it.
pub(crate) async fn run(args: Args, context: &Context) -> Result<(), Failure> {
    let Args { name, description } = args;
    let publish = PublishFunction { description };
    let published = context.client.publish_function(&name, &publish).await?;
    let (release, is_new) = published;
    if context.json {
        return Ok(out::json(&release)?);
    }
    out::line(release.number.to_string())?;
    let (number, version) = (release.number, release.version);
    out::note(if is_new {
        format!(
            "published version {version}; 'steploom invoke {name} --qualifier {number}' calls it"
        )
    } else {
        format!("version {version} is release {number} already")
    });
    Ok(())
}

/// Delete a release
#[derive(Debug, clap::Args)]
pub(crate) struct ReleaseArgs {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Debug, Subcommand)]
enum Verb {
    /// Delete a release that no alias stands for; its number is not used again
    Delete {
        /// The function
        name: Name,
        /// The release's number
        number: u32,
    },
}

/// Does it.
pub(crate) async fn release(args: ReleaseArgs, context: &Context) -> Result<(), Failure> {
    let Verb::Delete { name, number } = args.verb;
    let client = &context.client;
    client
        .delete_function_release(&name, ReleaseNumber(number))
        .await?;
    if context.json {
        return Ok(out::json(&serde_json::json!({ "deleted": number }))?);
    }
    Ok(out::line(format!("deleted release {number} of {name}"))?)
}

/// Lists a function's releases.
pub(crate) async fn list(name: &Name, context: &Context) -> Result<(), Failure> {
    let found = context.client.list_function_releases(name).await?;
    if context.json {
        return Ok(out::json(&found)?);
    }
    if found.items.is_empty() {
        out::note(format!(
            "no releases yet; 'steploom function publish {name}' makes one"
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
