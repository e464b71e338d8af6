//! `doctor`: which languages functions can be built in on this computer.

use serde::Serialize;

use crate::failure::Failure;
use crate::project::{LANGUAGES, Language};
use crate::view::table::Rows;
use crate::view::{Paint, out};

/// Show which toolchains are there, and the one command that installs each that is missing
#[derive(Debug, clap::Args)]
pub(crate) struct Args {}

/// A language and its tools.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Seen {
    language: &'static str,
    is_ready: bool,
    tools: Vec<SeenTool>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct SeenTool {
    name: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    version: Option<String>,
    /// What installs it, if it is missing.
    #[serde(skip_serializing_if = "Option::is_none")]
    install: Option<&'static str>,
}

/// Looks for all of them.
pub(crate) fn run(_: &Args, json: bool) -> Result<(), Failure> {
    let all: Vec<_> = LANGUAGES.iter().map(look).collect();
    if json {
        return Ok(out::json(&all)?);
    }
    let paint = Paint::of_stdout();
    let mut rows = Rows::new(paint, &["language", "", "found, or what installs it"]);
    for seen in &all {
        let mark = if seen.is_ready {
            paint.green("✓")
        } else {
            paint.red("✗")
        };
        let tools = seen.tools.iter().map(|tool| {
            let what = tool.version.as_deref().or(tool.install);
            format!("{}: {}", tool.name, what.unwrap_or_default())
        });
        let mut tools: Vec<_> = tools.collect();
        if tools.is_empty() {
            tools.push("nothing is needed: the server loads it".to_owned());
        }
        rows.add([seen.language.to_owned(), mark, tools.join("\n")]);
    }
    Ok(out::line(rows.text(&[]))?)
}

fn look(language: &'static Language) -> Seen {
    let tools: Vec<_> = language
        .tools
        .iter()
        .map(|tool| {
            let found = tool.find();
            SeenTool {
                name: tool.name,
                install: found.is_none().then_some(tool.install),
                version: found.map(|found| found.version),
            }
        })
        .collect();
    Seen {
        language: language.name,
        is_ready: tools.iter().all(|tool| tool.install.is_none()),
        tools,
    }
}
