//! Rows of machines and of their versions.

use sqlx::FromRow;
use steploom_store::Result;
use steploom_store::catalog::{Machine, MachineVersion};

use crate::column;

/// The columns of a version.
#[derive(FromRow)]
pub(crate) struct StoredVersion {
    version: i64,
    definition: Vec<u8>,
    created_at: i64,
}

/// The columns of a machine and of its newest version.
#[derive(FromRow)]
pub(crate) struct Stored {
    name: String,
    since: i64,
    #[sqlx(flatten)]
    latest: StoredVersion,
}

impl StoredVersion {
    /// The version, its columns checked.
    pub(crate) fn check(self) -> Result<MachineVersion> {
        Ok(MachineVersion {
            version: column::number("version", self.version)?,
            definition: column::digest(&self.definition)?,
            created_at: column::instant(self.created_at)?,
        })
    }
}

impl Stored {
    /// The machine, its columns checked.
    pub(crate) fn check(self) -> Result<Machine> {
        Ok(Machine {
            name: column::name(&self.name)?,
            created_at: column::instant(self.since)?,
            latest: self.latest.check()?,
        })
    }
}
