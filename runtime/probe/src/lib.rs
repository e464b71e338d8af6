//! Where tests reach into the running product: points to crash at, marks of rare paths, and bugs to
//! plant.
//!
//! Crash points are in every build, so that what is killed in a test is what runs elsewhere: each costs
//! one load of a word that never changes. Marks and bugs exist with the feature `simulation` only;
//! without it they compile to nothing.

mod bug;
mod crash;
mod mark;
mod table;

pub use bug::Bug;
pub use crash::{CRASH_AT, CrashPoint, crash_point};
pub use mark::{Mark, mark};

#[cfg(feature = "simulation")]
pub use bug::plant;
#[cfg(feature = "simulation")]
pub use mark::take_marks;

use bug::planted;

/// Whether this bug is planted on this thread: never, but in a test that wants it found.
#[inline]
pub fn is_planted(bug: Bug) -> bool {
    planted() == Some(bug)
}

#[cfg(test)]
mod tests;
