//! Which days: of the month, and of the week.

use jiff::civil::{Date, Weekday};

use super::field::Set;

/// Days of a month.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct DayOfMonth {
    pub(super) days: Set,
    /// So many days before the last.
    pub(super) before_last: Set,
    /// The last day that is none of a weekend.
    pub(super) last_working_day: bool,
    /// The day of Monday to Friday that is nearest to a day, in the same month.
    pub(super) nearest: Set,
}

/// Days of a week, 0 being Sunday.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct DayOfWeek {
    pub(super) days: Set,
    /// The last of a month.
    pub(super) last: Set,
    /// The one of this number in a month, 1 to 5: eight times the number, and the day.
    pub(super) nth: Set,
}

impl DayOfMonth {
    pub(super) fn is(&self, date: Date) -> bool {
        let (day, length) = (date.day() as u16, date.days_in_month() as u16);
        self.days.has(day)
            || self.before_last.has(length - day)
            || (self.last_working_day && working_day(date, length) == day)
            || (1..=length).any(|near| self.nearest.has(near) && working_day(date, near) == day)
    }
}

impl DayOfWeek {
    pub(super) fn is(&self, date: Date) -> bool {
        let weekday = date.weekday().to_sunday_zero_offset() as u16;
        let (day, length) = (date.day() as u16, date.days_in_month() as u16);
        self.days.has(weekday)
            || (self.last.has(weekday) && day + 7 > length)
            || self.nth.has(8 * ((day - 1) / 7 + 1) + weekday)
    }
}

/// The day of Monday to Friday that is nearest to a day of a month, within the month.
fn working_day(month: Date, day: u16) -> u16 {
    let length = month.days_in_month() as u16;
    let Ok(date) = Date::new(month.year(), month.month(), day as i8) else {
        return day;
    };
    match date.weekday() {
        Weekday::Saturday if day == 1 => day + 2,
        Weekday::Saturday => day - 1,
        Weekday::Sunday if day == length => day - 2,
        Weekday::Sunday => day + 1,
        _ => day,
    }
}
