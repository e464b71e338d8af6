//! Rows of entries.

use sqlx::FromRow;
use steploom_store::catalog::Entry;
use steploom_store::{Error, Result};
use steploom_types::Timestamp;

/// The columns of an entry.
#[derive(FromRow)]
pub(crate) struct Stored {
    name: String,
    body: String,
    created_at: i64,
}

impl TryFrom<Stored> for Entry {
    type Error = Error;

    fn try_from(row: Stored) -> Result<Self> {
        let name = row.name.parse();
        Ok(Self {
            name: name.map_err(|_| Error::Corrupt(format!("an entry is named '{}'", row.name)))?,
            body: row.body,
            created_at: Timestamp::from_millis(row.created_at),
        })
    }
}
