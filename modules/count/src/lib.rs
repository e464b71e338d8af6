//! Counts lines, words and bytes of one part of a folder, as `wc` does, and its frequent words.
//!
//! Kind `reactor`: the host writes the event into linear memory and calls `steploom_handle`, which
//! answers with the place of the result; [`abi`] is all there is to it. stderr is the log.
//! Event: `{"folder": "/input", "first": "a/b.rs", "last": "a/d.rs", "files": 3}`.
//! Result: see [`tally::Tally`]; never larger than [`tally::RESULT_BYTES_MAX`].

#[cfg(target_family = "wasm")]
mod abi;
mod tally;
mod words;

use std::path::Path;

use listing::{Span, read_text, walk};
use serde::{Deserialize, Serialize};

use crate::tally::Tally;

/// One part of a folder, as `split` cut it.
#[derive(Debug, Deserialize)]
struct Event {
    folder: String,
    first: String,
    last: String,
    /// Files that were there when the folder was split.
    files: Option<u64>,
}

/// Why there is no result; `Retry` and `Catch` match the type.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Failure {
    error_type: &'static str,
    error_message: String,
}

/// Answers one event: the result's JSON, or the error's.
#[cfg_attr(
    not(any(test, target_family = "wasm")),
    expect(dead_code, reason = "the host calls it")
)]
fn handle(event: &[u8]) -> Result<Vec<u8>, Vec<u8>> {
    count(event)
        .map(Tally::into_json)
        .map_err(|failure| serde_json::to_vec(&failure).expect("two strings are always JSON"))
}

fn count(event: &[u8]) -> Result<Tally, Failure> {
    let event: Event =
        serde_json::from_slice(event).map_err(|error| invalid(&error.to_string()))?;
    let span = Span {
        first: event.first,
        last: event.last,
    };
    if !span.is_inside() {
        return Err(invalid(
            "\"first\" and \"last\" must be paths below the folder",
        ));
    }
    let folder = Path::new(&event.folder);
    let listing = walk(folder, Some(&span)).map_err(|error| Failure {
        error_type: "FolderUnreadable",
        error_message: format!(
            "can't list {}: {error}; is a volume mounted there?",
            event.folder
        ),
    })?;
    let mut tally = Tally::default();
    for path in &listing.files {
        match read_text(&folder.join(path)) {
            Ok(Some(text)) => tally.add(path, &text),
            Ok(None) => {}
            Err(error) => eprintln!("skipped {path}: {error}"),
        }
    }
    log(&tally, &span, event.files);
    Ok(tally)
}

fn log(tally: &Tally, span: &Span, files_split: Option<u64>) {
    let (files, words) = (tally.files(), tally.words());
    eprintln!(
        "{words} words in {files} files, from {} to {}",
        span.first, span.last
    );
    if let Some(files_split) = files_split.filter(|split| *split != files) {
        eprintln!("the folder changed: this part had {files_split} files when it was split");
    }
}

fn invalid(message: &str) -> Failure {
    Failure {
        error_type: "InvalidEvent",
        error_message: format!("the event must be a part that split made: {message}"),
    }
}

#[cfg(test)]
mod tests;
