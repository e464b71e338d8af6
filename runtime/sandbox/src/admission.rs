//! Who may run now: a bounded number of invocations, holding a bounded amount of memory, in the
//! order in which they came; a bounded number waits, for a bounded time.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::timeout;

/// What memory is counted in: a page of WebAssembly.
const UNIT_BYTES: u64 = 64 * 1024;

/// The door to the sandbox.
#[derive(Debug)]
pub(crate) struct Admission {
    instances: Arc<Semaphore>,
    instances_max: u32,
    memory: Arc<Semaphore>,
    memory_units: u32,
    waiting: AtomicUsize,
    queue_max: usize,
    queue_wait_max: Duration,
}

/// The right to run one invocation; given back when dropped.
#[derive(Debug)]
pub(crate) struct Permit {
    _instance: OwnedSemaphorePermit,
    _memory: OwnedSemaphorePermit,
}

/// The queue is full, or the wait was too long.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Full {
    /// When trying again makes sense, in seconds.
    pub(crate) retry_after_s: u32,
}

impl Admission {
    pub(crate) fn new(
        instances_max: u32,
        memory_bytes: u64,
        queue_max: usize,
        queue_wait_max: Duration,
    ) -> Self {
        let memory_units = units(memory_bytes).max(1);
        Self {
            instances: Arc::new(Semaphore::new(instances_max as usize)),
            instances_max,
            memory: Arc::new(Semaphore::new(memory_units as usize)),
            memory_units,
            waiting: AtomicUsize::new(0),
            queue_max,
            queue_wait_max,
        }
    }

    /// Waits for the right to hold so many bytes of memory. What asks for more than there is runs
    /// alone. Dropping the future gives up the place in the queue.
    pub(crate) async fn enter(&self, memory_bytes: u64) -> Result<Permit, Full> {
        let units = units(memory_bytes).clamp(1, self.memory_units);
        // Whoever finds others waiting waits behind them.
        if self.waiting.load(Ordering::Acquire) == 0
            && let Some(permit) = self.try_enter(units)
        {
            return Ok(permit);
        }
        let _place = self.queue()?;
        timeout(self.queue_wait_max, self.wait(units))
            .await
            .map_err(|_| self.full())
    }

    /// Whether a call that may hold so many bytes could run at once.
    pub(crate) fn has_room(&self, memory_bytes: u64) -> bool {
        let units = units(memory_bytes).clamp(1, self.memory_units) as usize;
        self.instances.available_permits() > 0 && self.memory.available_permits() >= units
    }

    /// The right to hold so many bytes while nothing runs, if nobody else needs them.
    pub(crate) fn hold(&self, memory_bytes: u64) -> Option<OwnedSemaphorePermit> {
        if self.waiting.load(Ordering::Acquire) > 0 {
            return None;
        }
        let memory = Arc::clone(&self.memory);
        memory.try_acquire_many_owned(units(memory_bytes)).ok()
    }

    /// Invocations that run.
    pub(crate) fn running(&self) -> u32 {
        self.instances_max
            .saturating_sub(self.instances.available_permits() as u32)
    }

    /// Invocations that wait.
    pub(crate) fn waiting(&self) -> u32 {
        self.waiting.load(Ordering::Relaxed) as u32
    }

    /// Bytes that those which run may hold.
    pub(crate) fn memory_bytes(&self) -> u64 {
        let free = self.memory.available_permits() as u64;
        u64::from(self.memory_units).saturating_sub(free) * UNIT_BYTES
    }

    fn try_enter(&self, units: u32) -> Option<Permit> {
        Some(Permit {
            _instance: Arc::clone(&self.instances).try_acquire_owned().ok()?,
            _memory: Arc::clone(&self.memory)
                .try_acquire_many_owned(units)
                .ok()?,
        })
    }

    async fn wait(&self, units: u32) -> Permit {
        let never_closed = "nobody closes the semaphores";
        let instance = Arc::clone(&self.instances).acquire_owned().await;
        let memory = Arc::clone(&self.memory).acquire_many_owned(units).await;
        Permit {
            _instance: instance.expect(never_closed),
            _memory: memory.expect(never_closed),
        }
    }

    fn queue(&self) -> Result<Place<'_>, Full> {
        let ahead = self.waiting.fetch_add(1, Ordering::AcqRel);
        let place = Place(&self.waiting);
        if ahead >= self.queue_max {
            return Err(self.full());
        }
        Ok(place)
    }

    fn full(&self) -> Full {
        Full {
            retry_after_s: u32::try_from(self.queue_wait_max.as_secs())
                .unwrap_or(u32::MAX)
                .clamp(1, 60),
        }
    }
}

/// A place in the queue, left when dropped.
struct Place<'a>(&'a AtomicUsize);

impl Drop for Place<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::AcqRel);
    }
}

fn units(bytes: u64) -> u32 {
    // tokio's semaphore takes fewer than 2^32 permits at a time; 2^28 pages are 16 TiB.
    u32::try_from(bytes.div_ceil(UNIT_BYTES)).map_or(1 << 28, |units| units.min(1 << 28))
}

#[cfg(test)]
mod tests;
