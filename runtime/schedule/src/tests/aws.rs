//! The dialect of EventBridge Scheduler.

use super::{check, times};
use crate::Expression;

#[test]
fn fields_name_minutes() {
    check(
        "cron(15 10 * * ? *)",
        "UTC",
        "2026-03-01T10:15:00Z",
        &["2026-03-02T10:15Z"],
    );
    check(
        "cron(0 18 ? * MON-FRI *)",
        "UTC",
        "2026-03-06T17:00:00Z",
        &["2026-03-06T18:00Z", "2026-03-09T18:00Z"],
    );
    check(
        "cron(0/15 8-9 1,15 JAN,JUL ? 2027)",
        "UTC",
        "2026-03-01T00:00:00Z",
        &[
            "2027-01-01T08:00Z",
            "2027-01-01T08:15Z",
            "2027-01-01T08:30Z",
            "2027-01-01T08:45Z",
            "2027-01-01T09:00Z",
        ],
    );
    check(
        "cron(0 0 29 2 ? *)",
        "UTC",
        "2026-03-01T00:00:00Z",
        &["2028-02-29T00:00Z", "2032-02-29T00:00Z"],
    );
    check(
        "cron(0 0 1 1 ? 2030-2040/5)",
        "UTC",
        "2026-03-01T00:00:00Z",
        &[
            "2030-01-01T00:00Z",
            "2035-01-01T00:00Z",
            "2040-01-01T00:00Z",
        ],
    );
    // 2199 is the last year there is.
    check(
        "cron(59 23 31 12 ? 2199)",
        "UTC",
        "2026-01-01T00:00:00Z",
        &["2199-12-31T23:59Z"],
    );
    let last = times("cron(59 23 31 12 ? *)", "UTC");
    assert_eq!(last.next_after(super::at("2199-12-31T23:59:00Z")), None);
}

#[test]
fn a_seventh_second_does_not_hide_a_minute() {
    check(
        "cron(* * * * ? *)",
        "UTC",
        "2026-03-01T10:15:07Z",
        &["2026-03-01T10:16Z"],
    );
    check(
        "cron(* * * * ? *)",
        "UTC",
        "2026-03-01T10:14:59.999Z",
        &["2026-03-01T10:15Z"],
    );
}

#[test]
fn last_days() {
    check(
        "cron(0 0 L * ? *)",
        "UTC",
        "2026-02-01T00:00:00Z",
        &[
            "2026-02-28T00:00Z",
            "2026-03-31T00:00Z",
            "2026-04-30T00:00Z",
        ],
    );
    check(
        "cron(0 0 L-2 * ? *)",
        "UTC",
        "2026-02-01T00:00:00Z",
        &["2026-02-26T00:00Z", "2026-03-29T00:00Z"],
    );
    // 2026-02-28 is a Saturday, 2026-05-31 a Sunday.
    check(
        "cron(0 0 LW * ? *)",
        "UTC",
        "2026-02-01T00:00:00Z",
        &["2026-02-27T00:00Z"],
    );
    check(
        "cron(0 0 LW * ? *)",
        "UTC",
        "2026-05-01T00:00:00Z",
        &["2026-05-29T00:00Z"],
    );
    // The last Friday: 6 is Friday, as 1 is Sunday.
    check(
        "cron(0 0 ? * 6L *)",
        "UTC",
        "2026-02-01T00:00:00Z",
        &["2026-02-27T00:00Z", "2026-03-27T00:00Z"],
    );
    check(
        "cron(0 0 ? * FRIL *)",
        "UTC",
        "2026-02-01T00:00:00Z",
        &["2026-02-27T00:00Z"],
    );
    // L alone is Saturday.
    check(
        "cron(0 0 ? * L *)",
        "UTC",
        "2026-02-01T00:00:00Z",
        &["2026-02-07T00:00Z"],
    );
}

#[test]
fn working_days_and_nth_days() {
    // 2026-08-15 is a Saturday, 2026-11-15 a Sunday, 2026-08-01 a Saturday.
    check(
        "cron(0 0 15W 8,11 ? 2026)",
        "UTC",
        "2026-01-01T00:00:00Z",
        &["2026-08-14T00:00Z", "2026-11-16T00:00Z"],
    );
    check(
        "cron(0 0 1W 8 ? 2026)",
        "UTC",
        "2026-01-01T00:00:00Z",
        &["2026-08-03T00:00Z"],
    );
    // The 31st of May 2026 is a Sunday: the nearest working day of that month is the 29th.
    check(
        "cron(0 0 31W 5 ? 2026)",
        "UTC",
        "2026-01-01T00:00:00Z",
        &["2026-05-29T00:00Z"],
    );
    // April has no 31st.
    let none = times("cron(0 0 31W 4 ? 2026)", "UTC");
    assert_eq!(none.next_after(super::at("2026-01-01T00:00:00Z")), None);
    check(
        "cron(0 0 ? * 3#1 *)",
        "UTC",
        "2026-01-01T00:00:00Z",
        &["2026-01-06T00:00Z", "2026-02-03T00:00Z"],
    );
    check(
        "cron(0 0 ? * SUN#5 *)",
        "UTC",
        "2026-01-01T00:00:00Z",
        &["2026-03-29T00:00Z", "2026-05-31T00:00Z"],
    );
    check(
        "cron(0 0 ? * FRI-MON *)",
        "UTC",
        "2026-01-01T00:00:00Z",
        &[
            "2026-01-02T00:00Z",
            "2026-01-03T00:00Z",
            "2026-01-04T00:00Z",
            "2026-01-05T00:00Z",
            "2026-01-09T00:00Z",
        ],
    );
}

