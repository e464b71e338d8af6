//! What a database says, in the words of the store.

use steploom_store::Error;

/// SQLite's primary codes for a file that is not what it was: `SQLITE_CORRUPT`, `SQLITE_NOTADB`.
const SQLITE_CORRUPT: [u32; 2] = [11, 26];

/// Postgres's codes for the same: `data_corrupted`, `index_corrupted`.
const POSTGRES_CORRUPT: [&str; 2] = ["XX001", "XX002"];

/// Letters of every code of Postgres; SQLite's codes are shorter numbers.
const SQLSTATE_LETTERS: usize = 5;

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

fn is_corrupt(code: Option<&str>) -> bool {
    let Some(code) = code else { return false };
    if code.len() == SQLSTATE_LETTERS {
        return POSTGRES_CORRUPT.contains(&code);
    }
    // The low byte of SQLite's extended codes is the primary one.
    let code = code.parse::<u32>();
    code.is_ok_and(|code| SQLITE_CORRUPT.contains(&(code & 0xff)))
}
