//! Rows of uploads and of their parts.

use sqlx::FromRow;
use steploom_store::catalog::{Part, Upload};
use steploom_store::{Error, Result};
use steploom_types::{AccountId, Name};

use crate::column;

/// The columns of an upload.
#[derive(FromRow)]
pub(crate) struct Stored {
    account: i64,
    bucket: String,
    key: Vec<u8>,
    id: String,
    facets: String,
    started_at: i64,
}

impl Stored {
    /// The upload, and whose and where it is.
    pub(crate) fn place(self) -> Result<(AccountId, Name, Upload)> {
        let account = column::account(self.account)?;
        let bucket = column::name(&self.bucket)?;
        Ok((account, bucket, self.try_into()?))
    }
}

impl TryFrom<Stored> for Upload {
    type Error = Error;

    fn try_from(row: Stored) -> Result<Self> {
        Ok(Self {
            key: String::from_utf8(row.key)
                .map_err(|_| Error::Corrupt("an upload's key is no text".into()))?,
            id: row.id,
            facets: row.facets,
            started_at: column::instant(row.started_at)?,
        })
    }
}

/// The columns of a part.
#[derive(FromRow)]
pub(crate) struct StoredPart {
    number: i64,
    blob: String,
    size_bytes: i64,
    facets: String,
    modified_at: i64,
}

impl TryFrom<StoredPart> for Part {
    type Error = Error;

    fn try_from(row: StoredPart) -> Result<Self> {
        Ok(Self {
            number: column::number("part's number", row.number)?,
            blob: row.blob,
            size_bytes: column::count(row.size_bytes)?,
            facets: row.facets,
            modified_at: column::instant(row.modified_at)?,
        })
    }
}
