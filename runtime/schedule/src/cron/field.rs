//! Sets of small numbers, and the words that name them.

/// Numbers below 256, each a bit.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Set([u64; 4]);

impl Set {
    pub(super) fn insert(&mut self, number: u16) {
        if let Some(word) = self.0.get_mut(usize::from(number / 64)) {
            *word |= 1 << (number % 64);
        }
    }

    pub(super) fn has(&self, number: u16) -> bool {
        let word = self.0.get(usize::from(number / 64));
        word.is_some_and(|word| word & (1 << (number % 64)) != 0)
    }

    /// The least number in it that is `number` or more.
    pub(super) fn from(&self, number: u16) -> Option<u16> {
        (number..256).find(|number| self.has(*number))
    }
}

/// What a field may hold.
pub(super) struct Field {
    /// For people.
    pub(super) name: &'static str,
    pub(super) least: u16,
    pub(super) most: u16,
    /// Words for numbers, the first for `words_from`.
    pub(super) words: &'static [&'static str],
    pub(super) words_from: u16,
    /// Whether a range may go over its end to its beginning, as FRI-MON does.
    pub(super) wraps: bool,
}

pub(super) const MINUTES: Field = plain("minutes", 0, 59);
pub(super) const HOURS: Field = plain("hours", 0, 23);
pub(super) const DAY_OF_MONTH: Field = plain("day of month", 1, 31);
pub(super) const MONTH: Field = Field {
    words: &[
        "JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC",
    ],
    words_from: 1,
    ..plain("month", 1, 12)
};
/// As AWS counts: 1 is Sunday.
pub(super) const DAY_OF_WEEK: Field = Field {
    words: WEEK,
    words_from: 1,
    wraps: true,
    ..plain("day of week", 1, 7)
};
/// As Unix counts: 0 and 7 are Sunday.
pub(super) const UNIX_DAY_OF_WEEK: Field = Field {
    words: WEEK,
    words_from: 0,
    wraps: true,
    ..plain("day of week", 0, 7)
};
pub(super) const YEAR: Field = plain("year", super::YEARS.0, super::YEARS.1);

const WEEK: &[&str] = &["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"];

const fn plain(name: &'static str, least: u16, most: u16) -> Field {
    Field {
        name,
        least,
        most,
        words: &[],
        words_from: 0,
        wraps: false,
    }
}

impl Field {
    /// Reads a number or a word.
    pub(super) fn number(&self, text: &str) -> Result<u16, String> {
        let mut words = self.words.iter();
        if let Some(at) = words.position(|word| word.eq_ignore_ascii_case(text)) {
            return Ok(self.words_from + at as u16);
        }
        let digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
        let number = text.parse().ok().filter(|_| digits);
        let number = number.filter(|number| (self.least..=self.most).contains(number));
        number.ok_or_else(|| self.refuse(text))
    }

    /// Reads `*`, a number, a range, each with or without a step, into numbers.
    pub(super) fn numbers(&self, text: &str) -> Result<Vec<u16>, String> {
        let (range, step) = match text.split_once('/') {
            None => (text, None),
            Some((range, step)) => (range, Some(self.step(step)?)),
        };
        let (first, last) = match range.split_once('-') {
            _ if range == "*" => (self.least, self.most),
            Some((first, last)) => (self.number(first)?, self.number(last)?),
            None if step.is_some() => (self.number(range)?, self.most),
            None => {
                let number = self.number(range)?;
                (number, number)
            }
        };
        let step = usize::from(step.unwrap_or(1));
        if first <= last {
            return Ok((first..=last).step_by(step).collect());
        }
        if !self.wraps {
            return Err(format!("the range '{range}' of its {} falls", self.name));
        }
        let around = (first..=self.most).chain(self.least..=last);
        Ok(around.step_by(step).collect())
    }

    fn step(&self, text: &str) -> Result<u16, String> {
        let digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
        let step = text.parse().ok().filter(|_| digits);
        let step = step.filter(|step| (1..=self.most).contains(step));
        step.ok_or_else(|| {
            format!(
                "the step '{}' of its {} is not 1 to {}",
                text.escape_debug(),
                self.name,
                self.most
            )
        })
    }

    pub(super) fn refuse(&self, text: &str) -> String {
        let words = match (self.words.first(), self.words.last()) {
            (Some(first), Some(last)) => format!(" or {first} to {last}"),
            _ => String::new(),
        };
        format!(
            "'{}' in its {} is not {} to {}{words}",
            text.escape_debug(),
            self.name,
            self.least,
            self.most
        )
    }
}
