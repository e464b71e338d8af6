//! The time of day as a simulated process sees it: the world's time, and what somebody set its clock
//! forward by.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use steploom_types::Timestamp;
use tokio::time::Instant;

/// When every simulation begins: 2026-01-01, in milliseconds since 1970.
pub(crate) const EPOCH_MS: i64 = 1_767_225_600_000;

/// By how much the clocks of all hosts were set forward.
#[derive(Clone, Default)]
pub(crate) struct Jumps(Arc<AtomicI64>);

impl Jumps {
    pub(crate) fn jump(&self, ms: i64) {
        self.0.fetch_add(ms, Ordering::Relaxed);
    }

    pub(crate) fn sum_ms(&self) -> i64 {
        self.0.load(Ordering::Relaxed)
    }
}

/// One process's clock. It follows the time of the process's own runtime, which stands still while the
/// process is frozen.
pub(crate) struct Clock {
    born: Instant,
    born_ms: u64,
    jumps: Jumps,
}

impl Clock {
    /// The clock of a process that is born now, within its runtime, `born_ms` after the beginning.
    pub(crate) fn new(born_ms: u64, jumps: Jumps) -> Self {
        Self {
            born: Instant::now(),
            born_ms,
            jumps,
        }
    }

    /// Milliseconds of the world since the beginning.
    pub(crate) fn world_ms(&self) -> u64 {
        self.born_ms + self.born.elapsed().as_millis() as u64
    }
}

impl steploom_worker::Clock for Clock {
    fn now(&self) -> Timestamp {
        Timestamp::from_millis(EPOCH_MS + self.world_ms() as i64 + self.jumps.sum_ms())
    }
}
