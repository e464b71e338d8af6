//! What the demo shows in the end: the counts, where the time went, and how to go on.

use std::fmt::Write as _;
use std::path::Path;

use serde::Deserialize;
use steploom_types::{ExecutionId, Json};

use super::measured::Measured;
use crate::cli::ENDPOINT_DEFAULT;
use crate::view::table::Rows;
use crate::view::timing::{self, Totals};
use crate::view::{Board, Paint, human};

/// Rows of extensions that are shown.
const EXTENSIONS_MAX: usize = 12;
/// Words that are shown.
const WORDS_MAX: usize = 12;

/// What the function `merge` answers.
#[derive(Debug, Deserialize)]
struct Summary {
    files: u64,
    lines: u64,
    words: u64,
    bytes: u64,
    #[serde(default)]
    skipped: u64,
    #[serde(default)]
    extensions: Vec<Extension>,
    #[serde(default)]
    top_words: Vec<Word>,
}

#[derive(Debug, Deserialize)]
struct Extension {
    #[serde(rename = "extension")]
    name: String,
    files: u64,
    lines: u64,
    words: u64,
    bytes: u64,
}

#[derive(Debug, Deserialize)]
struct Word {
    word: String,
    count: u64,
}

/// The counts as tables; an output of another shape as JSON.
pub(super) fn result(output: &Json, folder: &Path, paint: Paint) -> String {
    let Ok(summary) = Summary::deserialize(output.value()) else {
        return human::json(output);
    };
    let mut text = format!(
        "\n{}  {}, {}, {}, {}",
        paint.bold(&folder.display().to_string()),
        human::plural(summary.files, "file"),
        human::plural(summary.lines, "line"),
        human::plural(summary.words, "word"),
        human::size(summary.bytes)
    );
    if summary.skipped > 0 {
        let _ = write!(text, ", {} skipped", human::count(summary.skipped));
    }
    text += "\n\n";
    text += &extensions(&summary.extensions, paint);
    text += "\n\n";
    text += &words(&summary.top_words, paint);
    text
}

fn extensions(all: &[Extension], paint: Paint) -> String {
    let mut rows = Rows::new(paint, &["extension", "files", "lines", "words", "size"]);
    for one in all.iter().take(EXTENSIONS_MAX) {
        rows.add([
            one.name.clone(),
            human::count(one.files),
            human::count(one.lines),
            human::count(one.words),
            human::size(one.bytes),
        ]);
    }
    let text = rows.text(&[1, 2, 3, 4]);
    match all.len().saturating_sub(EXTENSIONS_MAX) {
        0 => text,
        more => format!("{text}\n… and {more} more"),
    }
}

fn words(all: &[Word], paint: Paint) -> String {
    let words: Vec<String> = all
        .iter()
        .take(WORDS_MAX)
        .map(|one| format!("{} {}", one.word, paint.dim(&human::count(one.count))))
        .collect();
    format!("{}  {}", paint.dim("TOP WORDS"), words.join(", "))
}

/// Where the time went.
pub(super) fn time(board: &Board, measured: &Measured, paint: Paint) -> String {
    let Totals {
        wall_ms,
        tasks,
        attempts_ms,
        between_ms,
    } = timing::totals(board);
    let each = |ms: u64| match tasks {
        0 => String::new(),
        tasks => format!(" ({:.1} ms a task)", ms as f64 / tasks as f64),
    };
    let rate = tasks as f64 * 1_000.0 / wall_ms.max(1) as f64;
    let mut rows = Rows::without_header(paint);
    rows.field(
        "execution",
        format!(
            "{} for {}, {}",
            human::duration(wall_ms),
            human::plural(tasks, "task"),
            human::rate(rate)
        ),
    );
    rows.field(
        "tasks, from scheduled to answered",
        format!(
            "{} summed{}",
            human::duration(attempts_ms),
            each(attempts_ms)
        ),
    );
    rows.field(
        "  of that in sandboxes",
        format!(
            "{} summed ({:.2} ms a call); the rest waited for a sandbox or the disk",
            human::duration(measured.sandbox_ms as u64),
            measured.sandbox_ms / measured.invocations.max(1) as f64
        ),
    );
    if between_ms > 0 {
        rows.field(
            "between attempts",
            format!(
                "{} summed, waits before retries among it",
                human::duration(between_ms)
            ),
        );
    }
    rows.field(
        "journal",
        format!(
            "{} in {}",
            human::plural(measured.facts, "fact"),
            human::plural(measured.commits, "commit")
        ),
    );
    format!(
        "\n{}\n{}\n\n{}",
        paint.bold("Where the time went"),
        timing::table(board, paint),
        rows.text(&[])
    )
}

/// How to go on.
pub(super) struct Next<'a> {
    /// Where the server is, or was.
    pub(super) url: &'a str,
    /// Its data folder.
    pub(super) data: &'a Path,
    /// The folder it read.
    pub(super) folder: &'a Path,
    /// What was run.
    pub(super) execution: ExecutionId,
    /// Whether it goes on serving.
    pub(super) keep: bool,
}

impl Next<'_> {
    /// The URLs and the commands.
    pub(super) fn text(&self, paint: Paint) -> String {
        let id = self.execution;
        let mut lines = vec![String::new(), paint.bold("Go on")];
        if self.keep {
            lines.push(format!(
                "  serving on {} until Ctrl-C",
                paint.cyan(self.url)
            ));
            lines.push(format!("  {}/v1/executions/{id}", self.url));
            lines.push(format!("  {}/v1/openapi.json", self.url));
        } else {
            lines.push(format!(
                "  steploom up --data {} --volume input={}",
                self.data.display(),
                self.folder.display()
            ));
        }
        let endpoint = match self.url {
            url if self.keep && url != ENDPOINT_DEFAULT => format!(" --endpoint {url}"),
            _ => String::new(),
        };
        let commands = [
            format!("status {id}"),
            format!("history {id}"),
            "logs count --limit 20".to_owned(),
            "start word-count --input '{\"folder\": \"/input\"}' --follow".to_owned(),
        ];
        lines.extend(commands.map(|command| format!("  steploom {command}{endpoint}")));
        lines.join("\n")
    }
}

#[cfg(test)]
mod tests;
