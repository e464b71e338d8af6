//! `machine validate|show|versions|delete`.

use std::path::{Path, PathBuf};

use clap::Subcommand;
use steploom_types::Name;

use super::Context;
use crate::exit::Exit;
use crate::failure::{self, Failure, not_json};
use crate::input;
use crate::view::live::now;
use crate::view::table::Rows;
use crate::view::{Paint, human, out};

/// Check a definition, look at a machine, its versions, or delete it
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Debug, Subcommand)]
enum Verb {
    /// Check a definition and keep nothing; exit code 4 if it would be refused
    Validate {
        /// A definition in Amazon States Language
        file: PathBuf,
    },
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
    /// Delete a machine with all its versions; its executions go on
    Delete {
        /// The machine
        name: Name,
    },
}

/// Does it.
pub(crate) async fn run(args: Args, context: &Context) -> Result<(), Failure> {
    match args.verb {
        Verb::Validate { file } => validate(&file, context).await,
        Verb::Show { name } => show(&name, context).await,
        Verb::Versions { name } => versions(&name, context).await,
        Verb::Delete { name } => {
            context.client.delete_machine(&name).await?;
            super::deleted(context, "machine", &name)
        }
    }
}

async fn validate(file: &Path, context: &Context) -> Result<(), Failure> {
    let source = input::file_text(file)?;
    if let Err(error) = serde_json::from_str::<serde_json::Value>(&source.text) {
        return Err(not_json(&source, &error));
    }
    let validation = context.client.validate_machine(&source.text).await?;
    if context.json {
        out::json(&validation)?;
    } else {
        for diagnostic in &validation.diagnostics {
            out::line(failure::diagnostic(
                diagnostic,
                Some(&source),
                context.paint,
            ))?;
        }
        let (mark, word) = if validation.valid {
            (context.paint.green("✓"), "is valid")
        } else {
            (context.paint.red("✗"), "would be refused")
        };
        out::line(format!("{mark} {} {word}", source.path))?;
    }
    if validation.valid {
        Ok(())
    } else {
        Err(Failure::said(Exit::Refused))
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
