//! What a case may not do: hang, or fill the memory.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread;
use std::time::Duration;

use anyhow::{Context, Result};
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

/// How long a case may take: far above what any limit of the product lets pass.
const HANG: Duration = Duration::from_secs(20);

/// Lets the process have no more than so much address space. Beyond it an allocation aborts the
/// process, which is a failure like any other.
pub(crate) fn limit_memory(bytes_max: u64) -> Result<()> {
    let limit = Rlimit {
        current: Some(bytes_max),
        maximum: getrlimit(Resource::As).maximum,
    };
    setrlimit(Resource::As, limit).context("the limit of memory cannot be set")
}

/// Looks on from a thread of its own, and ends the process when a case hangs.
pub(crate) struct Watch {
    case: Arc<AtomicU64>,
    done: Arc<AtomicBool>,
}

impl Watch {
    /// Begins to look on.
    pub(crate) fn begin(target: &'static str, seed: u64) -> Self {
        let watch = Self {
            case: Arc::new(AtomicU64::new(u64::MAX)),
            done: Arc::new(AtomicBool::new(false)),
        };
        let (case, done) = (Arc::clone(&watch.case), Arc::clone(&watch.done));
        thread::spawn(move || {
            let mut seen = u64::MAX;
            let mut waited = Duration::ZERO;
            let tick = Duration::from_millis(500);
            while !done.load(Ordering::Relaxed) {
                thread::sleep(tick);
                let now = case.load(Ordering::Relaxed);
                waited = if now == seen {
                    waited + tick
                } else {
                    Duration::ZERO
                };
                seen = now;
                if waited >= HANG {
                    eprintln!("{target} hangs at case {now} of seed {seed}");
                    std::process::exit(3);
                }
            }
        });
        watch
    }

    /// Runs a case.
    pub(crate) fn case<T>(&self, number: u64, run: impl FnOnce() -> T) -> T {
        self.case.store(number, Ordering::Relaxed);
        run()
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        self.done.store(true, Ordering::Relaxed);
    }
}
