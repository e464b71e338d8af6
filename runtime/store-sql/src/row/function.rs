//! Rows of functions and of their versions.

use sqlx::FromRow;
use steploom_store::Result;
use steploom_store::catalog::{Function, FunctionVersion};

use crate::column;

/// The columns of a version.
#[derive(FromRow)]
pub(crate) struct StoredVersion {
    version: i64,
    module: Vec<u8>,
    module_bytes: i64,
    source: Option<Vec<u8>>,
    kind: String,
    settings: String,
    created_at: i64,
}

/// The columns of a function and of its newest version.
#[derive(FromRow)]
pub(crate) struct Stored {
    name: String,
    since: i64,
    #[sqlx(flatten)]
    latest: StoredVersion,
}

impl StoredVersion {
    /// The version, its columns checked.
    pub(crate) fn check(self) -> Result<FunctionVersion> {
        Ok(FunctionVersion {
            version: column::number("version", self.version)?,
            module: column::digest(&self.module)?,
            module_bytes: column::count(self.module_bytes)?,
            source: self.source.as_deref().map(column::digest).transpose()?,
            kind: self.kind,
            settings: self.settings,
            created_at: column::instant(self.created_at)?,
        })
    }
}

impl Stored {
    /// The function, its columns checked.
    pub(crate) fn check(self) -> Result<Function> {
        Ok(Function {
            name: column::name(&self.name)?,
            created_at: column::instant(self.since)?,
            latest: self.latest.check()?,
        })
    }
}
