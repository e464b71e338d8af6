//! The search against one that walks through every minute and tests each field by itself.

use std::collections::BTreeSet;
use std::fmt::Write;

use jiff::civil::DateTime;
use proptest::prelude::*;
use steploom_types::Timestamp;

use super::times;
use crate::{Gap, Zone};

const MINUTE_MS: u64 = 60_000;

/// One field, as it is written and as it is meant.
#[derive(Clone, Debug)]
enum Part {
    All,
    Every { from: u16, step: u16 },
    Range { first: u16, last: u16 },
    List(Vec<u16>),
}

impl Part {
    fn text(&self) -> String {
        match self {
            Self::All => "*".into(),
            Self::Every { from, step } => format!("{from}/{step}"),
            Self::Range { first, last } => format!("{first}-{last}"),
            Self::List(list) => {
                let mut text = String::new();
                for (at, number) in list.iter().enumerate() {
                    let comma = if at > 0 { "," } else { "" };
                    let _ = write!(text, "{comma}{number}");
                }
                text
            }
        }
    }

    fn has(&self, number: u16) -> bool {
        match self {
            Self::All => true,
            Self::Every { from, step } => number >= *from && (number - from).is_multiple_of(*step),
            Self::Range { first, last } => *first <= number && number <= *last,
            Self::List(list) => list.contains(&number),
        }
    }
}

fn part(least: u16, most: u16) -> impl Strategy<Value = Part> {
    let number = least..=most;
    prop_oneof![
        2 => Just(Part::All),
        1 => (number.clone(), 1..=most.max(1)).prop_map(|(from, step)| Part::Every { from, step }),
        1 => (number.clone(), number.clone()).prop_map(|(a, b)| Part::Range { first: a.min(b), last: a.max(b) }),
        2 => prop::collection::vec(number, 1..4).prop_map(Part::List),
    ]
}

#[derive(Clone, Debug)]
struct Fields {
    minutes: Part,
    hours: Part,
    months: Part,
    days: Part,
    of_week: bool,
}

impl Fields {
    fn text(&self) -> String {
        let (month_day, week_day) = if self.of_week {
            ("?".to_owned(), self.days.text())
        } else {
            (self.days.text(), "?".to_owned())
        };
        let (minutes, hours, months) = (self.minutes.text(), self.hours.text(), self.months.text());
        format!("cron({minutes} {hours} {month_day} {months} {week_day} *)")
    }

    fn has(&self, civil: DateTime) -> bool {
        let day = if self.of_week {
            civil.weekday().to_sunday_one_offset() as u16
        } else {
            civil.day() as u16
        };
        self.minutes.has(civil.minute() as u16)
            && self.hours.has(civil.hour() as u16)
            && self.months.has(civil.month() as u16)
            && self.days.has(day)
    }
}

fn fields() -> impl Strategy<Value = Fields> {
    let days = prop_oneof![
        part(1, 31).prop_map(|days| (days, false)),
        part(1, 7).prop_map(|days| (days, true)),
    ];
    (part(0, 59), part(0, 23), part(1, 12), days).prop_map(
        |(minutes, hours, months, (days, of_week))| Fields {
            minutes,
            hours,
            months,
            days,
            of_week,
        },
    )
}

/// Every due minute from `from` over `minutes`: those whose local time is named and came for the
/// first time, and those behind a gap in which a named one was lost.
fn walk(fields: &Fields, zone: &Zone, gap: Gap, from: Timestamp, minutes: u64) -> Vec<Timestamp> {
    let mut found = Vec::new();
    let mut seen = BTreeSet::new();
    let before = from.plus_millis(0).as_millis() - 24 * 60 * MINUTE_MS as i64;
    let mut last: Option<DateTime> = None;
    let lead = 24 * 60;
    for minute in 0..minutes + lead {
        let at = Timestamp::from_millis(before).plus_millis(minute * MINUTE_MS);
        let civil = zone.civil(at);
        let mut is_due = seen.insert(civil) && fields.has(civil);
        if let Some(last) = last.filter(|_| gap == Gap::Fire) {
            let one = jiff::Span::new().minutes(1);
            let mut lost = last + one;
            while lost < civil {
                is_due |= fields.has(lost);
                lost += one;
            }
        }
        last = Some(civil);
        if is_due && minute >= lead {
            found.push(at);
        }
    }
    found
}

/// A zone and a day, mostly one before its clocks change.
fn place() -> impl Strategy<Value = (&'static str, String)> {
    let changes = prop::sample::select(vec![
        ("America/New_York", "2026-03-07"),
        ("America/New_York", "2026-10-31"),
        ("Europe/Berlin", "2026-03-28"),
        ("Europe/Berlin", "2026-10-24"),
        ("Australia/Lord_Howe", "2026-04-03"),
        ("Australia/Lord_Howe", "2026-10-02"),
        // At midnight.
        ("America/Sao_Paulo", "2018-11-03"),
        ("America/Sao_Paulo", "2018-02-16"),
        ("Africa/Casablanca", "2026-02-14"),
        ("Africa/Casablanca", "2026-03-21"),
        // By two hours.
        ("Antarctica/Troll", "2026-03-28"),
        ("Antarctica/Troll", "2026-10-24"),
    ]);
    let zones = prop::sample::select(vec!["UTC", "Asia/Kolkata", "America/New_York"]);
    let any = (zones, 2020..2035_i32, 1..=12_i32, 1..=28_i32)
        .prop_map(|(zone, y, m, d)| (zone, format!("{y}-{m:02}-{d:02}")));
    prop_oneof![
        3 => changes.prop_map(|(zone, day)| (zone, day.to_owned())),
        1 => any,
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn the_search_finds_what_the_walk_finds(
        fields in fields(),
        (zone, day) in place(),
        skip in any::<bool>(),
    ) {
        let from: Timestamp = format!("{day}T00:00:00Z").parse().expect("a day");
        let minutes = 3 * 24 * 60;
        let mut searched = times(&fields.text(), zone);
        searched.gap = if skip { Gap::Skip } else { Gap::Fire };
        let expected = walk(&fields, &searched.zone, searched.gap, from, minutes);
        let end = from.plus_millis(minutes * MINUTE_MS);
        let found: Vec<Timestamp> = searched
            .after(Timestamp::from_millis(from.as_millis() - 1))
            .take_while(|due| *due < end)
            .collect();
        prop_assert_eq!(found, expected, "{} in {}", fields.text(), zone);
    }

    /// From whichever instant it is asked, the next is the first of all that lie behind.
    #[test]
    fn the_next_is_the_first_behind(fields in fields(), offset in 0..200_000_u64) {
        let times = times(&fields.text(), "America/New_York");
        let from: Timestamp = "2026-10-31T00:00:00Z".parse().expect("a day");
        let after = from.plus_millis(offset * 997);
        let all: Vec<Timestamp> = times.after(from).take_while(|due| *due <= after).collect();
        let next = times.next_after(after);
        let expected = all.last().map_or_else(|| times.next_after(from), |last| times.next_after(*last));
        prop_assert_eq!(next, expected);
    }

    #[test]
    fn no_text_panics(text in "(cron|rate|at)?\\(?[0-9A-Z*/#LW,? @:T-]{0,30}\\)?") {
        let _ = crate::Expression::parse(&text);
        let _ = crate::Expression::parse_aws(&text);
    }
}
