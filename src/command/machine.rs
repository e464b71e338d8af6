//! `machine validate|graph|simulate|test-state|show|versions|retention|share|delete`.

mod definition;
mod graph;
mod retention;
mod share;
mod simulate;
mod test_state;
mod validate;

use clap::Subcommand;
use steploom_types::Name;

use super::Context;
use crate::failure::Failure;
use crate::view::live::now;
use crate::view::table::Rows;
use crate::view::{Paint, human, out};

/// Check, draw and try a definition, look at a machine, its versions, or delete it
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Debug, Subcommand)]
enum Verb {
    Validate(validate::Args),
    Graph(graph::Args),
    Simulate(simulate::Args),
    TestState(test_state::Args),
    /// Print a machine's newest definition
    Show {
        /// The machine
        name: Name,
    },
    /// List a machine's versions, newest first
    Versions {
        /// The machine
        name: Name,
    },
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
        Verb::Show { name } => show(&name, context).await,
        Verb::Versions { name } => versions(&name, context).await,
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
