//! The store in memory: for tests and simulation. Nothing survives the process.
//!
//! Plain ordered maps behind mutexes, no clock but the one it is given, no order by chance: the same
//! calls give the same answers.

mod catalog;
mod journal;
mod key;
mod keyvalue;
mod projection;
mod schedule;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use steploom_types::{ExecutionId, ShardId, limits};

use crate::journal::Lsn;
use crate::{Clock, Store};

/// Closed executions after which a new partition begins.
pub const PARTITION_ROWS: u64 = 100_000;

/// Opens an empty store whose leases never run out.
pub fn open() -> Store {
    Memory::new(Clock::manual()).store()
}

/// A store in memory, with what tests need to get at it from behind.
#[derive(Clone)]
pub struct Memory {
    log: Arc<Mutex<journal::Log>>,
    executions: Arc<Mutex<projection::Executions>>,
    catalog: Arc<Mutex<catalog::Entries>>,
    schedules: Arc<Mutex<schedule::Rows>>,
    keyvalues: Arc<Mutex<keyvalue::Values>>,
}

impl Memory {
    /// An empty store whose leases run out by `clock`.
    pub fn new(clock: Clock) -> Self {
        Self::with_shards(clock, limits::SHARDS)
    }

    /// The same with so many shards, 1 at least.
    pub fn with_shards(clock: Clock, shards: u16) -> Self {
        Self {
            log: Arc::new(Mutex::new(journal::Log::new(clock, shards))),
            executions: Arc::new(Mutex::new(projection::Executions::new(PARTITION_ROWS))),
            catalog: Arc::default(),
            schedules: Arc::default(),
            keyvalues: Arc::default(),
        }
    }

    /// The same, where a new partition begins after so many closed executions.
    #[must_use]
    pub fn with_partitions_of(self, rows: u64) -> Self {
        *lock(&self.executions) = projection::Executions::new(rows);
        self
    }

    /// Its parts. Every call gives the same contents: opening it again is a restart of the worker
    /// on the same database.
    pub fn store(&self) -> Store {
        Store {
            journal: Arc::new(self.clone()),
            projection: Arc::new(self.clone()),
            catalog: Arc::new(self.clone()),
            keys: Arc::new(self.clone()),
            audit: Arc::new(self.clone()),
            leases: Arc::new(self.clone()),
            schedules: Arc::new(self.clone()),
            keyvalues: Arc::new(self.clone()),
        }
    }

    /// Flips a bit of a record, as a bad disk does. Whether there is such a record.
    pub fn flip_record(&self, shard: ShardId, lsn: Lsn) -> bool {
        lock(&self.log).flip(shard, lsn)
    }

    /// Flips a bit of an execution's first chunk. Whether it has one.
    pub fn flip_chunk(&self, id: ExecutionId) -> bool {
        lock(&self.executions).flip_chunk(id)
    }
}

/// Every change below is made whole or not at all, so a lock that a panic poisoned is good.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests;
