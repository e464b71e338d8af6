//! The times at which a schedule is due.

use steploom_types::Timestamp;

use crate::expression::Expression;
use crate::zone::{Gap, Zone};

/// Local times that one search looks at which lie before the instant asked for, or in a gap that is
/// skipped: a whole day of minutes and more.
const LOOKS_MAX: usize = 4_000;

/// All times at which a schedule is due, jitter aside.
#[derive(Clone, Debug)]
pub struct Times {
    /// What names them.
    pub expression: Expression,
    /// The zone of its local times.
    pub zone: Zone,
    /// What becomes of local times that do not exist.
    pub gap: Gap,
    /// When a rate is due first, if `start_at` does not say it: when the schedule was made, or its
    /// expression changed.
    pub anchor: Timestamp,
    /// None before this.
    pub start_at: Option<Timestamp>,
    /// None after this.
    pub end_at: Option<Timestamp>,
}

impl Times {
    /// The first of them after `after`. Never before the anchor but for `at`, whose time is its time.
    pub fn next_after(&self, after: Timestamp) -> Option<Timestamp> {
        let before = |at: Timestamp| Timestamp::from_millis(at.as_millis().saturating_sub(1));
        let after = self
            .start_at
            .map_or(after, |start| after.max(before(start)));
        let found = match &self.expression {
            Expression::At(civil) => {
                let due = self.zone.first(*civil, self.gap);
                due.filter(|due| *due > after)
            }
            Expression::Rate { period_ms } => self.next_of_rate(after, *period_ms),
            Expression::Cron(cron) => {
                let mut civil = self.zone.civil(after);
                let mut found = None;
                for _ in 0..LOOKS_MAX {
                    let Some(next) = cron.next(civil) else {
                        break;
                    };
                    found = self.zone.first(next, self.gap).filter(|due| *due > after);
                    if found.is_some() {
                        break;
                    }
                    civil = next;
                }
                found
            }
        };
        found.filter(|due| self.end_at.is_none_or(|end| *due <= end))
    }

    /// Those after `after`, in order.
    pub fn after(&self, after: Timestamp) -> impl Iterator<Item = Timestamp> + '_ {
        std::iter::successors(self.next_after(after), |due| self.next_after(*due))
    }

    fn next_of_rate(&self, after: Timestamp, period_ms: u64) -> Option<Timestamp> {
        let first = self.start_at.unwrap_or(self.anchor);
        if after < first {
            return Some(first);
        }
        let passed = after.millis_since(first) / period_ms + 1;
        let next = first.plus_millis(passed.checked_mul(period_ms)?);
        // At the end of time it stands still.
        (next > after).then_some(next)
    }
}
