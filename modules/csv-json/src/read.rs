//! From the bytes of CSV to rows of JSON.

use std::collections::HashSet;

use csv::{ByteRecord, ReaderBuilder, Trim};
use serde_json::value::{RawValue, to_raw_value};
use serde_json::{Map, Value};
use steploom_function::Error;

use crate::value::value;
use crate::{Event, RESULT_BYTES_MAX, Table};

/// Some editors begin a file with this sign of UTF-8.
const BYTE_ORDER_MARK: &[u8] = b"\xEF\xBB\xBF";

/// Reads the rows that the event asks for.
///
/// # Errors
/// `InvalidDelimiter`, `InvalidCsv` with the line, `ResultTooLarge` as soon as it is clear.
pub(crate) fn table(text: &[u8], event: &Event) -> Result<Table, Error> {
    let text = text.strip_prefix(BYTE_ORDER_MARK).unwrap_or(text);
    let mut reader = ReaderBuilder::new()
        .delimiter(delimiter(event.delimiter)?)
        .has_headers(event.header)
        .trim(Trim::None)
        .from_reader(text);
    let columns = if event.header {
        columns(reader.byte_headers().map_err(invalid)?)?
    } else {
        Vec::new()
    };
    let mut rows = Vec::new();
    let mut bytes = 0;
    let mut record = ByteRecord::new();
    let mut seen = 0;
    while reader.read_byte_record(&mut record).map_err(invalid)? {
        seen += 1;
        if seen <= event.skip {
            continue;
        }
        if rows.len() == event.limit {
            let next = Some(event.skip + rows.len());
            return Ok(Table {
                columns,
                rows,
                next,
            });
        }
        let row = row(&record, &columns, event)?;
        bytes += row.get().len();
        rows.push(row);
        if bytes > RESULT_BYTES_MAX {
            break; // The answer is refused, with advice: there is no use in reading on.
        }
    }
    Ok(Table {
        columns,
        rows,
        next: None,
    })
}

fn delimiter(delimiter: char) -> Result<u8, Error> {
    u8::try_from(delimiter)
        .ok()
        .filter(|byte| byte.is_ascii() && !matches!(byte, b'"' | b'\r' | b'\n'))
        .ok_or_else(|| {
            let message = "\"delimiter\" is one ASCII character, such as \",\", \";\" or \"\\t\", and no quote or line end";
            Error::new("InvalidDelimiter", message)
        })
}

/// The columns' names, each of which stands once.
fn columns(header: &ByteRecord) -> Result<Vec<String>, Error> {
    let mut columns = Vec::with_capacity(header.len());
    let mut seen = HashSet::new();
    for field in header {
        let name = utf8(field, header)?;
        if !seen.insert(name) {
            let message = format!(
                "the column {name:?} stands twice in the first line: rename one, or set \"header\" to false"
            );
            return Err(Error::new("InvalidCsv", message));
        }
        columns.push(name.to_owned());
    }
    Ok(columns)
}

fn row(record: &ByteRecord, columns: &[String], event: &Event) -> Result<Box<RawValue>, Error> {
    let mut fields = Vec::with_capacity(record.len());
    for field in record {
        fields.push(value(utf8(field, record)?, event.types));
    }
    let row = if event.header {
        Value::Object(columns.iter().cloned().zip(fields).collect::<Map<_, _>>())
    } else {
        Value::Array(fields)
    };
    Ok(to_raw_value(&row)?)
}

fn utf8<'a>(field: &'a [u8], record: &ByteRecord) -> Result<&'a str, Error> {
    std::str::from_utf8(field).map_err(|_| {
        let line = record.position().map_or(1, csv::Position::line);
        let message = format!("line {line} is not UTF-8: convert the file, such as with iconv");
        Error::new("InvalidCsv", message)
    })
}

fn invalid(error: csv::Error) -> Error {
    let message = match error.kind() {
        csv::ErrorKind::UnequalLengths {
            pos,
            expected_len,
            len,
        } => format!(
            "line {} has {len} fields, those before have {expected_len}: look for a missing quote or delimiter",
            pos.as_ref().map_or(0, csv::Position::line)
        ),
        _ => error.to_string(),
    };
    Error::new("InvalidCsv", message)
}
