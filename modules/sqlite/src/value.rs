//! Values of SQLite in JSON, and back.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use rusqlite::types::{Value as Sql, ValueRef};
use serde_json::{Value, json};
use steploom_function::Error;

use crate::parameters::invalid;

/// The member that a blob is under.
const BLOB: &str = "base64";

/// A number that JSON lacks, such as infinity, is null; text that is no UTF-8 has U+FFFD for what is none.
pub(crate) fn to_json(value: ValueRef) -> Value {
    match value {
        ValueRef::Null => Value::Null,
        ValueRef::Integer(number) => json!(number),
        ValueRef::Real(number) => json!(number),
        ValueRef::Text(text) => json!(String::from_utf8_lossy(text)),
        ValueRef::Blob(bytes) => json!({BLOB: STANDARD.encode(bytes)}),
    }
}

/// Booleans are 0 and 1, as SQLite has them.
///
/// # Errors
/// `InvalidParameters`: a list, an object other than of a blob, or a whole number beyond 64 bits.
pub(crate) fn from_json(value: &Value) -> Result<Sql, Error> {
    match value {
        Value::Null => Ok(Sql::Null),
        Value::Bool(is) => Ok(Sql::Integer(i64::from(*is))),
        Value::String(text) => Ok(Sql::Text(text.clone())),
        Value::Number(number) => number
            .as_i64()
            .map(Sql::Integer)
            .or_else(|| number.as_f64().map(Sql::Real))
            .ok_or_else(|| invalid(&format!("{number} is beyond SQLite's numbers"))),
        Value::Object(members) if members.len() == 1 => {
            let bytes = members.get(BLOB).and_then(Value::as_str);
            let bytes = bytes.and_then(|text| STANDARD.decode(text).ok());
            bytes.map(Sql::Blob).ok_or_else(|| invalid(NO_VALUE))
        }
        Value::Array(_) | Value::Object(_) => Err(invalid(NO_VALUE)),
    }
}

const NO_VALUE: &str =
    "a parameter is null, a boolean, a number, text, or {\"base64\": \"...\"} for a blob";
