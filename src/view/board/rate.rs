//! How many tasks a second, over the last few seconds.

use std::collections::VecDeque;

use steploom_types::Timestamp;

/// Seconds over which the rate is taken: long enough to be calm, short enough to follow a change.
const WINDOW_SECONDS: i64 = 5;

/// Counts by second; holds at most as many seconds as the window has.
#[derive(Debug, Default)]
pub(crate) struct Rate {
    /// The second, and how many fell into it.
    seconds: VecDeque<(i64, u64)>,
    first_ms: Option<i64>,
}

impl Rate {
    /// Counts one.
    pub(crate) fn add(&mut self, at: Timestamp) {
        let second = at.as_millis() / 1_000;
        self.first_ms.get_or_insert(at.as_millis());
        match self.seconds.back_mut() {
            Some((last, count)) if *last >= second => *count += 1,
            _ => self.seconds.push_back((second, 1)),
        }
        while self.seconds.len() > WINDOW_SECONDS as usize + 1 {
            self.seconds.pop_front();
        }
    }

    /// How many a second at `now`; 0 before the first.
    pub(crate) fn per_second(&self, now: Timestamp) -> f64 {
        let Some(first_ms) = self.first_ms else {
            return 0.0;
        };
        let since_ms = (now.as_millis() - WINDOW_SECONDS * 1_000).max(first_ms);
        let counted: u64 = self
            .seconds
            .iter()
            .filter(|(second, _)| *second >= since_ms / 1_000)
            .map(|(_, count)| count)
            .sum();
        let window_s = (now.as_millis() - since_ms / 1_000 * 1_000).max(1_000) as f64 / 1_000.0;
        counted as f64 / window_s
    }
}
