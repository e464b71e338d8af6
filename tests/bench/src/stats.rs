//! Samples, percentiles and medians.

use std::time::Duration;

/// How long each of many things took.
#[derive(Clone, Debug, Default)]
pub(crate) struct Samples {
    /// Nanoseconds; four seconds and more count as four seconds.
    nanos: Vec<u32>,
}

impl Samples {
    /// Adds one.
    pub(crate) fn push(&mut self, took: Duration) {
        self.nanos
            .push(u32::try_from(took.as_nanos()).unwrap_or(u32::MAX));
    }

    /// Adds all of another.
    pub(crate) fn append(&mut self, mut other: Self) {
        self.nanos.append(&mut other.nanos);
    }

    /// How many there are.
    pub(crate) fn count(&self) -> usize {
        self.nanos.len()
    }

    /// Microseconds that `percent` of them did not exceed (nearest rank); NaN if there are none.
    pub(crate) fn percentile_us(&mut self, percent: f64) -> f64 {
        if self.nanos.is_empty() {
            return f64::NAN;
        }
        let last = self.nanos.len() - 1;
        let rank = (percent / 100.0 * self.nanos.len() as f64).ceil() as usize;
        let (_, at, _) = self
            .nanos
            .select_nth_unstable(rank.saturating_sub(1).min(last));
        f64::from(*at) / 1e3
    }
}

/// What repeating one thing showed.
#[derive(Debug)]
pub(crate) struct Timed {
    /// How long each took.
    pub(crate) samples: Samples,
    /// How long all took.
    pub(crate) elapsed: Duration,
}

/// One number a round.
#[derive(Clone, Debug, Default)]
pub(crate) struct Series(Vec<f64>);

impl Series {
    /// Adds a round's.
    pub(crate) fn push(&mut self, value: f64) {
        self.0.push(value);
    }

    /// The median over the rounds; NaN if there are none.
    pub(crate) fn median(&self) -> f64 {
        let mut sorted = self.0.clone();
        sorted.sort_by(f64::total_cmp);
        let middle = sorted.len() / 2;
        match sorted.len() {
            0 => f64::NAN,
            odd if odd % 2 == 1 => sorted[middle],
            _ => f64::midpoint(sorted[middle - 1], sorted[middle]),
        }
    }
}

/// What a closed loop of requests or calls shows, round by round.
#[derive(Clone, Debug, Default)]
pub(crate) struct Pace {
    /// How many a second.
    pub(crate) per_second: Series,
    /// Microseconds that half of them took at the most.
    pub(crate) p50_us: Series,
    /// Microseconds that 99 of 100 took at the most.
    pub(crate) p99_us: Series,
}

impl Pace {
    /// Adds a round.
    pub(crate) fn push(&mut self, mut samples: Samples, elapsed: Duration) {
        self.per_second
            .push(samples.count() as f64 / elapsed.as_secs_f64());
        self.p50_us.push(samples.percentile_us(50.0));
        self.p99_us.push(samples.percentile_us(99.0));
    }
}

#[cfg(test)]
mod tests;
