//! Tests of the whole: expressions in text, instants out.

mod aws;
mod clock_changes;
mod deciding;
mod naive;
mod overlapping;
mod unix;

use steploom_types::Timestamp;

use crate::{Expression, Gap, Times, Zone};

fn at(text: &str) -> Timestamp {
    text.parse().expect("a timestamp of a test")
}

fn times(expression: &str, zone: &str) -> Times {
    Times {
        expression: Expression::parse(expression).expect("an expression of a test"),
        zone: Zone::parse(zone).expect("a zone of a test"),
        gap: Gap::Fire,
        anchor: at("2026-01-01T00:00:00Z"),
        start_at: None,
        end_at: None,
    }
}

/// The first due times after an instant, as text without what is zero.
fn due(times: &Times, after: &str, count: usize) -> Vec<String> {
    let due = times.after(at(after)).take(count);
    due.map(|due| due.to_string().replace(":00.000Z", "Z"))
        .collect()
}

fn check(expression: &str, zone: &str, after: &str, expected: &[&str]) {
    let found = due(&times(expression, zone), after, expected.len());
    assert_eq!(found, expected, "{expression} in {zone}");
}
