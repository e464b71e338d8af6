//! Rows of objects.

use sqlx::FromRow;
use steploom_store::catalog::Object;
use steploom_store::{Error, Result};
use steploom_types::Timestamp;

use crate::column;

/// The columns of an object.
#[derive(FromRow)]
pub(crate) struct Stored {
    key: Vec<u8>,
    blob: String,
    size_bytes: i64,
    facets: String,
    modified_at: i64,
}

impl TryFrom<Stored> for Object {
    type Error = Error;

    fn try_from(row: Stored) -> Result<Self> {
        Ok(Self {
            key: column::key(row.key)?,
            blob: row.blob,
            size_bytes: row.size_bytes.cast_unsigned(),
            facets: row.facets,
            modified_at: Timestamp::from_millis(row.modified_at),
        })
    }
}
