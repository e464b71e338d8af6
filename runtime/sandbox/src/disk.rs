//! `/tmp` of an invocation: a folder of its own on the host, gone when the invocation is, and a
//! quota that bounds what it can ever hold.
//!
//! WASI's folders have no quota, so the host functions that make files grow are wrapped, for
//! preview 1 and for 0.2. The rule is the same for both and easy to keep: each byte that is
//! written counts, each byte by which a file is otherwise made longer, and [`ENTRY_BYTES`] for each
//! file, folder or link. Nothing is given back, so whatever a guest truncates, deletes or keeps
//! open after deleting it, the disk never holds more than was counted.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

pub(crate) mod preview1;
pub(crate) mod preview2;
pub(crate) mod scratch;

/// What a file, folder or link counts besides its bytes: what file systems take at least.
const ENTRY_BYTES: u64 = 4096;

/// What is left of an invocation's scratch disk; clones share it.
#[derive(Clone, Debug)]
pub(crate) struct Quota(Arc<Counter>);

#[derive(Debug)]
struct Counter {
    bytes_max: u64,
    bytes: AtomicU64,
    refused: AtomicBool,
}

impl Quota {
    pub(crate) fn new(bytes_max: u64) -> Self {
        Self(Arc::new(Counter {
            bytes_max,
            bytes: AtomicU64::new(0),
            refused: AtomicBool::new(false),
        }))
    }

    /// Takes so many bytes, or none and answers that there are not as many.
    fn take(&self, bytes: u64) -> bool {
        let taken = self
            .0
            .bytes
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, |used| {
                used.checked_add(bytes)
                    .filter(|sum| *sum <= self.0.bytes_max)
            });
        if taken.is_err() {
            self.0.refused.store(true, Ordering::Relaxed);
        }
        taken.is_ok()
    }

    /// Whether nothing was written, and no file, folder or link made.
    pub(crate) fn is_untouched(&self) -> bool {
        self.0.bytes.load(Ordering::Relaxed) == 0 && self.refused().is_none()
    }

    /// The limit, if the guest ran into it.
    pub(crate) fn refused(&self) -> Option<u64> {
        self.0
            .refused
            .load(Ordering::Relaxed)
            .then_some(self.0.bytes_max)
    }
}

#[cfg(test)]
mod tests;
