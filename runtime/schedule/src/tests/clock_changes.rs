//! Clocks go forward and back.

use super::{check, due, times};
use crate::Gap;

// New York: on 2026-03-08 2:00 EST is 3:00 EDT (7:00Z); on 2026-11-01 2:00 EDT is 1:00 EST (6:00Z).
const NEW_YORK: &str = "America/New_York";

#[test]
fn a_time_that_does_not_come_is_due_behind_the_gap() {
    check(
        "cron(30 2 * * ? *)",
        NEW_YORK,
        "2026-03-07T00:00:00Z",
        &[
            "2026-03-07T07:30Z",
            "2026-03-08T07:00Z",
            "2026-03-09T06:30Z",
        ],
    );
    check(
        "at(2026-03-08T02:30:00)",
        NEW_YORK,
        "2026-03-07T00:00:00Z",
        &["2026-03-08T07:00Z"],
    );
}

#[test]
fn several_of_them_are_due_once() {
    check(
        "cron(0/15 * * * ? *)",
        NEW_YORK,
        "2026-03-08T06:44:00Z",
        &[
            "2026-03-08T06:45Z",
            "2026-03-08T07:00Z",
            "2026-03-08T07:15Z",
        ],
    );
}

#[test]
fn they_can_be_skipped() {
    let mut skipping = times("cron(30 2 * * ? *)", NEW_YORK);
    skipping.gap = Gap::Skip;
    let found = due(&skipping, "2026-03-07T00:00:00Z", 2);
    assert_eq!(found, ["2026-03-07T07:30Z", "2026-03-09T06:30Z"]);
}

#[test]
fn a_time_that_comes_twice_is_due_once() {
    check(
        "cron(30 1 * * ? *)",
        NEW_YORK,
        "2026-10-31T12:00:00Z",
        &["2026-11-01T05:30Z", "2026-11-02T06:30Z"],
    );
    // Asked in the second hour, its times are over.
    check(
        "cron(0/20 * * * ? *)",
        NEW_YORK,
        "2026-11-01T05:20:00Z",
        &["2026-11-01T05:40Z", "2026-11-01T07:00Z"],
    );
    check(
        "cron(0/20 * * * ? *)",
        NEW_YORK,
        "2026-11-01T06:10:00Z",
        &["2026-11-01T07:00Z"],
    );
}

#[test]
fn rates_know_no_clock() {
    check(
        "rate(1 hour)",
        NEW_YORK,
        "2026-03-08T06:00:00Z",
        &["2026-03-08T07:00Z", "2026-03-08T08:00Z"],
    );
    check(
        "rate(1 hour)",
        NEW_YORK,
        "2026-11-01T05:00:00Z",
        &["2026-11-01T06:00Z", "2026-11-01T07:00Z"],
    );
}

#[test]
fn half_an_hour_and_a_whole_day() {
    // Lord Howe goes forward by half an hour: 2026-10-04 2:00 is 2:30 (15:30Z of the day before).
    check(
        "cron(10 2 * * ? *)",
        "Australia/Lord_Howe",
        "2026-10-03T00:00:00Z",
        &["2026-10-03T15:30Z"],
    );
    // Samoa left out the 30th of December 2011.
    check(
        "cron(0 12 * * ? *)",
        "Pacific/Apia",
        "2011-12-29T00:00:00Z",
        &[
            "2011-12-29T22:00Z",
            "2011-12-30T10:00Z",
            "2011-12-30T22:00Z",
        ],
    );
}
