//! What a database says, in the words of the store.

use steploom_store::Error;

/// SQLite's primary codes for a file that is not what it was: `SQLITE_CORRUPT`, `SQLITE_NOTADB`.
const SQLITE_CORRUPT: [u32; 2] = [11, 26];

/// A failure of the database.
#[expect(clippy::needless_pass_by_value, reason = "it is what map_err is given")]
pub(crate) fn failed(error: sqlx::Error) -> Error {
    match &error {
        sqlx::Error::ColumnDecode { .. } | sqlx::Error::Decode(_) => {
            Error::Corrupt(error.to_string())
        }
        sqlx::Error::Database(database) if is_corrupt(database.code().as_deref()) => {
            Error::Corrupt(error.to_string())
        }
        _ => Error::Unavailable(error.to_string()),
    }
}

/// The low byte of SQLite's extended codes is the primary one.
fn is_corrupt(code: Option<&str>) -> bool {
    let code = code.and_then(|code| code.parse::<u32>().ok());
    code.is_some_and(|code| SQLITE_CORRUPT.contains(&(code & 0xff)))
}
