//! Which due times fire at an instant, which were missed, and when there is something to do again.

use serde::{Deserialize, Serialize};
use steploom_types::Timestamp;

use crate::jitter::jitter_ms;
use crate::times::Times;

/// Missed times that are counted one by one, each time it is looked; of more it is only known that
/// there were more.
const MISSED_MAX: u64 = 10_000;

/// What else decides, besides the times.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rules {
    /// Milliseconds by which a time may fire late, because nobody was there; beyond it is missed.
    pub catch_up_ms: u64,
    /// So many times fire, and no more.
    pub firings_max: Option<u64>,
    /// Milliseconds over which firings are spread.
    pub jitter_ms: u64,
}

/// How far a schedule has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cursor {
    /// All times up to here, this one included, are decided.
    pub decided_to: Timestamp,
    /// How many of them fired.
    pub firings: u64,
}

/// A due time, and when it fires.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Firing {
    /// When it is due.
    pub due_at: Timestamp,
    /// That, and its jitter.
    pub fires_at: Timestamp,
}

/// What [`decide`] finds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decision {
    /// Those that fire now, in order.
    pub fire: Vec<Firing>,
    /// How many were missed; there may have been more if it is a round ten thousand.
    pub missed: u64,
    /// How far it has come with that.
    pub cursor: Cursor,
    /// What comes next: in the past if more than were asked for are due. `None`: nothing will be due
    /// any more.
    pub next: Option<Firing>,
}

/// Which times of a schedule fire at `now`, `most` at the most. The schedule has come as far as
/// `cursor`; `key` is its own text, from which its jitter follows.
///
/// Times fire in their order. One whose jitter is longer than that of the next holds the next back,
/// which still fires within its window.
pub fn decide(
    times: &Times,
    rules: Rules,
    key: &str,
    mut cursor: Cursor,
    now: Timestamp,
    most: usize,
) -> Decision {
    let mut fire = Vec::new();
    let mut missed = 0;
    let next = loop {
        if rules.firings_max.is_some_and(|max| cursor.firings >= max) {
            break None;
        }
        let Some(due_at) = times.next_after(cursor.decided_to) else {
            break None;
        };
        let jitter = jitter_ms(key, due_at, rules.jitter_ms);
        let fires_at = due_at.plus_millis(jitter);
        let firing = Firing { due_at, fires_at };
        if fires_at > now {
            break Some(firing);
        }
        if now.millis_since(fires_at) > rules.catch_up_ms {
            missed += 1;
            cursor.decided_to = due_at;
            if missed == MISSED_MAX {
                let late = rules.catch_up_ms.saturating_add(rules.jitter_ms);
                let late = i64::try_from(late).unwrap_or(i64::MAX);
                let horizon = now.as_millis().saturating_sub(late).saturating_sub(1);
                cursor.decided_to = due_at.max(Timestamp::from_millis(horizon));
            }
            continue;
        }
        if fire.len() == most {
            break Some(firing);
        }
        fire.push(firing);
        cursor.decided_to = due_at;
        cursor.firings += 1;
    };
    Decision {
        fire,
        missed,
        cursor,
        next,
    }
}
