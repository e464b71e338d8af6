//! Checked definitions by digest. A definition never changes, so what is here stays true.

use std::sync::Arc;

use steploom_asl::{Machine, Options, Rejected};
use steploom_store::{Catalog, Error as StoreError};
use steploom_types::{Digest, Error, Result};

use crate::cache::Cache;

pub(crate) struct Definitions {
    catalog: Arc<dyn Catalog>,
    checked: Cache<Digest, Arc<Machine>>,
    express: Cache<Digest, Express>,
}

/// A machine as EXPRESS has it, or why it cannot be one.
pub(crate) type Express = std::result::Result<Arc<Machine>, Arc<Rejected>>;

impl Definitions {
    pub(crate) fn new(catalog: Arc<dyn Catalog>) -> Self {
        Self {
            catalog,
            checked: Cache::new(),
            express: Cache::new(),
        }
    }

    /// The machine of a digest.
    ///
    /// # Errors
    /// `Corrupt` when the catalog has no such definition or it does not pass the check that it
    /// passed when it was stored.
    pub(crate) async fn get(&self, digest: Digest) -> Result<Arc<Machine>> {
        let generation = match self.checked.get(&digest) {
            Ok(machine) => return Ok(machine),
            Err(generation) => generation,
        };
        let text = self.text(digest).await?;
        let parsed =
            steploom_asl::parse(&text).map_err(|_| corrupt(digest, "is no longer valid"))?;
        let machine = Arc::new(parsed.machine);
        self.checked.keep(digest, machine.clone(), generation);
        Ok(machine)
    }

    /// The same as an EXPRESS machine, which may have less.
    ///
    /// # Errors
    /// `Corrupt` when the catalog has no such definition.
    pub(crate) async fn express(&self, digest: Digest) -> Result<Express> {
        let generation = match self.express.get(&digest) {
            Ok(known) => return Ok(known),
            Err(generation) => generation,
        };
        let text = self.text(digest).await?;
        let options = Options {
            express: true,
            ..Options::default()
        };
        let parsed = steploom_asl::parse_with(&text, &options);
        let express = match parsed {
            Ok(parsed) => Ok(Arc::new(parsed.machine)),
            Err(rejected) => Err(Arc::new(rejected)),
        };
        self.express.keep(digest, express.clone(), generation);
        Ok(express)
    }

    async fn text(&self, digest: Digest) -> Result<String> {
        let text = self.catalog.definition(digest).await?;
        text.ok_or_else(|| corrupt(digest, "is missing"))
    }
}

fn corrupt(digest: Digest, what: &str) -> Error {
    StoreError::Corrupt(format!("definition {digest} {what}")).into()
}
