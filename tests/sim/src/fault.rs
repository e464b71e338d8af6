//! What the simulated store does to those who call it.

use std::collections::BTreeMap;

use crate::lots::Lots;

/// A kind of call to the store.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Op {
    Append,
    ReadJournal,
    Trim,
    Checkpoint,
    Read,
    ReadCatalog,
    WriteCatalog,
    Lease,
    /// Of another process.
    Ask,
}

impl Op {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Append => "append",
            Self::ReadJournal => "read-journal",
            Self::Trim => "trim",
            Self::Checkpoint => "checkpoint",
            Self::Read => "read",
            Self::ReadCatalog => "read-catalog",
            Self::WriteCatalog => "write-catalog",
            Self::Lease => "lease",
            Self::Ask => "ask",
        }
    }

    fn writes(self) -> bool {
        matches!(
            self,
            Self::Append | Self::Trim | Self::Checkpoint | Self::WriteCatalog
        )
    }
}

/// What becomes of a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fate {
    Well,
    /// Nothing is done.
    Fails(&'static str),
    /// What is read does not pass its check, this time.
    Misread,
    /// It is done, and the caller is told that it was not.
    Lost,
    /// The process dies, and nothing is done.
    DiesBefore,
    /// It is done, and the process dies.
    DiesAfter,
}

/// How a call goes.
pub(crate) struct Verdict {
    pub(crate) before_ms: u64,
    pub(crate) fate: Fate,
    pub(crate) after_ms: u64,
}

/// What is switched on.
pub(crate) struct Faults {
    lots: Lots,
    /// Out of a hundred calls so many take a few milliseconds, also when nothing is wrong.
    latency_percent: u64,
    /// Until when a process does not reach the store.
    cuts: BTreeMap<usize, u64>,
    disk_full_until: u64,
    slow_until: u64,
    /// Each happens to the next such call.
    waiting: Vec<(&'static str, Op, Fate)>,
    /// How often each kind of fault came to pass.
    pub(crate) met: BTreeMap<&'static str, u64>,
}

/// The longest that a slow store takes for one way of a call.
const SLOW_MS_MAX: u64 = 4_000;

impl Faults {
    pub(crate) fn new(seed: u64) -> Self {
        let mut lots = Lots::of(seed, "store");
        let latency_percent = *lots.pick(&[0, 5, 30]);
        Self {
            lots,
            latency_percent,
            cuts: BTreeMap::new(),
            disk_full_until: 0,
            slow_until: 0,
            waiting: Vec::new(),
            met: BTreeMap::new(),
        }
    }

    /// A fault came to pass.
    pub(crate) fn count(&mut self, name: &'static str) {
        *self.met.entry(name).or_default() += 1;
    }

    /// The next such call meets this fate.
    pub(crate) fn wait_for(&mut self, name: &'static str, op: Op, fate: Fate) {
        self.waiting.push((name, op, fate));
    }

    pub(crate) fn cut(&mut self, process: usize, until_ms: u64) {
        self.cuts.insert(process, until_ms);
    }

    pub(crate) fn fill_disk(&mut self, until_ms: u64) {
        self.disk_full_until = until_ms;
    }

    pub(crate) fn slow(&mut self, until_ms: u64) {
        self.slow_until = until_ms;
    }

    /// Nothing is wrong from now on.
    pub(crate) fn stop(&mut self) {
        self.cuts.clear();
        self.waiting.clear();
        (self.disk_full_until, self.slow_until) = (0, 0);
    }

    /// How a call of a process goes.
    pub(crate) fn judge(&mut self, now_ms: u64, process: usize, op: Op) -> Verdict {
        let (before_ms, after_ms) = (self.delay(now_ms), self.delay(now_ms));
        Verdict {
            before_ms,
            fate: self.fate(now_ms, process, op),
            after_ms,
        }
    }

    fn delay(&mut self, now_ms: u64) -> u64 {
        if now_ms < self.slow_until && self.lots.percent(50) {
            return self.lots.between(50, SLOW_MS_MAX);
        }
        if self.lots.percent(self.latency_percent) {
            return self.lots.between(1, 15);
        }
        0
    }

    fn fate(&mut self, now_ms: u64, process: usize, op: Op) -> Fate {
        let found = self.waiting.iter().position(|(_, of, _)| *of == op);
        if let Some(place) = found {
            let (name, _, fate) = self.waiting.remove(place);
            self.count(name);
            return fate;
        }
        if op == Op::Ask {
            return Fate::Well;
        }
        if self.cuts.get(&process).is_some_and(|until| now_ms < *until) {
            return Fate::Fails("the store does not answer");
        }
        if now_ms < self.disk_full_until && op.writes() {
            return Fate::Fails("the disk is full");
        }
        Fate::Well
    }
}
