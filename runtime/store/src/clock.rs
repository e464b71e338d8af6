//! The clock of leases in a store that belongs to one process.
//!
//! Where several processes share a database, its own clock decides; this one is for the stores
//! that have none: in memory, and SQLite under its lock. It only ever goes forward, whatever
//! happens to the time of day.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;

/// Milliseconds since some instant. Clones tell the same time.
#[derive(Clone, Debug)]
pub struct Clock(Source);

#[derive(Clone, Debug)]
enum Source {
    System(Instant),
    Manual(Arc<AtomicU64>),
}

impl Clock {
    /// The computer's monotonic clock.
    pub fn system() -> Self {
        Self(Source::System(Instant::now()))
    }

    /// A clock that stands still until [`Clock::advance_ms`] moves it: for tests and simulation.
    pub fn manual() -> Self {
        Self(Source::Manual(Arc::default()))
    }

    /// What it shows.
    pub fn now_ms(&self) -> u64 {
        match &self.0 {
            Source::System(start) => u64::try_from(start.elapsed().as_millis()).unwrap_or(u64::MAX),
            Source::Manual(now) => now.load(Ordering::Relaxed),
        }
    }

    /// Moves a manual clock forward; the computer's own goes on as it was.
    pub fn advance_ms(&self, ms: u64) {
        if let Source::Manual(now) = &self.0 {
            now.fetch_add(ms, Ordering::Relaxed);
        }
    }
}
