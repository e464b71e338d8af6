//! The five fields of Unix, and what else only our own API takes.

use super::check;
use crate::{Expression, Zone};

#[test]
fn five_fields_and_words() {
    check(
        "*/20 9-17 * * 1-5",
        "UTC",
        "2026-03-06T17:30:00Z",
        &["2026-03-06T17:40Z", "2026-03-09T09:00Z"],
    );
    check(
        "0 0 * * 7",
        "UTC",
        "2026-03-01T00:00:00Z",
        &["2026-03-08T00:00Z"],
    );
    check(
        "0 0 * * SUN",
        "UTC",
        "2026-03-01T00:00:00Z",
        &["2026-03-08T00:00Z"],
    );
    check(
        "0 0 * * 5-7",
        "UTC",
        "2026-03-01T00:00:00Z",
        &[
            "2026-03-06T00:00Z",
            "2026-03-07T00:00Z",
            "2026-03-08T00:00Z",
        ],
    );
    check(
        "@daily",
        "UTC",
        "2026-03-01T00:00:00Z",
        &["2026-03-02T00:00Z"],
    );
    check(
        "@hourly",
        "UTC",
        "2026-03-01T00:00:00Z",
        &["2026-03-01T01:00Z"],
    );
    check(
        "@weekly",
        "UTC",
        "2026-03-01T00:00:00Z",
        &["2026-03-08T00:00Z"],
    );
    check(
        "@monthly",
        "UTC",
        "2026-03-01T00:00:00Z",
        &["2026-04-01T00:00Z"],
    );
    check(
        "@yearly",
        "UTC",
        "2026-03-01T00:00:00Z",
        &["2027-01-01T00:00Z"],
    );
    check(
        "rate(30 seconds)",
        "UTC",
        "2026-01-01T00:00:00Z",
        &["2026-01-01T00:00:30.000Z", "2026-01-01T00:01Z"],
    );
}

#[test]
fn two_fields_of_days_are_either_unless_one_has_a_star() {
    // The 13th, or a Friday.
    check(
        "0 0 13 * 5",
        "UTC",
        "2026-03-01T00:00:00Z",
        &[
            "2026-03-06T00:00Z",
            "2026-03-13T00:00Z",
            "2026-03-20T00:00Z",
            "2026-03-27T00:00Z",
            "2026-04-03T00:00Z",
            "2026-04-10T00:00Z",
            "2026-04-13T00:00Z",
        ],
    );
    // An odd day that is a Friday.
    check(
        "0 0 */2 * 5",
        "UTC",
        "2026-03-01T00:00:00Z",
        &["2026-03-13T00:00Z", "2026-03-27T00:00Z"],
    );
}

#[test]
fn what_is_wrong_is_said() {
    for (text, reason) in [
        ("0 0 * *", "here are 4"),
        ("0 0 * * * *", "here are 6"),
        ("0 0 * * 8", "'8' in its day of week is not 0 to 7"),
        ("@reboot", "of the words there are"),
        ("rate(1 fortnight)", "seconds, minutes, hours or days"),
    ] {
        let refused = Expression::parse(text).expect_err(text);
        assert!(refused.to_string().contains(reason), "{text}: {refused}");
    }
    for five in ["0 0 * * *", "@daily"] {
        Expression::parse_aws(five).expect_err("AWS takes six fields");
    }
}

#[test]
fn zones_have_names() {
    assert_eq!(
        Zone::parse("europe/berlin").expect("a zone").name(),
        "Europe/Berlin"
    );
    assert_eq!(Zone::parse("utc").expect("a zone").name(), "UTC");
    for wrong in ["", "Mars/Olympus", "+02:00", "../etc/passwd", "CET-1CEST"] {
        let error = Zone::parse(wrong).expect_err(wrong);
        assert_eq!(error.code, "InvalidTimeZone");
    }
}
