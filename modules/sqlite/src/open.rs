//! Opens databases, to read them alone.

use std::fmt::Write as _;
use std::fs;

use rusqlite::limits::Limit;
use rusqlite::{Connection, ErrorCode, MAIN_DB, OpenFlags};
use steploom_function::Error;

/// Bytes of one value, and of a row: `zeroblob(1000000000)` would take all memory.
const VALUE_BYTES_MAX: i32 = 8 * 1024 * 1024;
/// With what every database begins.
const MAGIC: &[u8] = b"SQLite format 3\0";
/// Bytes of the header that say how the file is written and read: 1 is with a journal, 2 with a write-ahead log.
const VERSIONS: [usize; 2] = [18, 19];

/// Opens a file of a volume, which nobody changes meanwhile: a volume has no locks.
pub(crate) fn file(path: &str) -> Result<Connection, Error> {
    fs::File::open(path).map_err(|error| {
        let advice = "mount a volume with --volume NAME=/path, and name a file below /path";
        Error::new("FileUnreadable", format!("{path}: {error}; {advice}"))
    })?;
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_URI;
    Connection::open_with_flags(url(path), flags)
        .and_then(limited)
        .map_err(|error| named("InvalidDatabase", &error))
}

/// Opens a database that is in memory as a whole.
pub(crate) fn bytes(database: &[u8]) -> Result<Connection, Error> {
    let mut database = database.to_vec();
    if !database.starts_with(MAGIC) || database.len() < 100 {
        let message = "\"database\" is no file of SQLite 3";
        return Err(Error::new("InvalidDatabase", message));
    }
    // There is no log beside it, so it is read as one with a journal.
    for at in VERSIONS {
        database[at] = 1;
    }
    let opened = Connection::open_in_memory().and_then(|mut connection| {
        connection.deserialize_read_exact(MAIN_DB, &database[..], database.len(), true)?;
        limited(connection)
    });
    opened.map_err(|error| named("InvalidDatabase", &error))
}

/// Keeps queries within bounds, and to this one file.
fn limited(connection: Connection) -> rusqlite::Result<Connection> {
    connection.set_limit(Limit::SQLITE_LIMIT_LENGTH, VALUE_BYTES_MAX)?;
    connection.set_limit(Limit::SQLITE_LIMIT_ATTACHED, 0)?;
    Ok(connection)
}

/// The path as SQLite's URL.
fn url(path: &str) -> String {
    let mut url = "file:".to_owned();
    for byte in path.bytes() {
        if byte.is_ascii_alphanumeric() || b"/-_.".contains(&byte) {
            url.push(char::from(byte));
        } else {
            let _ = write!(url, "%{byte:02X}");
        }
    }
    url + "?immutable=1"
}

/// An error of SQLite: its name is this one, or says that the file is none.
pub(crate) fn named(name: &str, error: &rusqlite::Error) -> Error {
    let name = match error.sqlite_error_code() {
        Some(ErrorCode::NotADatabase | ErrorCode::DatabaseCorrupt | ErrorCode::CannotOpen) => {
            "InvalidDatabase"
        }
        _ => name,
    };
    Error::new(name, error.to_string())
}
