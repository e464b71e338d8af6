//! When to try again, and after how long.

use std::time::Duration;

use rand::RngExt;

/// How often a call is tried that may be repeated: over in under a second when nobody is there.
pub(crate) const ATTEMPTS_DEFAULT: u32 = 4;

/// The pause after the first failure; it doubles with each.
const PAUSE_FIRST: Duration = Duration::from_millis(100);

/// The longest pause of our own making.
const PAUSE_MAX: Duration = Duration::from_secs(5);

/// The longest pause that a server may ask for; beyond it the caller should decide.
const RETRY_AFTER_MAX: Duration = Duration::from_secs(30);

/// How long to pause after so many failures (1 is the first): between half and the whole of a time
/// that doubles, so that many clients do not come back at once. The server's wish goes before if it
/// is longer. `None`: it asks for more patience than we have.
pub(crate) fn pause(failures: u32, retry_after: Option<Duration>) -> Option<Duration> {
    let doubled = PAUSE_FIRST.saturating_mul(1 << failures.saturating_sub(1).min(16));
    let own = doubled
        .min(PAUSE_MAX)
        .mul_f64(rand::rng().random_range(0.5..=1.0));
    match retry_after {
        Some(wish) if wish > RETRY_AFTER_MAX => None,
        Some(wish) => Some(wish.max(own)),
        None => Some(own),
    }
}

#[cfg(test)]
mod tests;
