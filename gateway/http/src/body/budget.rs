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
pub(crate) struct Budget {
    bytes: usize,
    left: Arc<Semaphore>,
}

/// A body's share; given back when dropped.
pub(crate) struct Held {
    share: Option<OwnedSemaphorePermit>,
}

impl Budget {
    /// A budget of so many bytes.
    pub(crate) fn new(bytes: usize) -> Self {
        let left = Arc::new(Semaphore::new(bytes / UNIT_BYTES));
        Self { bytes, left }
    }

    /// Takes the share of a body of at most `bytes`.
    ///
    /// # Errors
    /// `Exhausted` / `TooManyBodies`: too many large bodies are held; try again.
    pub(crate) fn hold(&self, bytes: usize) -> Result<Held, Error> {
        if bytes <= FREE_BYTES_MAX {
            return Ok(Held { share: None });
        }
        let units = u32::try_from(bytes.div_ceil(UNIT_BYTES)).unwrap_or(u32::MAX);
        match Arc::clone(&self.left).try_acquire_many_owned(units) {
            Ok(share) => Ok(Held { share: Some(share) }),
            Err(_) => Err(Error::new(
                Kind::Exhausted,
                "TooManyBodies",
                "too many large request bodies are being handled; try again shortly",
            )
            .with_retry_after(1)),
        }
    }

    /// Adds the share of what is made of a body to the body's own.
    ///
    /// # Errors
    /// As [`Self::hold`]; `Invalid` / `TooManyValues` for more than there ever is.
    pub(crate) fn grow(&self, held: &mut Held, bytes: usize) -> Result<(), Error> {
        if bytes > self.bytes {
            let message = format!(
                "the body has so many values that they would take {bytes} bytes of memory; all bodies together have {}",
                self.bytes
            );
            return Err(Error::invalid("TooManyValues", message));
        }
        let more = self.hold(bytes)?.share;
        match (&mut held.share, more) {
            (Some(share), Some(more)) => share.merge(more),
            (share, more) => *share = share.take().or(more),
        }
        Ok(())
    }
}
