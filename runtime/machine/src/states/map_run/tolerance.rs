//! How many failures a map run takes.

use crate::snapshot;

/// Both limits, and what failed so far.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Tolerance {
    /// `ToleratedFailureCount`.
    pub(super) count: Option<u64>,
    /// `ToleratedFailurePercentage`.
    pub(super) percentage: Option<f64>,
    failed: u64,
}

impl Tolerance {
    pub(super) fn new(count: Option<u64>, percentage: Option<f64>) -> Self {
        Self {
            count,
            percentage,
            failed: 0,
        }
    }

    /// An iteration with so many items failed.
    pub(super) fn failed(&mut self, items: u64) {
        self.failed += items;
    }

    /// Nothing has failed yet.
    pub(super) fn begin_again(&mut self) {
        self.failed = 0;
    }

    /// Whether more has failed than is tolerated: more than either limit that is set, and none at
    /// all where neither is. `total` is the number of all items, once it is known.
    pub(super) fn is_exceeded(&self, total: Option<u64>) -> bool {
        if self.failed == 0 {
            return false;
        }
        let over_count = self.count.is_some_and(|count| self.failed > count);
        let over_percentage = match (self.percentage, total) {
            (Some(percentage), Some(total)) => {
                self.failed as f64 * 100.0 > percentage * total as f64
            }
            _ => false,
        };
        over_count || over_percentage || self.count.is_none() && self.percentage.is_none()
    }
}

snapshot::fields!(Tolerance {
    count,
    percentage,
    failed,
});
