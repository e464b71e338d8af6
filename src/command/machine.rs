//! `machine validate|graph|simulate|test-state|show|versions|publish|releases|release|alias|settings|tag|retention|share|delete`.

mod alias;
mod definition;
mod graph;
mod publish;
mod release;
mod retention;
pub(crate) mod settings;
mod share;
mod simulate;
mod test_state;
mod validate;

use clap::Subcommand;
use steploom_types::Name;

use super::{Context, tag};
use crate::failure::Failure;
use crate::view::live::now;
use crate::view::table::Rows;
use crate::view::{Paint, human, out};

/// Check, draw and try a definition, look at a machine, publish it, or delete it
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    #[command(subcommand)]
    verb: Verb,
}

const TAG_EXAMPLES: &str = "\
Examples:
  steploom machine tag word-count
  steploom machine tag word-count team=red cost-center=42 --remove draft";

#[derive(Debug, Subcommand)]
enum Verb {
    Validate(validate::Args),
    Graph(graph::Args),
    Simulate(simulate::Args),
    TestState(test_state::Args),
    /// Print a machine's newest definition, or that of one of its versions
    #[command(visible_alias = "definition")]
    Show {
        /// The machine
        name: Name,
        /// One of its versions, as 'machine versions' lists them
        #[arg(long, value_name = "N")]
        version: Option<u32>,
    },
    /// List a machine's versions, newest first
    Versions {
        /// The machine
        name: Name,
    },
    Publish(publish::Args),
    /// List a machine's releases, newest first
    Releases {
        /// The machine
        name: Name,
    },
    Release(release::Args),
    Alias(alias::Args),
    Settings(settings::Args),
    /// Show a machine's tags, or set some and remove others
    #[command(after_help = TAG_EXAMPLES)]
    Tag(tag::Args),
    Retention(retention::Args),
    Share(share::Args),
    /// Delete a machine with all its versions; its executions go on
    Delete {
        /// The machine
        name: Name,
    },
}

/// Does it.
pub(crate) async fn run(args: Args, context: &Context) -> Result<(), Failure> {
    match args.verb {
        Verb::Validate(args) => validate::run(&args, context),
        Verb::Graph(args) => graph::run(&args, context),
        Verb::Simulate(args) => simulate::run(&args, context),
        Verb::TestState(args) => test_state::run(&args, context),
        Verb::Show { name, version } => match version {
            None => show(&name, context).await,
            Some(version) => show_version(&name, version, context).await,
        },
        Verb::Versions { name } => versions(&name, context).await,
        Verb::Publish(args) => publish::run(args, context).await,
        Verb::Releases { name } => release::list(&name, context).await,
        Verb::Release(args) => release::run(args, context).await,
        Verb::Alias(args) => alias::run(args, context).await,
        Verb::Settings(args) => settings::run(args, context).await,
        Verb::Tag(args) => {
            let name = &args.name;
            let tags = match args.change() {
                Some(change) => context.client.change_machine_tags(name, &change).await?,
                None => context.client.machine_tags(name).await?,
            };
            tag::show(&tags, name, context)
        }
        Verb::Retention(args) => retention::run(args, context).await,
        Verb::Share(args) => share::run(args, context).await,
        Verb::Delete { name } => {
            context.client.delete_machine(&name).await?;
            super::deleted(context, "machine", &name)
        }
    }
}

async fn show(name: &Name, context: &Context) -> Result<(), Failure> {
    let machine = context.client.get_machine(name).await?;
    if context.json {
        return Ok(out::json(&machine)?);
    }
    let latest = &machine.summary.latest;
    out::note(Paint::of_stderr().dim(&format!(
        "{name} version {}, {}, sha256:{}",
        latest.version,
        human::ago(latest.created_at, now()),
        latest.definition_digest
    )));
    Ok(out::line(human::json(&machine.definition))?)
}

async fn show_version(name: &Name, version: u32, context: &Context) -> Result<(), Failure> {
    let shown = context.client.machine_definition(name, version).await?;
    if context.json {
        return Ok(out::json(&shown)?);
    }
    let age = human::ago(shown.created_at, now());
    out::note(Paint::of_stderr().dim(&format!("{name} version {version}, {age}")));
    Ok(out::line(human::json(&shown.definition))?)
}

async fn versions(name: &Name, context: &Context) -> Result<(), Failure> {
    let versions = context.client.machine_versions(name).await?;
    if context.json {
        return Ok(out::json(&versions)?);
    }
    let mut rows = Rows::new(context.paint, &["version", "definition", "created"]);
    for version in &versions.items {
        rows.add([
            version.version.to_string(),
            version.definition_digest.to_string(),
            human::ago(version.created_at, now()),
        ]);
    }
    Ok(out::line(rows.text(&[0]))?)
}
