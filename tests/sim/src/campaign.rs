//! Many seeds, each run twice: both must end in the same hash, and no oracle may object.

use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};

use steploom_probe::{Bug, Mark};

use crate::{Outcome, Plan, simulate};

/// Hours after which every mark must have been passed.
pub const MARKS_HOURS_MIN: u64 = 100;

/// Marks that no seed comes by, and why.
pub const UNREACHED: &[(Mark, &str)] = &[];

/// What is to be simulated.
#[derive(Clone, Copy, Debug)]
pub struct Campaign {
    /// The first seed.
    pub seed: u64,
    /// How many seeds: hours, if a seed is an hour.
    pub hours: u64,
    /// Minutes of load and faults in a seed.
    pub minutes: u64,
    /// Threads, of which each runs a seed at a time.
    pub threads: usize,
}

/// What came of it.
#[derive(Debug, Default)]
pub struct Report {
    /// Hours of load and faults, each counted once.
    pub hours: u64,
    /// Milliseconds simulated, with what it took everything to end.
    pub simulated_ms: u64,
    /// Executions committed.
    pub executions: u64,
    /// The fewest executions in one hour.
    pub executions_min: u64,
    /// How often each kind of fault came to pass.
    pub faults: BTreeMap<&'static str, u64>,
    /// The fewest faults in one hour.
    pub faults_min: u64,
    /// How often each mark was passed.
    pub marks: BTreeMap<Mark, u64>,
    /// The first seed that failed, and why.
    pub failure: Option<Failure>,
}

/// A seed that failed.
#[derive(Debug)]
pub struct Failure {
    /// Which.
    pub seed: u64,
    /// What should not have happened.
    pub why: Vec<String>,
}

impl Report {
    /// Marks that were never passed, though some seed should.
    pub fn missed(&self) -> Vec<Mark> {
        let is_missed = |mark: &&Mark| {
            !self.marks.contains_key(mark) && !UNREACHED.iter().any(|(known, _)| known == *mark)
        };
        Mark::ALL.iter().filter(is_missed).copied().collect()
    }

    fn add(&mut self, outcome: &Outcome) {
        let faults: u64 = outcome.faults.values().sum();
        if self.hours == 0 {
            (self.executions_min, self.faults_min) = (u64::MAX, u64::MAX);
        }
        self.hours += 1;
        self.simulated_ms += outcome.simulated_ms;
        self.executions += outcome.executions;
        self.executions_min = self.executions_min.min(outcome.executions);
        self.faults_min = self.faults_min.min(faults);
        for (name, count) in &outcome.faults {
            *self.faults.entry(name).or_default() += count;
        }
        for (mark, count) in &outcome.marks {
            *self.marks.entry(*mark).or_default() += count;
        }
    }
}

/// Runs a campaign until its end, or until a seed fails. `told` is called after every seed with how many
/// are done.
///
/// A mark that is passed a few times in hundreds of hours is missed in some runs though nothing is wrong: as long
/// as one is missing, a long run goes on, for as many hours again at the most.
pub fn run(campaign: Campaign, told: impl Fn(u64) + Sync) -> Report {
    let next = AtomicU64::new(campaign.seed);
    let end = campaign.seed + campaign.hours;
    let is_long = campaign.hours >= MARKS_HOURS_MIN;
    let more = if is_long { campaign.hours } else { 0 };
    let has_failed = AtomicBool::new(false);
    let report = Mutex::new(Report::default());
    std::thread::scope(|scope| {
        for _ in 0..campaign.threads.max(1) {
            scope.spawn(|| {
                while !has_failed.load(Ordering::Relaxed) {
                    let seed = next.fetch_add(1, Ordering::Relaxed);
                    if seed >= end + more || (seed >= end && has_all(&report)) {
                        return;
                    }
                    let result = twice(seed, campaign.minutes);
                    let mut report = report.lock().unwrap_or_else(PoisonError::into_inner);
                    match result {
                        Ok(outcome) => report.add(&outcome),
                        Err(failure) => {
                            has_failed.store(true, Ordering::Relaxed);
                            if report.failure.as_ref().is_none_or(|f| f.seed > seed) {
                                report.failure = Some(failure);
                            }
                        }
                    }
                    told(report.hours);
                }
            });
        }
    });
    report.into_inner().unwrap_or_else(PoisonError::into_inner)
}

fn has_all(report: &Mutex<Report>) -> bool {
    let report = report.lock().unwrap_or_else(PoisonError::into_inner);
    report.missed().is_empty()
}

/// The plan of one seed of a campaign.
pub fn plan(seed: u64, minutes: u64) -> Plan {
    Plan {
        seed,
        minutes,
        bug: None,
        is_traced: false,
    }
}

/// Runs one seed, and once more.
///
/// # Errors
/// What the oracles object to, or that the second run was another one.
pub fn twice(seed: u64, minutes: u64) -> Result<Outcome, Failure> {
    let first = simulate(plan(seed, minutes));
    if !first.violations.is_empty() {
        return Err(Failure {
            seed,
            why: first.violations,
        });
    }
    let second = simulate(plan(seed, minutes));
    if first.hash != second.hash {
        let why = format!(
            "two runs of this seed differ: {:016x} and {:016x}",
            first.hash, second.hash
        );
        return Err(Failure {
            seed,
            why: vec![why],
        });
    }
    Ok(first)
}

/// The first of these seeds that finds a planted bug, and what it finds. A seed that finds something
/// without the bug proves nothing.
pub fn find(bug: Bug, seeds: Range<u64>, minutes: u64) -> Option<(u64, Outcome)> {
    seeds.into_iter().find_map(|seed| {
        let plan = plan(seed, minutes);
        let bug = Some(bug);
        let outcome = simulate(Plan { bug, ..plan });
        let is_found = !outcome.violations.is_empty() && simulate(plan).violations.is_empty();
        is_found.then_some((seed, outcome))
    })
}
