//! Between a process and the world: every call to the store passes here, and meets what is switched on
//! against it. A process that died passes nothing any more.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use steploom_store::{Error, Result};
use tokio::sync::Notify;

use crate::fault::{Fate, Op};
use crate::time::Clock;
use crate::world::World;

/// The gate of one life of one process.
pub(crate) struct Gate {
    pub(crate) world: Arc<World>,
    pub(crate) process: usize,
    pub(crate) clock: Arc<Clock>,
    is_dead: AtomicBool,
    died: Notify,
}

impl Gate {
    pub(crate) fn new(world: Arc<World>, process: usize, clock: Arc<Clock>) -> Self {
        Self {
            world,
            process,
            clock,
            is_dead: AtomicBool::new(false),
            died: Notify::new(),
        }
    }

    pub(crate) fn is_dead(&self) -> bool {
        self.is_dead.load(Ordering::Relaxed)
    }

    /// Waits until the process dies at some call.
    pub(crate) async fn died(&self) {
        self.died.notified().await;
    }

    /// Nothing of this process has an effect any more.
    pub(crate) fn kill(&self) {
        self.is_dead.store(true, Ordering::Relaxed);
        self.died.notify_one();
    }

    /// Makes a call of the store, or does not, or says that it did not.
    pub(crate) async fn pass<T>(
        &self,
        op: Op,
        detail: u64,
        call: impl Future<Output = Result<T>>,
    ) -> Result<T> {
        self.arrive().await;
        let verdict = self.world.lock().judge(self.process, op);
        if verdict.before_ms > 0 {
            tokio::time::sleep(Duration::from_millis(verdict.before_ms)).await;
            self.arrive().await;
        }
        let result = match verdict.fate {
            Fate::Well => call.await,
            Fate::Fails(why) => Err(Error::Unavailable(why.to_owned())),
            Fate::Misread => Err(Error::Corrupt("a read that went wrong".to_owned())),
            Fate::Lost => {
                // It is done, and nobody is told.
                let _ = call.await;
                Err(Error::Unavailable("the connection was reset".to_owned()))
            }
            Fate::DiesBefore => self.die(op).await,
            Fate::DiesAfter => {
                let _ = call.await;
                self.die(op).await
            }
        };
        {
            let mut inner = self.world.lock();
            let well = u64::from(result.is_ok());
            inner.event(op.name(), &[self.process as u64, detail, well]);
        }
        if verdict.after_ms > 0 {
            tokio::time::sleep(Duration::from_millis(verdict.after_ms)).await;
            self.arrive().await;
        }
        result
    }

    /// Tells the world what time it is; never returns in a process that is dead.
    pub(crate) async fn arrive(&self) {
        if self.is_dead() {
            return std::future::pending().await;
        }
        self.world.reach(self.clock.world_ms());
    }

    async fn die<T>(&self, op: Op) -> Result<T> {
        let process = self.process as u64;
        self.world.lock().event("dies-at", &[process, op as u64]);
        self.kill();
        std::future::pending().await
    }
}
