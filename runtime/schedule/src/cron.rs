//! Cron: which local minutes a row of fields names.
//!
//! Written here and not taken from a crate: those that there are either lack AWS's dialect (a year
//! behind five fields, `?`, days of the week from 1) or settle clock changes in a way of their own.

mod day;
mod field;
mod parse;

use jiff::civil::{Date, DateTime, Time};

use day::{DayOfMonth, DayOfWeek};
use field::Set;

/// The years that a cron expression may name.
const YEARS: (u16, u16) = (1970, 2199);

/// A cron expression, in local time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cron {
    minutes: Set,
    hours: Set,
    days: Days,
    months: Set,
    /// Every year if `None`.
    years: Option<Set>,
}

/// Which days of its months.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Days {
    All,
    OfMonth(DayOfMonth),
    OfWeek(DayOfWeek),
    /// Those that both fields name.
    Both(DayOfMonth, DayOfWeek),
    /// Those that either field names, as Unix's cron has it.
    Either(DayOfMonth, DayOfWeek),
}

impl Cron {
    /// The first local minute after `after` that the fields name; `None` if no year has one.
    pub(crate) fn next(&self, after: DateTime) -> Option<DateTime> {
        let (mut date, mut from) = (after.date(), Some(after.time()));
        loop {
            let year = u16::try_from(date.year()).ok()?;
            if year > YEARS.1 {
                return None;
            }
            let is_year = |years: &Set| years.has(year - YEARS.0);
            if year < YEARS.0 || !self.years.as_ref().is_none_or(is_year) {
                date = Date::new(date.year() + 1, 1, 1).ok()?;
                from = None;
                continue;
            }
            if !self.months.has(date.month() as u16) {
                date = date.last_of_month().tomorrow().ok()?;
                from = None;
                continue;
            }
            if self.is_day(date)
                && let Some(time) = self.time(from)
            {
                return Some(date.to_datetime(time));
            }
            date = date.tomorrow().ok()?;
            from = None;
        }
    }

    fn is_day(&self, date: Date) -> bool {
        match &self.days {
            Days::All => true,
            Days::OfMonth(day) => day.is(date),
            Days::OfWeek(day) => day.is(date),
            Days::Both(month, week) => month.is(date) && week.is(date),
            Days::Either(month, week) => month.is(date) || week.is(date),
        }
    }

    /// The first minute of a day; the first after `after`, if there is one.
    fn time(&self, after: Option<Time>) -> Option<Time> {
        let at = |hour: u16, minute: u16| Time::new(hour as i8, minute as i8, 0, 0).ok();
        let Some(after) = after else {
            return at(self.hours.from(0)?, self.minutes.from(0)?);
        };
        let hour = after.hour() as u16;
        if self.hours.has(hour)
            && let Some(minute) = self.minutes.from(after.minute() as u16 + 1)
        {
            return at(hour, minute);
        }
        at(self.hours.from(hour + 1)?, self.minutes.from(0)?)
    }
}
