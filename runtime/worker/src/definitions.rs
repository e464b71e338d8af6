//! Checked definitions by digest. A definition never changes, so what is here stays true.

use std::sync::Arc;

use steploom_asl::Machine;
use steploom_store::{Catalog, Error as StoreError};
use steploom_types::{Digest, Error, Result};

use crate::cache::Cache;

pub(crate) struct Definitions {
    catalog: Arc<dyn Catalog>,
    checked: Cache<Digest, Arc<Machine>>,
}

impl Definitions {
    pub(crate) fn new(catalog: Arc<dyn Catalog>) -> Self {
        Self {
            catalog,
            checked: Cache::new(),
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
        let text = self
            .catalog
            .definition(digest)
            .await?
            .ok_or_else(|| corrupt(digest, "is missing"))?;
        let parsed =
            steploom_asl::parse(&text).map_err(|_| corrupt(digest, "is no longer valid"))?;
        let machine = Arc::new(parsed.machine);
        self.checked.keep(digest, machine.clone(), generation);
        Ok(machine)
    }
}

fn corrupt(digest: Digest, what: &str) -> Error {
    StoreError::Corrupt(format!("definition {digest} {what}")).into()
}
