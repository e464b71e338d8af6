//! What all simulated processes share: the trace, the faults that are switched on, what was committed,
//! what functions were called.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::{Mutex, MutexGuard, PoisonError};

use steploom_types::Json;

use crate::ask::Reply;
use crate::fault::{Faults, Op, Verdict};
use crate::model::Model;
use crate::network::{Network, Return};
use crate::time::Jumps;
use crate::trace::Trace;

/// The world of one seed. One thread lives in it.
pub(crate) struct World {
    inner: Mutex<Inner>,
    pub(crate) jumps: Jumps,
    /// The clock of leases.
    pub(crate) leases: steploom_store::Clock,
    pub(crate) seed: u64,
}

pub(crate) struct Inner {
    /// Milliseconds since the beginning, as of the newest step of any process.
    pub(crate) now_ms: u64,
    pub(crate) trace: Trace,
    pub(crate) faults: Faults,
    pub(crate) model: Model,
    pub(crate) network: Network,
    /// Answers to requests, by their numbers, that the driver has not looked at.
    pub(crate) replies: VecDeque<(u64, Reply)>,
    /// What a process leaves behind that dies.
    pub(crate) orphans: Orphans,
    /// Tokens that functions handed out.
    pub(crate) tokens: VecDeque<String>,
    /// Every attempt at a function: what it was given, and how often it was made.
    pub(crate) attempts: BTreeMap<String, Tried>,
    /// Attempts that may be made once, and were.
    pub(crate) once: BTreeSet<String>,
    /// Calls that run now.
    pub(crate) running: u64,
    /// What should not have happened.
    pub(crate) violations: Vec<String>,
}

/// What a process leaves behind that dies. Its runtime drops its tasks in no order that a seed decides.
#[derive(Default)]
pub(crate) struct Orphans {
    /// Requests of clients.
    pub(crate) requests: Vec<u64>,
    /// Questions of other processes.
    pub(crate) questions: Vec<Return>,
}

/// One attempt, as the functions saw it.
pub(crate) struct Tried {
    pub(crate) event: Json,
    pub(crate) times: u32,
}

impl World {
    pub(crate) fn new(seed: u64, is_traced: bool) -> Self {
        Self {
            inner: Mutex::new(Inner {
                now_ms: 0,
                trace: Trace::new(is_traced),
                faults: Faults::new(seed),
                model: Model::default(),
                network: Network::new(seed),
                replies: VecDeque::new(),
                orphans: Orphans::default(),
                tokens: VecDeque::new(),
                attempts: BTreeMap::new(),
                once: BTreeSet::new(),
                running: 0,
                violations: Vec::new(),
            }),
            jumps: Jumps::default(),
            leases: steploom_store::Clock::manual(),
            seed,
        }
    }

    pub(crate) fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Somebody has come to this time. The world's goes forward only: a process that was frozen is behind.
    pub(crate) fn reach(&self, now_ms: u64) {
        let mut inner = self.lock();
        if now_ms > inner.now_ms {
            self.leases.advance_ms(now_ms - inner.now_ms);
            inner.now_ms = now_ms;
        }
    }
}

impl Inner {
    /// A process has died: whoever waits for it hears so, in order.
    pub(crate) fn mourn(&mut self) {
        let Orphans {
            mut requests,
            mut questions,
        } = std::mem::take(&mut self.orphans);
        requests.sort_unstable();
        for request in requests {
            self.event("reply", &[request, Reply::Reset.digest()]);
            self.replies.push_back((request, Reply::Reset));
        }
        questions.sort_unstable_by_key(Return::number);
        for question in questions {
            self.network.break_off(self.now_ms, question);
        }
    }

    /// How a call to the store goes.
    pub(crate) fn judge(&mut self, process: usize, op: Op) -> Verdict {
        self.faults.judge(self.now_ms, process, op)
    }

    /// Something happened.
    pub(crate) fn event(&mut self, kind: &str, details: &[u64]) {
        self.trace.event(self.now_ms, kind, details);
    }

    /// Something happened that should not.
    pub(crate) fn violate(&mut self, what: String) {
        /// More of them tell nothing more.
        const VIOLATIONS_MAX: usize = 20;
        let now_ms = self.now_ms;
        self.trace.say(now_ms, || format!("VIOLATION {what}"));
        if self.violations.len() < VIOLATIONS_MAX {
            self.violations.push(what);
        }
    }
}
