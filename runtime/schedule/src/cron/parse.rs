//! Reads cron expressions: AWS's six fields, and the five of Unix.

use super::day::{DayOfMonth, DayOfWeek};
use super::field::{
    DAY_OF_MONTH, DAY_OF_WEEK, Field, HOURS, MINUTES, MONTH, Set, UNIX_DAY_OF_WEEK, YEAR,
};
use super::{Cron, Days};

impl Cron {
    /// Parses `minutes hours day-of-month month day-of-week year`. Exactly one of the two fields of
    /// days is `?`.
    pub(crate) fn parse_aws(text: &str) -> Result<Self, String> {
        let fields: Vec<&str> = text.split_ascii_whitespace().collect();
        let [minutes, hours, month_day, months, week_day, years] = fields[..] else {
            return Err(format!(
                "cron(...) takes six fields: minutes hours day-of-month month day-of-week year; here are {}",
                fields.len()
            ));
        };
        let days = match (month_day, week_day) {
            ("?", "?") => {
                return Err("one of day of month and day of week may be '?', not both".to_owned());
            }
            ("?", "*") | ("*", "?") => Days::All,
            ("?", week_day) => {
                if week_day.contains('#') && week_day.contains(',') {
                    return Err("with '#', its day of week has one value".to_owned());
                }
                Days::OfWeek(of_week(&DAY_OF_WEEK, week_day)?)
            }
            (month_day, "?") => Days::OfMonth(of_month(month_day)?),
            _ => return Err("one of day of month and day of week must be '?'".to_owned()),
        };
        let years = match years {
            "*" => None,
            years => {
                // A set holds less than 256 numbers: they are counted from the first year.
                let mut set = Set::default();
                for part in years.split(',') {
                    for year in YEAR.numbers(part)? {
                        set.insert(year - YEAR.least);
                    }
                }
                Some(set)
            }
        };
        Ok(Self {
            minutes: set(&MINUTES, minutes)?,
            hours: set(&HOURS, hours)?,
            days,
            months: set(&MONTH, months)?,
            years,
        })
    }

    /// Parses `minutes hours day-of-month month day-of-week`, or a word such as `@daily`. If both
    /// fields of days are restricted, a day that either names is one; if one of them begins with `*`,
    /// a day that both name.
    pub(crate) fn parse_unix(text: &str) -> Result<Self, String> {
        let text = match text {
            "@yearly" | "@annually" => "0 0 1 1 *",
            "@monthly" => "0 0 1 * *",
            "@weekly" => "0 0 * * 0",
            "@daily" | "@midnight" => "0 0 * * *",
            "@hourly" => "0 * * * *",
            word if word.starts_with('@') => {
                return Err(
                    "of the words there are @yearly, @monthly, @weekly, @daily and @hourly"
                        .to_owned(),
                );
            }
            text => text,
        };
        let fields: Vec<&str> = text.split_ascii_whitespace().collect();
        let [minutes, hours, month_day, months, week_day] = fields[..] else {
            return Err(format!(
                "it must be at(...), rate(...), cron(...), or have the five fields minutes hours day-of-month month day-of-week; here are {}",
                fields.len()
            ));
        };
        let is_all = |field: &str| matches!(field, "*" | "?");
        let days = match (is_all(month_day), is_all(week_day)) {
            (true, true) => Days::All,
            (false, true) => Days::OfMonth(of_month(month_day)?),
            (true, false) => Days::OfWeek(of_week(&UNIX_DAY_OF_WEEK, week_day)?),
            (false, false) => {
                let of_month = of_month(month_day)?;
                let of_week = of_week(&UNIX_DAY_OF_WEEK, week_day)?;
                // As Vixie's cron has it: '*/2' is no restriction of its own.
                if month_day.starts_with('*') || week_day.starts_with('*') {
                    Days::Both(of_month, of_week)
                } else {
                    Days::Either(of_month, of_week)
                }
            }
        };
        Ok(Self {
            minutes: set(&MINUTES, minutes)?,
            hours: set(&HOURS, hours)?,
            days,
            months: set(&MONTH, months)?,
            years: None,
        })
    }
}

fn set(field: &Field, text: &str) -> Result<Set, String> {
    let mut set = Set::default();
    for part in text.split(',') {
        for number in field.numbers(part)? {
            set.insert(number);
        }
    }
    Ok(set)
}

/// Days of the month: numbers, `L` (the last), `L-3` (the third before it), `LW` (the last of Monday
/// to Friday), `15W` (the one of those that is nearest to the 15th).
fn of_month(text: &str) -> Result<DayOfMonth, String> {
    let mut days = DayOfMonth::default();
    for part in text.split(',') {
        let upper = part.to_ascii_uppercase();
        if upper == "L" {
            days.before_last.insert(0);
        } else if upper == "LW" {
            days.last_working_day = true;
        } else if let Some(before) = upper.strip_prefix("L-") {
            let before = DAY_OF_MONTH.number(before)?;
            if before > 30 {
                return Err(DAY_OF_MONTH.refuse(part));
            }
            days.before_last.insert(before);
        } else if let Some(day) = upper.strip_suffix('W') {
            days.nearest.insert(DAY_OF_MONTH.number(day)?);
        } else {
            for day in DAY_OF_MONTH.numbers(part)? {
                days.days.insert(day);
            }
        }
    }
    Ok(days)
}

/// Days of the week: numbers and names, `L` (Saturday), `6L` (the last of that day in a month),
/// `6#3` (the third of that day in a month).
fn of_week(field: &Field, text: &str) -> Result<DayOfWeek, String> {
    // Sunday is 0 from here on.
    let zeroed = |number: u16| (number - field.words_from) % 7;
    let mut days = DayOfWeek::default();
    for part in text.split(',') {
        let upper = part.to_ascii_uppercase();
        if upper == "L" {
            days.days.insert(6);
        } else if let Some((day, nth)) = upper.split_once('#') {
            let day = zeroed(field.number(day)?);
            let nth = nth.parse().ok().filter(|nth| (1..=5).contains(nth));
            let nth: u16 = nth.ok_or_else(|| {
                format!("behind '#' in its {} is a number from 1 to 5", field.name)
            })?;
            days.nth.insert(8 * nth + day);
        } else if let Some(day) = upper.strip_suffix('L') {
            days.last.insert(zeroed(field.number(day)?));
        } else {
            for day in field.numbers(part)? {
                days.days.insert(zeroed(day));
            }
        }
    }
    Ok(days)
}
