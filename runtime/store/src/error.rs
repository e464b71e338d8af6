//! What can go wrong in a store, as the worker needs to tell it apart.

use steploom_types::Kind;

/// A result of a store.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// A failure of the store.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The shard's epoch or lsn has moved on: this owner is deposed. It must drop the shard and
    /// answer nobody.
    #[error("shard {shard} has another owner")]
    Fenced {
        /// Which.
        shard: steploom_types::ShardId,
    },
    /// There is already such a row.
    #[error("{what} exists already")]
    Exists {
        /// What, for the caller.
        what: String,
    },
    /// The row changed since it was read: read again.
    #[error("{what} was changed by somebody else")]
    Changed {
        /// What, for the caller.
        what: String,
    },
    /// The database is away, locked or full. Trying again later may help.
    #[error("the store is unavailable: {0}")]
    Unavailable(String),
    /// Stored bytes fail their check. Never executed; an operator must look.
    #[error("stored data is corrupt: {0}")]
    Corrupt(String),
}

impl From<Error> for steploom_types::Error {
    fn from(error: Error) -> Self {
        let text = error.to_string();
        match error {
            Error::Fenced { .. } => Self::new(
                Kind::Fenced,
                "ShardMoved",
                "the owner has changed; ask again",
            )
            .with_retry_after(1),
            Error::Exists { .. } => Self::conflict("AlreadyExists", text),
            Error::Changed { .. } => Self::conflict("Changed", text),
            Error::Unavailable(detail) => Self::new(
                Kind::Unavailable,
                "StoreUnavailable",
                "the store is unavailable; try again",
            )
            .with_retry_after(1)
            .with_detail(detail),
            Error::Corrupt(detail) => Self::new(
                Kind::Corrupt,
                "Corrupt",
                "stored data fails its check; the log says which",
            )
            .with_detail(detail),
        }
    }
}
