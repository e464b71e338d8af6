//! Reads CSV: `{"csv": "name,age\nAda,36\n"}` gives `{"rows": [{"name": "Ada", "age": "36"}], ...}`.
//!
//! Event: `csv`, or `path` of a file in a volume; `delimiter` (`,`), `header` (true), `types` (false: everything is text;
//! true: numbers, booleans and empty fields become JSON's own), `skip` (0) and `limit` (rows of one answer).
//! Result: `columns`, `rows`, and `next`, the `skip` that continues, or `null` at the end.

mod read;
mod value;

use std::fs;

use serde::{Deserialize, Serialize};
use serde_json::value::{RawValue, to_raw_value};
use steploom_function::{Error, info};

/// Bytes of a file: it is held in memory as a whole.
const FILE_BYTES_MAX: u64 = 32 * 1024 * 1024;
/// Bytes of a result: what a state of a state machine may have.
const RESULT_BYTES_MAX: usize = 256 * 1024;

/// What to read, and how.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Event {
    csv: Option<String>,
    path: Option<String>,
    #[serde(default = "comma")]
    delimiter: char,
    #[serde(default = "yes")]
    header: bool,
    #[serde(default)]
    types: bool,
    #[serde(default)]
    skip: usize,
    #[serde(default = "all")]
    limit: usize,
}

fn comma() -> char {
    ','
}

fn yes() -> bool {
    true
}

fn all() -> usize {
    usize::MAX
}

/// The rows that were asked for.
#[derive(Debug, Serialize)]
struct Table {
    /// The columns' names in the order of the file; none without a header.
    columns: Vec<String>,
    /// Objects by column, or lists without a header.
    rows: Vec<Box<RawValue>>,
    /// The `skip` that continues; `None` when this is the end.
    next: Option<usize>,
}

#[steploom_function::handler]
fn handler(event: Event) -> Result<Box<RawValue>, Error> {
    let text = text(&event)?;
    let table = read::table(&text, &event)?;
    info!("read", rows = table.rows.len(), next = table.next);
    bounded(&table)
}

/// The CSV itself: from the event or from a file.
fn text(event: &Event) -> Result<Vec<u8>, Error> {
    match (&event.csv, &event.path) {
        (Some(csv), None) => Ok(csv.clone().into_bytes()),
        (None, Some(path)) => file(path),
        _ => Err(Error::new(
            "InvalidEvent",
            "the event needs either \"csv\", the text, or \"path\", a file in a volume",
        )),
    }
}

fn file(path: &str) -> Result<Vec<u8>, Error> {
    let unreadable = |error: std::io::Error| {
        let advice = "mount a volume with --volume NAME=/path, and name a file below /path";
        Error::new("FileUnreadable", format!("{path}: {error}; {advice}"))
    };
    let bytes = fs::metadata(path).map_err(unreadable)?.len();
    if bytes > FILE_BYTES_MAX {
        let message = format!("{path} has {bytes} bytes, {FILE_BYTES_MAX} are allowed: split it");
        return Err(Error::new("FileTooLarge", message));
    }
    fs::read(path).map_err(unreadable)
}

/// The result's JSON, if a state machine can take it.
fn bounded(result: &Table) -> Result<Box<RawValue>, Error> {
    let json = to_raw_value(result)?;
    let bytes = json.get().len();
    if bytes <= RESULT_BYTES_MAX {
        return Ok(json);
    }
    let message = format!(
        "{} rows make {bytes} bytes, {RESULT_BYTES_MAX} are allowed: set a smaller \"limit\", and \"skip\" to go on",
        result.rows.len()
    );
    Err(Error::new("ResultTooLarge", message))
}

#[cfg(test)]
mod tests;
