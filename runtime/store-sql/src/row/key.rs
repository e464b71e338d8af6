//! Rows of keys.

use sqlx::FromRow;
use steploom_store::{Error, Result};
use steploom_types::key::Key;

use crate::column;

/// The columns of a key.
#[derive(FromRow)]
pub(crate) struct Stored {
    id: String,
    account: i64,
    kind: String,
    name: String,
    scopes: String,
    secret: Vec<u8>,
    created_at: i64,
    expires_at: Option<i64>,
    last_used_at: Option<i64>,
    revoked_at: Option<i64>,
}

impl TryFrom<Stored> for Key {
    type Error = Error;

    fn try_from(row: Stored) -> Result<Self> {
        let bad = |what: &str| Error::Corrupt(format!("a key's {what} is {:?}", row.id));
        Ok(Self {
            id: row.id.parse().map_err(|_| bad("id"))?,
            account: column::account(row.account)?,
            kind: row.kind.parse().map_err(|_| bad("kind"))?,
            name: row.name,
            scopes: row.scopes.split_whitespace().map(str::to_owned).collect(),
            secret: row.secret,
            created_at: column::instant(row.created_at)?,
            expires_at: row.expires_at.map(column::instant).transpose()?,
            last_used_at: row.last_used_at.map(column::instant).transpose()?,
            revoked_at: row.revoked_at.map(column::instant).transpose()?,
        })
    }
}

/// Scopes as one text; none has a blank in it.
pub(crate) fn scopes(key: &Key) -> String {
    key.scopes.join(" ")
}
