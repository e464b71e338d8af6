//! What fires at an instant, and what was missed.

use proptest::prelude::*;
use steploom_types::Timestamp;

use super::{at, times};
use crate::{Cursor, Rules, decide, jitter_ms};

const PLAIN: Rules = Rules {
    catch_up_ms: 60_000,
    firings_max: None,
    jitter_ms: 0,
};

fn cursor(text: &str) -> Cursor {
    Cursor {
        decided_to: at(text),
        firings: 0,
    }
}

fn shown(at: Timestamp) -> String {
    at.to_string().replace(":00.000Z", "Z")
}

#[test]
fn what_is_due_fires_and_the_next_is_told() {
    let times = times("* * * * *", "UTC");
    let now = at("2026-01-01T00:02:00Z");
    let decision = decide(&times, PLAIN, "k", cursor("2026-01-01T00:00:00Z"), now, 10);
    let fired: Vec<String> = decision.fire.iter().map(|one| shown(one.due_at)).collect();
    assert_eq!(fired, ["2026-01-01T00:01Z", "2026-01-01T00:02Z"]);
    assert_eq!(
        decision.next.map(|next| shown(next.fires_at)),
        Some("2026-01-01T00:03Z".into())
    );
    assert_eq!((decision.missed, decision.cursor.firings), (0, 2));
}

#[test]
fn what_is_later_than_the_window_is_missed() {
    let times = times("* * * * *", "UTC");
    let now = at("2026-01-01T01:00:30Z");
    let decision = decide(&times, PLAIN, "k", cursor("2026-01-01T00:00:00Z"), now, 10);
    let fired: Vec<String> = decision.fire.iter().map(|one| shown(one.due_at)).collect();
    assert_eq!(fired, ["2026-01-01T01:00Z"]);
    assert_eq!(decision.missed, 59);
}

#[test]
fn years_away_are_not_counted_through() {
    let times = times("rate(1 second)", "UTC");
    let now = at("2096-01-01T00:00:00Z");
    let decision = decide(
        &times,
        PLAIN,
        "k",
        cursor("2026-01-01T00:00:00Z"),
        now,
        1_000,
    );
    assert_eq!((decision.fire.len(), decision.missed), (61, 10_000));
}

#[test]
fn so_many_fire_and_no_more() {
    let times = times("* * * * *", "UTC");
    let rules = Rules {
        firings_max: Some(2),
        catch_up_ms: u64::MAX,
        ..PLAIN
    };
    let now = at("2026-01-01T01:00:00Z");
    let decision = decide(&times, rules, "k", cursor("2026-01-01T00:00:00Z"), now, 10);
    assert_eq!((decision.fire.len(), decision.next), (2, None));
    let again = decide(&times, rules, "k", decision.cursor, now, 10);
    assert_eq!((again.fire.len(), again.next), (0, None));
}

#[test]
fn one_time_is_the_last() {
    let times = times("at(2026-01-01T00:00:30)", "UTC");
    let before = decide(
        &times,
        PLAIN,
        "k",
        cursor("1970-01-01T00:00:00Z"),
        at("2026-01-01T00:00:29Z"),
        10,
    );
    assert!(before.fire.is_empty() && before.next.is_some());
    let then = decide(
        &times,
        PLAIN,
        "k",
        before.cursor,
        at("2026-01-01T00:00:30Z"),
        10,
    );
    assert_eq!((then.fire.len(), then.next), (1, None));
    // Nobody was there in time.
    let late = decide(
        &times,
        PLAIN,
        "k",
        before.cursor,
        at("2026-01-01T00:02:00Z"),
        10,
    );
    assert_eq!((late.fire.len(), late.missed, late.next), (0, 1, None));
}

proptest! {
    /// However often and whenever it is looked, each time fires once, in order, within its window.
    #[test]
    fn each_time_fires_once(
        looks in prop::collection::vec(1..90_000_u64, 1..80),
        most in 1..5_usize,
        window_ms in prop::sample::select(vec![0, 20_000, 600_000_u64]),
    ) {
        let times = times("rate(1 minute)", "UTC");
        let rules = Rules { catch_up_ms: u64::MAX, firings_max: None, jitter_ms: window_ms };
        let from = at("2026-01-01T00:00:00Z");
        let mut state = Cursor { decided_to: Timestamp::from_millis(from.as_millis() - 1), firings: 0 };
        let (mut now, mut fired) = (from, Vec::new());
        for look in looks {
            now = now.plus_millis(look);
            loop {
                let decision = decide(&times, rules, "key", state, now, most);
                prop_assert_eq!(decision.missed, 0);
                for firing in &decision.fire {
                    let late = now.millis_since(firing.due_at);
                    prop_assert!(firing.fires_at <= now && firing.fires_at >= firing.due_at);
                    prop_assert!(window_ms > 0 || late < 90_000 || most < 5 || late > 0);
                    fired.push(firing.due_at);
                }
                let full = decision.fire.len() == most;
                state = decision.cursor;
                if !full { break; }
            }
        }
        for (number, due) in fired.iter().enumerate() {
            prop_assert_eq!(*due, from.plus_millis(60_000 * number as u64));
        }
        // Nothing that is due and out of its window is left.
        let next = from.plus_millis(60_000 * fired.len() as u64);
        prop_assert!(next.plus_millis(window_ms) >= now || next > now);
    }

    #[test]
    fn jitter_is_the_same_for_ever_and_within_its_window(due in 0..4_000_000_000_000_i64, window in 1..86_400_000_u64) {
        let due = Timestamp::from_millis(due);
        let jitter = jitter_ms("account/group/name", due, window);
        prop_assert!(jitter < window);
        prop_assert_eq!(jitter, jitter_ms("account/group/name", due, window));
    }
}

#[test]
fn jitter_is_what_it_was() {
    // Nodes of two releases must agree.
    assert_eq!(
        jitter_ms("k", at("2026-01-01T00:00:00Z"), 1_000_000),
        GOLDEN
    );
}

const GOLDEN: u64 = 213_642;
