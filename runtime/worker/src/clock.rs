//! The one place where the worker reads the time.

use std::time::{SystemTime, UNIX_EPOCH};

use steploom_types::Timestamp;

/// Where the time comes from. Tests and simulation move it by hand.
pub trait Clock: Send + Sync {
    /// The instant now. Called often; must be cheap and must not block.
    fn now(&self) -> Timestamp;
}

/// The computer's clock.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    fn now(&self) -> Timestamp {
        #[expect(
            clippy::disallowed_methods,
            reason = "this is what a simulation replaces"
        )]
        let since = SystemTime::now()
            .duration_since(UNIX_EPOCH)
            .unwrap_or_default();
        Timestamp::from_millis(i64::try_from(since.as_millis()).unwrap_or(i64::MAX))
    }
}
