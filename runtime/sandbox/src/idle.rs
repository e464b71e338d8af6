//! Instances that wait for another call: a function that asks for it ([`Reuse`]) is called again in the instance
//! of an earlier call, of the same version and with the same settings. Programs alone are: their runtimes read
//! what differs between calls anew.
//!
//! What waits holds memory of the sandbox's budget, and gives it up when a call would have to wait for room.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use steploom_types::{AccountId, Digest, Name};
use tokio::sync::OwnedSemaphorePermit;
use wasmtime::Store;

use crate::guest::Guest;
use crate::kind::Place;
use crate::{Call, Limits, Reuse};

/// Between two looks for instances that have grown too old.
const LOOK_INTERVAL: Duration = Duration::from_secs(1);

/// An instance, and how it was used.
pub(crate) struct Warm {
    pub(crate) store: Store<Guest>,
    /// Where it is; nowhere before its first call.
    pub(crate) place: Option<Place>,
    uses: u32,
    made: Instant,
}

/// The instances that wait; clones share them.
#[derive(Clone)]
pub(crate) struct Idle(Arc<Mutex<Waiting>>);

struct Waiting {
    /// Oldest first.
    kept: Vec<Kept>,
    count_max: usize,
    /// Whether somebody looks for old ones.
    is_tended: bool,
}

struct Kept {
    owner: Owner,
    warm: Warm,
    until: Instant,
    _memory: OwnedSemaphorePermit,
}

/// Whose calls an instance serves.
#[derive(PartialEq, Eq)]
struct Owner {
    account: AccountId,
    function: Name,
    version: u32,
    module: Digest,
    limits: Limits,
    environment: Arc<[(String, String)]>,
    volumes: Vec<(Name, String)>,
}

impl Owner {
    fn of(call: &Call) -> Self {
        Self {
            account: call.context.account,
            function: call.context.function.clone(),
            version: call.context.version,
            module: call.module,
            limits: call.limits,
            environment: Arc::clone(&call.environment),
            volumes: call.volumes.clone(),
        }
    }
}

impl Warm {
    /// One that was not called yet.
    pub(crate) fn new(store: Store<Guest>) -> Self {
        Self {
            store,
            place: None,
            uses: 0,
            made: Instant::now(),
        }
    }

    /// Whether it has served its time, or half of its memory is taken.
    fn is_worn(&self, call: &Call, reuse: Reuse) -> bool {
        let memory = self.store.data().limiter.memory_bytes();
        self.uses >= reuse.uses_max
            || self.made.elapsed() >= Duration::from_secs(reuse.seconds_max.into())
            || memory > call.limits.memory_bytes_max / 2
    }
}

impl Idle {
    pub(crate) fn new(count_max: usize) -> Self {
        Self(Arc::new(Mutex::new(Waiting {
            kept: Vec::new(),
            count_max,
            is_tended: false,
        })))
    }

    /// The instance that served this function last.
    pub(crate) fn take(&self, call: &Call) -> Option<Warm> {
        call.reuse?;
        let owner = Owner::of(call);
        let mut waiting = self.lock();
        let at = waiting.kept.iter().rposition(|kept| kept.owner == owner)?;
        let kept = waiting.kept.remove(at);
        drop(waiting);
        (Instant::now() < kept.until).then_some(kept.warm)
    }

    /// Keeps an instance after a call that went well, unless it is worn or there is no room; `memory` takes bytes
    /// of the sandbox's budget.
    pub(crate) fn keep(
        &self,
        call: &Call,
        mut warm: Warm,
        memory: impl FnOnce(u64) -> Option<OwnedSemaphorePermit>,
    ) {
        warm.uses += 1;
        let Some(reuse) = call.reuse else { return };
        if warm.is_worn(call, reuse) {
            return;
        }
        let Some(memory) = memory(warm.store.data().limiter.memory_bytes()) else {
            return;
        };
        warm.store.data_mut().forget();
        let kept = Kept {
            owner: Owner::of(call),
            until: warm.made + Duration::from_secs(reuse.seconds_max.into()),
            warm,
            _memory: memory,
        };
        let mut waiting = self.lock();
        waiting.kept.push(kept);
        let oldest = (waiting.kept.len() > waiting.count_max).then(|| waiting.kept.remove(0));
        let begins = !waiting.is_tended;
        waiting.is_tended = true;
        drop(waiting);
        drop(oldest);
        if begins {
            tokio::spawn(self.clone().tend());
        }
    }

    /// Gives up all of them.
    pub(crate) fn clear(&self) {
        let gone = std::mem::take(&mut self.lock().kept);
        drop(gone);
    }

    /// How many wait.
    pub(crate) fn len(&self) -> usize {
        self.lock().kept.len()
    }

    /// Removes those that are too old, until none is left.
    async fn tend(self) {
        loop {
            tokio::time::sleep(LOOK_INTERVAL).await;
            let mut waiting = self.lock();
            let now = Instant::now();
            let gone: Vec<_> = waiting
                .kept
                .extract_if(.., |kept| kept.until <= now)
                .collect();
            waiting.is_tended = !waiting.kept.is_empty();
            let ends = !waiting.is_tended;
            drop(waiting);
            drop(gone);
            if ends {
                return;
            }
        }
    }

    fn lock(&self) -> MutexGuard<'_, Waiting> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
