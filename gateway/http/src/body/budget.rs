//! The memory that all larger bodies share, so that many at once cannot exhaust the process.

use std::sync::Arc;

use steploom_types::{Error, Kind};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// Bodies up to this many bytes are free: the limit on connections bounds them well enough, and the
/// hot path is spared.
const FREE_BYTES_MAX: usize = 64 * 1024;

/// The unit in which memory is counted, in bytes.
const UNIT_BYTES: usize = 1024;

/// How much memory for bodies is left.
pub(crate) struct Budget(Arc<Semaphore>);

/// A body's share; given back when dropped.
pub(crate) struct Held {
    _share: Option<OwnedSemaphorePermit>,
}

impl Budget {
    /// A budget of so many bytes.
    pub(crate) fn new(bytes: usize) -> Self {
        Self(Arc::new(Semaphore::new(bytes / UNIT_BYTES)))
    }

    /// Takes the share of a body of at most `bytes`.
    ///
    /// # Errors
    /// `Exhausted` / `TooManyBodies`: too many large bodies are held; try again.
    pub(crate) fn hold(&self, bytes: usize) -> Result<Held, Error> {
        if bytes <= FREE_BYTES_MAX {
            return Ok(Held { _share: None });
        }
        let units = u32::try_from(bytes.div_ceil(UNIT_BYTES)).unwrap_or(u32::MAX);
        match Arc::clone(&self.0).try_acquire_many_owned(units) {
            Ok(share) => Ok(Held {
                _share: Some(share),
            }),
            Err(_) => Err(Error::new(
                Kind::Exhausted,
                "TooManyBodies",
                "too many large request bodies are being handled; try again shortly",
            )
            .with_retry_after(1)),
        }
    }
}
