//! `new`: a small project of a function.

use std::path::PathBuf;

use serde::Serialize;
use steploom_types::Name;

use crate::failure::Failure;
use crate::project::{self, Language};
use crate::view::{Paint, out};

/// Make a small project of a function, which builds and passes its test
///
/// Everything that the function needs is in the folder. Change the handler, then 'steploom deploy' the folder, or
/// 'steploom dev' it while you write.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  steploom new hello --lang go
  steploom new hello --lang rust --dir ~/functions/hello
  steploom doctor                             which languages can be built here")]
pub(crate) struct Args {
    /// The function's name
    name: Name,

    /// The language
    #[arg(long = "lang", value_name = "LANG", value_parser = project::language())]
    language: &'static Language,

    /// The folder to make [default: the function's name]
    #[arg(long, value_name = "DIR")]
    dir: Option<PathBuf>,
}

#[derive(Serialize)]
struct Made<'a> {
    name: &'a Name,
    language: &'a str,
    folder: String,
    files: &'a [String],
}

/// Writes it.
pub(crate) fn run(args: &Args, json: bool) -> Result<(), Failure> {
    let Args { name, language, .. } = args;
    let folder = match &args.dir {
        Some(folder) => folder.clone(),
        None => name.as_str().into(),
    };
    let written = project::write(language, name, &folder)?;
    let folder = written.folder.display().to_string();
    if json {
        return Ok(out::json(&Made {
            name,
            language: language.name,
            folder,
            files: &written.files,
        })?);
    }
    let paint = Paint::of_stdout();
    let title = language.title;
    out::line(format!(
        "{} {} in {title}, {} files in {folder}",
        paint.green("✓"),
        paint.bold(name.as_str()),
        written.files.len()
    ))?;
    for tool in language.tools {
        if tool.find().is_none() {
            let (tool, install) = (tool.name, tool.install);
            out::note(format!("to build it, {tool} is missing: {install}"));
        }
    }
    out::note(format!(
        "next: steploom deploy {folder}, then steploom invoke {name} '{{\"name\": \"Ada\"}}'"
    ));
    Ok(())
}
