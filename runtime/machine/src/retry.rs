//! When a failed state is tried again: which rule matches, and how long to wait.

use steploom_asl::model::Retrier;
use steploom_types::limits;

use crate::{chance, snapshot};

/// The error that `States.ALL` does not match: a mistake in the definition or its data.
pub(crate) const RUNTIME: &str = "States.Runtime";
/// A task or an execution took too long.
pub(crate) const TIMEOUT: &str = "States.Timeout";
/// Whether the task ran is not known, so only a rule that names this error may act on it.
pub const OUTCOME_UNKNOWN: &str = "Function.OutcomeUnknown";

/// What the rules of one visit to a state did so far.
#[derive(Debug, Default)]
pub(crate) struct Retries {
    /// Retries of all rules together.
    pub(crate) count: u32,
    /// Per rule; empty until the first retry.
    rules: Vec<Used>,
}

#[derive(Clone, Copy, Debug, Default)]
struct Used {
    attempts: u32,
    /// The next wait, before its bound and its jitter.
    next_seconds: f64,
}

impl Retries {
    /// Milliseconds to wait before the next attempt; `None` if there is to be none. `random` is
    /// for jitter.
    pub(crate) fn next_delay_ms(
        &mut self,
        rules: &[Retrier],
        error: Option<&str>,
        random: u64,
    ) -> Option<u64> {
        let position = rules.iter().position(|rule| matches(&rule.errors, error))?;
        let rule = &rules[position];
        if self.rules.is_empty() {
            self.rules.resize(rules.len(), Used::default());
        }
        let used = &mut self.rules[position];
        if used.attempts >= rule.attempts_max {
            return None;
        }
        let seconds = if used.attempts == 0 {
            f64::from(rule.interval_seconds)
        } else {
            used.next_seconds
        };
        used.attempts += 1;
        used.next_seconds = (seconds * rule.backoff_rate).min(limits::EXECUTION_SECONDS_MAX as f64);
        self.count += 1;
        Some(delay_ms(rule, seconds, random))
    }
}

fn delay_ms(rule: &Retrier, seconds: f64, random: u64) -> u64 {
    let most = rule
        .delay_seconds_max
        .map_or(limits::EXECUTION_SECONDS_MAX as f64, f64::from);
    let ms = (seconds.min(most) * 1000.0).round() as u64;
    if rule.jitter {
        chance::at_most(random, ms)
    } else {
        ms
    }
}

/// Whether a rule's `ErrorEquals` matches a failure's error name.
///
/// `States.Runtime` is matched by nothing, not even by its name. A failure without a name is
/// matched by `States.ALL` alone. `States.TaskFailed` stands for every name but `States.Timeout`.
pub fn matches(errors: &[String], error: Option<&str>) -> bool {
    let Some(error) = error else {
        return errors.iter().any(|name| name == "States.ALL");
    };
    if error == RUNTIME {
        return false;
    }
    errors.iter().any(|name| {
        name == error
            || error != OUTCOME_UNKNOWN
                && (name == "States.ALL" || name == "States.TaskFailed" && error != TIMEOUT)
    })
}

snapshot::fields!(Retries { count, rules });
snapshot::fields!(Used {
    attempts,
    next_seconds,
});
