//! Lists the text files below a folder and cuts the list into parts for a Map to work on.
//!
//! Kind `command`: the event arrives on stdin, the result leaves on stdout, stderr is the log.
//! Event: `{"folder": "/input", "parts_max": 400}`; what is left out has these defaults.
//! Result: `{"folder", "files", "bytes", "skipped", "parts": [{"first", "last", "files", "bytes"}]}`.

mod parts;

use std::io::{Read, Write};
use std::path::Path;
use std::process::ExitCode;

use listing::{text_bytes, walk};
use serde::{Deserialize, Serialize};

use crate::parts::{File, PARTS_MAX, Part, cut};

/// What to split.
#[derive(Debug, Deserialize)]
#[serde(default)]
struct Event {
    folder: String,
    parts_max: usize,
}

impl Default for Event {
    fn default() -> Self {
        Self {
            folder: "/input".into(),
            parts_max: PARTS_MAX,
        }
    }
}

/// The folder's text files, in parts.
#[derive(Debug, Serialize)]
struct Split {
    folder: String,
    files: usize,
    bytes: u64,
    skipped: usize,
    parts: Vec<Part>,
}

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(cause) => {
            // The last line of stderr is the cause that a `Catch` sees.
            eprintln!("{cause}");
            ExitCode::FAILURE
        }
    }
}

fn run() -> Result<(), String> {
    let mut event = Vec::new();
    std::io::stdin()
        .read_to_end(&mut event)
        .map_err(|error| format!("no event: {error}"))?;
    let event = serde_json::from_slice(&event)
        .map_err(|error| format!("the event must be like {{\"folder\": \"/input\"}}: {error}"))?;
    let split = split(event)?;
    eprintln!(
        "{} text files with {} bytes in {} parts, {} skipped",
        split.files,
        split.bytes,
        split.parts.len(),
        split.skipped
    );
    let result = serde_json::to_vec(&split).map_err(|error| error.to_string())?;
    std::io::stdout()
        .write_all(&result)
        .map_err(|error| format!("no result: {error}"))
}

fn split(event: Event) -> Result<Split, String> {
    if !(1..=PARTS_MAX).contains(&event.parts_max) {
        return Err(format!(
            "parts_max must be 1 to {PARTS_MAX}, it is {}",
            event.parts_max
        ));
    }
    let folder = Path::new(&event.folder);
    let listing = walk(folder, None).map_err(|error| {
        format!(
            "can't list {}: {error}; is a volume mounted there?",
            event.folder
        )
    })?;
    let mut skipped = listing.skipped.len();
    let mut files = Vec::with_capacity(listing.files.len());
    for path in listing.files {
        match text_bytes(&folder.join(&path)) {
            Ok(Some(bytes)) => files.push(File { path, bytes }),
            Ok(None) => skipped += 1,
            Err(error) => {
                eprintln!("skipped {path}: {error}");
                skipped += 1;
            }
        }
    }
    Ok(Split {
        folder: event.folder,
        files: files.len(),
        bytes: files.iter().map(|file| file.bytes).sum(),
        skipped,
        parts: cut(&files, event.parts_max),
    })
}

#[cfg(test)]
mod tests;
