//! `kill -9` at random moments, on the real program: what it acknowledged is there after every
//! restart, ends as it should, and is never done twice.
//!
//! A campaign kills a loaded server, with a thousand executions in flight, `STEPLOOM_KILLS` times (50 if not said; 1,000 before a
//! release) and starts it again on the same folder. `STEPLOOM_SEED` repeats the moments of a campaign
//! that failed: the seed is in its output. `points` makes it die at each point that it has a name for,
//! with `STEPLOOM_POINTS` set in every kind of state and several passages of each.
//!
//! ```text
//! STEPLOOM_KILLS=1000 cargo test --release --test crash -- campaign --nocapture
//! STEPLOOM_POINTS=all cargo test --release --test crash -- points --nocapture
//! ```

mod campaign;
mod chance;
mod database;
mod demo;
mod disk;
mod failing;
mod load;
mod oracle;
mod points;

#[path = "../support/mod.rs"]
#[expect(dead_code, reason = "other test programs use the rest")]
mod support;
