//! `kill -9` at random moments, on the real program: what it acknowledged is there after every
//! restart, ends as it should, and is never done twice.
//!
//! A campaign kills a loaded server `STEPLOOM_KILLS` times (5 if not said; 50 for a change to the
//! store, 1,000 before a release) and starts it again on the same folder. `STEPLOOM_SEED` repeats
//! the moments of a campaign that failed: the seed is in its output.
//!
//! ```text
//! STEPLOOM_KILLS=1000 cargo test --test crash -- campaign --nocapture
//! ```

mod campaign;
mod chance;
mod database;
mod demo;
mod load;
mod oracle;
mod points;

#[path = "../support/mod.rs"]
#[expect(dead_code, reason = "other test programs use the rest")]
mod support;
