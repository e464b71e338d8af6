//! When schedules are due, and what is done about it: `at`, `rate` and `cron` in time zones, start
//! and end, jitter, what was missed, and what happens while an earlier execution still runs.
//!
//! Everything here is a function of its arguments: the time is passed in, and chance is drawn from a
//! schedule's own id. Time zones come from a database that is part of the program, so every node
//! knows the same and needs none on its machine.
//!
//! # The two changes of a year
//!
//! `cron` and `at` are in local time, and a local time may come twice or not at all:
//!
//! - One that comes twice (clocks go back) is due once, the first time.
//! - One that does not come (clocks go forward) is due at the first instant after the gap, and several
//!   of them are due then once. With [`Gap::Skip`] they are not due at all, which is what AWS
//!   documents for EventBridge Scheduler.
//!
//! `rate` counts elapsed time and knows no clock changes.

mod cron;
mod decision;
mod expression;
mod jitter;
mod overlap;
mod times;
mod zone;

pub use cron::Cron;
pub use decision::{Cursor, Decision, Firing, Rules, decide};
pub use expression::{Expression, Invalid};
pub use jitter::jitter_ms;
pub use overlap::{Overlap, Verdict};
pub use times::Times;
pub use zone::{Gap, Zone};

#[cfg(test)]
mod tests;
