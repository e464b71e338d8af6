//! Rows of the audit. What does not follow from the record before is handed out as it is: to say so
//! is for whoever verifies.

use sqlx::FromRow;
use steploom_store::{Error, Result};
use steploom_types::audit::AuditRecord;

use crate::column;

/// The columns of a record.
#[derive(FromRow)]
pub(crate) struct Stored {
    account: i64,
    n: i64,
    at: i64,
    actor: String,
    action: String,
    name: String,
    detail: String,
    request_id: String,
    previous: Vec<u8>,
    digest: Vec<u8>,
}

impl TryFrom<Stored> for AuditRecord {
    type Error = Error;

    fn try_from(row: Stored) -> Result<Self> {
        Ok(Self {
            account: column::account(row.account)?,
            n: column::count(row.n)?,
            at: column::instant(row.at)?,
            actor: row.actor,
            action: row.action,
            name: row.name,
            detail: row.detail,
            request_id: row.request_id,
            previous: column::digest(&row.previous)?,
            digest: column::digest(&row.digest)?,
        })
    }
}
