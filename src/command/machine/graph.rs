//! `machine graph`: a picture of a definition.

use std::fs;
use std::path::{Path, PathBuf};

use steploom_asl::Options;
use steploom_picture::{Graph, dot, mermaid, svg};

use super::definition;
use crate::command::Context;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::view::out;

/// Draw a definition
///
/// As SVG for people, as a Mermaid state diagram for documents, or for Graphviz. The format is
/// taken from the file's ending if there is an output file: .svg, .mmd, .dot.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  steploom machine graph order.asl.json -o order.svg
  steploom machine graph order.asl.yaml --format mermaid")]
pub(super) struct Args {
    /// A definition in Amazon States Language
    file: PathBuf,

    /// What to draw [default: svg]
    #[arg(long, value_enum)]
    format: Option<Format>,

    /// A file to write; standard output if left out
    #[arg(long, short, value_name = "OUT")]
    output: Option<PathBuf>,
}

/// What can be drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
enum Format {
    /// A picture
    Svg,
    /// A Mermaid state diagram
    #[value(alias = "mmd")]
    Mermaid,
    /// For Graphviz
    #[value(alias = "gv")]
    Dot,
}

/// Draws it.
pub(super) fn run(args: &Args, context: &Context) -> Result<(), Failure> {
    let options = Options {
        foreign: true,
        ..Options::default()
    };
    let (source, _) = definition::read(&args.file, options)?;
    let tree = steploom_asl::tree(&source.text);
    let tree = tree.map_err(|rejected| Failure::local(rejected.to_string()))?;
    let graph = Graph::read(&tree);
    let format = args.format.or(args.output.as_deref().and_then(by_ending));
    let text = match format.unwrap_or(Format::Svg) {
        Format::Svg => svg::draw(&graph),
        Format::Mermaid => mermaid::draw(&graph),
        Format::Dot => dot::draw(&graph),
    };
    let Some(path) = &args.output else {
        return Ok(out::line(text.trim_end())?);
    };
    fs::write(path, &text).map_err(|error| {
        let title = format!("cannot write {}: {error}", path.display());
        Failure::new(Exit::Failed, "Unwritable", title)
    })?;
    if context.json {
        let said = serde_json::json!({"written": path, "bytes": text.len()});
        return Ok(out::json(&said)?);
    }
    let mark = context.paint.green("✓");
    Ok(out::line(format!("{mark} drew {}", path.display()))?)
}

fn by_ending(path: &Path) -> Option<Format> {
    match path.extension()?.to_str()? {
        "svg" => Some(Format::Svg),
        "mmd" | "mermaid" => Some(Format::Mermaid),
        "dot" | "gv" => Some(Format::Dot),
        _ => None,
    }
}
