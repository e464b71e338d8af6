//! Counters of one metric, told apart by one label.

use std::sync::OnceLock;

use prometheus::{IntCounter, IntCounterVec};

/// Counters by the values of a label. Those of the usual values are found without a lock.
pub(crate) struct Family<const N: usize> {
    counters: IntCounterVec,
    usual: [(&'static str, OnceLock<IntCounter>); N],
}

impl<const N: usize> Family<N> {
    pub(super) fn new(counters: IntCounterVec, usual: [&'static str; N]) -> Self {
        Self {
            counters,
            usual: usual.map(|value| (value, OnceLock::new())),
        }
    }

    /// Counts one more under this value.
    pub(crate) fn inc(&self, value: &str) {
        let of_value = || self.counters.with_label_values(&[value]);
        match self.usual.iter().find(|(usual, _)| *usual == value) {
            Some((_, counter)) => counter.get_or_init(of_value).inc(),
            None => of_value().inc(),
        }
    }
}
