//! Asks an SQLite database: `{"path": "/data/shop.db", "query": "SELECT name FROM item WHERE price < ?", "parameters": [10]}`
//! gives `{"columns": ["name"], "rows": [{"name": "nail"}], "more": false}`.
//!
//! The database is a file of a volume (`path`) or Base64 in the event (`database`), and is only read. `parameters`
//! is a list for `?`, an object for `:name`. A blob is `{"base64": "..."}` in both directions.

mod open;
mod parameters;
mod value;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use rusqlite::{Connection, Rows, Statement};
use serde::{Deserialize, Serialize};
use serde_json::value::{RawValue, to_raw_value};
use serde_json::{Map, Value};
use steploom_function::{Error, info};

/// Rows of one answer, if the event says nothing.
const ROWS_DEFAULT: usize = 1_000;
/// Rows of one answer at most.
const ROWS_MAX: usize = 10_000;
/// Bytes of a result: what a state of a state machine may have.
const RESULT_BYTES_MAX: usize = 256 * 1024;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Event {
    path: Option<String>,
    database: Option<String>,
    query: String,
    #[serde(default)]
    parameters: Value,
    #[serde(default = "rows_default")]
    rows_max: usize,
}

fn rows_default() -> usize {
    ROWS_DEFAULT
}

#[derive(Debug, Serialize)]
struct Table {
    columns: Vec<String>,
    rows: Vec<Box<RawValue>>,
    /// Whether there are more rows than were asked for.
    more: bool,
}

#[steploom_function::handler]
fn handler(event: Event) -> Result<Box<RawValue>, Error> {
    if !(1..=ROWS_MAX).contains(&event.rows_max) {
        let message = format!("\"rows_max\" is 1 to {ROWS_MAX}");
        return Err(Error::new("InvalidEvent", message));
    }
    let connection = match (&event.path, &event.database) {
        (Some(path), None) => open::file(path)?,
        (None, Some(database)) => open::bytes(&unbase64(database)?)?,
        _ => {
            let message = "the event needs either \"path\", a file in a volume, or \"database\", a file as Base64";
            return Err(Error::new("InvalidEvent", message));
        }
    };
    let mut statement = prepare(&connection, &event.query)?;
    let columns = columns(&statement)?;
    parameters::bind(&mut statement, &event.parameters)?;
    let table = read(statement.raw_query(), columns, event.rows_max)?;
    info!("asked", rows = table.rows.len(), more = table.more);
    bounded(&table)
}

fn unbase64(text: &str) -> Result<Vec<u8>, Error> {
    STANDARD.decode(text).map_err(|error| {
        let message = format!("it is no Base64 of the standard alphabet: {error}");
        Error::new("InvalidBase64", message)
    })
}

/// The query, which is one statement that reads.
fn prepare<'a>(connection: &'a Connection, query: &str) -> Result<Statement<'a>, Error> {
    let statement = connection
        .prepare(query)
        .map_err(|error| open::named("InvalidQuery", &error))?;
    if !statement.readonly() {
        let message = "the query would change the database, which is only read: use SELECT";
        return Err(Error::new("NotReadOnly", message));
    }
    if statement.column_count() == 0 {
        let message = "the query gives no columns: use SELECT";
        return Err(Error::new("InvalidQuery", message));
    }
    Ok(statement)
}

/// The names of the columns, each of which stands once, as rows are objects.
fn columns(statement: &Statement) -> Result<Vec<String>, Error> {
    let mut columns: Vec<String> = Vec::new();
    for name in statement.column_names() {
        if columns.iter().any(|other| other == name) {
            let message = format!("two columns are named {name:?}: rename one with AS");
            return Err(Error::new("InvalidQuery", message));
        }
        columns.push(name.to_owned());
    }
    Ok(columns)
}

fn read(mut from: Rows, columns: Vec<String>, rows_max: usize) -> Result<Table, Error> {
    let failed = |error: rusqlite::Error| open::named("QueryFailed", &error);
    let mut rows = Vec::new();
    let mut bytes = 0;
    while let Some(row) = from.next().map_err(failed)? {
        if rows.len() == rows_max {
            return Ok(Table {
                columns,
                rows,
                more: true,
            });
        }
        let mut object = Map::new();
        for (index, name) in columns.iter().enumerate() {
            let value = row.get_ref(index).map_err(failed)?;
            object.insert(name.clone(), value::to_json(value));
        }
        let row = to_raw_value(&object)?;
        bytes += row.get().len();
        rows.push(row);
        if bytes > RESULT_BYTES_MAX {
            break; // The answer is refused, with advice: there is no use in reading on.
        }
    }
    Ok(Table {
        columns,
        rows,
        more: false,
    })
}

/// The result's JSON, if a state machine can take it.
fn bounded(table: &Table) -> Result<Box<RawValue>, Error> {
    let json = to_raw_value(table)?;
    let bytes = json.get().len();
    if bytes <= RESULT_BYTES_MAX {
        return Ok(json);
    }
    let message = format!(
        "{} rows make {bytes} bytes, {RESULT_BYTES_MAX} are allowed: ask for fewer columns, or page with LIMIT and OFFSET",
        table.rows.len()
    );
    Err(Error::new("ResultTooLarge", message))
}

#[cfg(test)]
mod tests;
