//! What a schedule is written as: `at(...)`, `rate(...)`, `cron(...)`, and the five fields of Unix.

use std::fmt;

use jiff::civil::DateTime;
use steploom_types::Error;

use crate::cron::Cron;

/// Characters of an expression (AWS: 256).
const LENGTH_MAX: usize = 256;

const SECOND_MS: u64 = 1_000;
const MINUTE_MS: u64 = 60 * SECOND_MS;
const HOUR_MS: u64 = 60 * MINUTE_MS;
const DAY_MS: u64 = 24 * HOUR_MS;

/// The largest value of a rate: nearly three thousand years of days.
const RATE_MAX: u64 = 999_999;

/// When something is due, apart from time zone, start and end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Expression {
    /// Once, at this local time.
    At(DateTime),
    /// Again and again after so many milliseconds.
    Rate {
        /// At least 1,000.
        period_ms: u64,
    },
    /// At the local times that these fields name.
    Cron(Box<Cron>),
}

/// An expression that means nothing, and why not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Invalid {
    expression: String,
    reason: String,
}

impl Invalid {
    /// What AWS says of it.
    pub fn as_aws(&self) -> String {
        format!("Invalid Schedule Expression {}.", self.expression)
    }

    /// What is wrong with it.
    pub fn reason(&self) -> &str {
        &self.reason
    }
}

impl fmt::Display for Invalid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let shown = self.expression.escape_debug();
        write!(f, "'{shown}' is no schedule: {}", self.reason)
    }
}

impl std::error::Error for Invalid {}

impl From<Invalid> for Error {
    fn from(invalid: Invalid) -> Self {
        Error::invalid("InvalidScheduleExpression", invalid.to_string())
    }
}

impl Expression {
    /// Parses what EventBridge Scheduler takes: `at(yyyy-mm-ddThh:mm:ss)`, `rate(value unit)` with
    /// minutes, hours or days, and `cron(minutes hours day-of-month month day-of-week year)`.
    pub fn parse_aws(text: &str) -> Result<Self, Invalid> {
        within(text)
            .and_then(aws)
            .map_err(|reason| invalid(text, reason))
    }

    /// Parses that, and also rates in seconds, the five fields of Unix's cron, and `@daily` and the
    /// like.
    pub fn parse(text: &str) -> Result<Self, Invalid> {
        let parsed = within(text).and_then(|trimmed| match trimmed.split_once('(') {
            None => Cron::parse_unix(trimmed).map(|cron| Self::Cron(Box::new(cron))),
            Some(("rate", rest)) => rate(closed(rest)?, true),
            Some(_) => aws(trimmed),
        });
        parsed.map_err(|reason| invalid(text, reason))
    }

    /// Whether it is due once at the most.
    pub fn is_once(&self) -> bool {
        matches!(self, Self::At(_))
    }
}

fn invalid(text: &str, reason: String) -> Invalid {
    Invalid {
        expression: text.chars().take(LENGTH_MAX).collect(),
        reason,
    }
}

fn within(text: &str) -> Result<&str, String> {
    let trimmed = text.trim();
    match trimmed.len() {
        0 => Err("it is empty".to_owned()),
        1..=LENGTH_MAX => Ok(trimmed),
        length => Err(format!(
            "it has {length} characters; {LENGTH_MAX} are allowed"
        )),
    }
}

fn aws(text: &str) -> Result<Expression, String> {
    match text.split_once('(') {
        Some(("at", rest)) => at(closed(rest)?),
        Some(("rate", rest)) => rate(closed(rest)?, false),
        Some(("cron", rest)) => {
            let cron = Cron::parse_aws(closed(rest)?)?;
            Ok(Expression::Cron(Box::new(cron)))
        }
        _ => Err("it must be at(...), rate(...) or cron(...)".to_owned()),
    }
}

fn closed(rest: &str) -> Result<&str, String> {
    let inner = rest.strip_suffix(')');
    inner.ok_or_else(|| "its parenthesis is not closed".to_owned())
}

fn at(text: &str) -> Result<Expression, String> {
    let bad = || "at(...) takes a local time such as at(2026-03-14T01:59:00)".to_owned();
    // jiff reads more forms than this one.
    let is_plain = text.len() == 19
        && text.bytes().enumerate().all(|(at, byte)| match at {
            4 | 7 => byte == b'-',
            10 => byte == b'T',
            13 | 16 => byte == b':',
            _ => byte.is_ascii_digit(),
        });
    if !is_plain {
        return Err(bad());
    }
    // A leap second is no time of day here.
    if text.ends_with("60") {
        return Err(bad());
    }
    let civil: DateTime = text.parse().map_err(|_| bad())?;
    if civil.year() < 1970 {
        return Err("at(...) takes a time from 1970 on".to_owned());
    }
    Ok(Expression::At(civil))
}

fn rate(text: &str, seconds: bool) -> Result<Expression, String> {
    let bad = || {
        let units = if seconds {
            "seconds, minutes, hours or days"
        } else {
            "minutes, hours or days"
        };
        format!("rate(...) takes a number from 1 to {RATE_MAX} and a unit: {units}")
    };
    let mut words = text.split_ascii_whitespace();
    let (Some(value), Some(unit), None) = (words.next(), words.next(), words.next()) else {
        return Err(bad());
    };
    if !value.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(bad());
    }
    let value: u64 = value.parse().map_err(|_| bad())?;
    if !(1..=RATE_MAX).contains(&value) {
        return Err(bad());
    }
    let unit_ms = match unit {
        "second" | "seconds" if seconds => SECOND_MS,
        "minute" | "minutes" => MINUTE_MS,
        "hour" | "hours" => HOUR_MS,
        "day" | "days" => DAY_MS,
        _ => return Err(bad()),
    };
    Ok(Expression::Rate {
        period_ms: value * unit_ms,
    })
}