#[test]
fn rates_count_from_their_anchor() {
    check(
        "rate(5 minutes)",
        "UTC",
        "2025-01-01T00:00:00Z",
        &["2026-01-01T00:00Z", "2026-01-01T00:05Z"],
    );
    check(
        "rate(1 hour)",
        "Europe/Berlin",
        "2026-03-29T00:30:00Z",
        &["2026-03-29T01:00Z", "2026-03-29T02:00Z"],
    );
    let mut from = times("rate(2 days)", "UTC");
    from.start_at = Some(super::at("2026-02-01T12:00:00Z"));
    from.end_at = Some(super::at("2026-02-05T12:00:00Z"));
    let found = super::due(&from, "2026-01-01T00:00:00Z", 9);
    assert_eq!(
        found,
        [
            "2026-02-01T12:00Z",
            "2026-02-03T12:00Z",
            "2026-02-05T12:00Z"
        ]
    );
}

#[test]
fn at_is_due_once() {
    let once = times("at(2026-07-01T09:30:15)", "America/New_York");
    let found = super::due(&once, "2026-01-01T00:00:00Z", 9);
    assert_eq!(found, ["2026-07-01T13:30:15.000Z"]);
}

#[test]
fn start_and_end_bound_cron() {
    let mut bounded = times("cron(0 12 * * ? *)", "UTC");
    bounded.start_at = Some(super::at("2026-02-01T12:00:00Z"));
    bounded.end_at = Some(super::at("2026-02-02T12:00:00Z"));
    let found = super::due(&bounded, "2026-01-01T00:00:00Z", 9);
    assert_eq!(found, ["2026-02-01T12:00Z", "2026-02-02T12:00Z"]);
}

#[test]
fn what_is_wrong_is_said() {
    let wrong = [
        ("", "it is empty"),
        ("every day", "it must be at(...), rate(...) or cron(...)"),
        ("rate(5 minutes", "its parenthesis is not closed"),
        ("rate(0 minutes)", "a number from 1"),
        ("rate(-1 minutes)", "a number from 1"),
        ("rate(1.5 hours)", "a number from 1"),
        ("rate(5)", "a number from 1"),
        ("rate(5 weeks)", "minutes, hours or days"),
        ("rate(30 seconds)", "minutes, hours or days"),
        ("at(2026-13-01T00:00:00)", "at(...) takes a local time"),
        ("at(2026-01-01 00:00:00)", "at(...) takes a local time"),
        ("at(2026-01-01T00:00:00Z)", "at(...) takes a local time"),
        ("at(1969-01-01T00:00:00)", "from 1970 on"),
        ("cron(0 12 * * *)", "here are 5"),
        ("cron(0 12 * * * *)", "must be '?'"),
        ("cron(0 12 1 * MON *)", "must be '?'"),
        ("cron(0 12 ? * ? *)", "not both"),
        ("cron(60 12 * * ? *)", "'60' in its minutes is not 0 to 59"),
        ("cron(0 24 * * ? *)", "'24' in its hours is not 0 to 23"),
        ("cron(0 12 32 * ? *)", "'32' in its day of month"),
        ("cron(0 12 * 13 ? *)", "or JAN to DEC"),
        ("cron(0 12 ? * 0 *)", "'0' in its day of week is not 1 to 7"),
        ("cron(0 12 ? * 3#6 *)", "a number from 1 to 5"),
        ("cron(0 12 ? * 3#1,6#3 *)", "has one value"),
        ("cron(0 12 * * ? 1969)", "'1969' in its year"),
        ("cron(0 12 * * ? 2200)", "'2200' in its year"),
        (
            "cron(30-10 12 * * ? *)",
            "the range '30-10' of its minutes falls",
        ),
        ("cron(0/0 12 * * ? *)", "the step '0' of its minutes"),
        ("cron(a 12 * * ? *)", "'a' in its minutes"),
        ("cron(,1 12 * * ? *)", "'' in its minutes"),
        ("cron(+1 12 * * ? *)", "'+1' in its minutes"),
    ];
    for (text, reason) in wrong {
        let refused = Expression::parse_aws(text).expect_err(text);
        assert!(refused.reason().contains(reason), "{text}: {refused}");
        assert_eq!(
            refused.as_aws(),
            format!("Invalid Schedule Expression {text}.")
        );
    }
}
