//! Waiting for what must come true, with an end.

use std::thread;
use std::time::{Duration, Instant};

/// How long anything may take to come true: far more than it needs on the slowest machine.
pub(crate) const PATIENCE: Duration = Duration::from_mins(1);

/// Between two looks.
const PAUSE: Duration = Duration::from_millis(10);

/// Looks again and again until there is something.
pub(crate) fn until<T>(what: &str, look: impl FnMut() -> Option<T>) -> T {
    until_for(PATIENCE, what, look)
}

/// The same with a patience of the caller's own.
pub(crate) fn until_for<T>(
    patience: Duration,
    what: &str,
    mut look: impl FnMut() -> Option<T>,
) -> T {
    let began = Instant::now();
    loop {
        if let Some(found) = look() {
            return found;
        }
        assert!(
            began.elapsed() < patience,
            "{patience:?} passed without: {what}"
        );
        thread::sleep(PAUSE);
    }
}
