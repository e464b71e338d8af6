//! `machine validate`: all that is wrong with a definition.

use std::path::PathBuf;

use steploom_api::wire::Validation;
use steploom_asl::Options;

use super::definition;
use crate::command::Context;
use crate::exit::Exit;
use crate::failure::{self, Failure};
use crate::input;
use crate::view::out;

/// Check a definition, in JSON or YAML; exit code 4 if it would be refused
///
/// Everything that is wrong is told at once, each with its place. No server is needed.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// A definition in Amazon States Language
    file: PathBuf,

    /// Refuse what is not in Amazon States Language: Graph states, ItemId and After
    #[arg(long)]
    strict: bool,

    /// Check it as an Express machine, which cannot wait
    #[arg(long)]
    express: bool,
}

/// Checks it.
pub(super) fn run(args: &Args, context: &Context) -> Result<(), Failure> {
    let source = input::file_text(&args.file)?;
    let options = Options {
        strict: args.strict,
        express: args.express,
        ..Options::default()
    };
    let (valid, diagnostics) = match steploom_asl::parse_with(&source.text, &options) {
        Ok(parsed) => (true, parsed.warnings),
        Err(rejected) => (false, rejected.diagnostics),
    };
    let validation = Validation {
        valid,
        diagnostics: diagnostics.iter().map(definition::wire).collect(),
    };
    if context.json {
        out::json(&validation)?;
    } else {
        for diagnostic in &validation.diagnostics {
            let text = failure::diagnostic(diagnostic, Some(&source), context.paint);
            out::line(text)?;
        }
        let (mark, word) = if valid {
            (context.paint.green("✓"), "is valid")
        } else {
            (context.paint.red("✗"), "would be refused")
        };
        out::line(format!("{mark} {} {word}", source.path))?;
    }
    if valid {
        Ok(())
    } else {
        Err(Failure::said(Exit::Refused))
    }
}
