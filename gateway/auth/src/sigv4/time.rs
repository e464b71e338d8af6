//! Instants as AWS writes them: `20150830T123600Z`.

use std::fmt;

use jiff::civil::DateTime;
use jiff::tz::TimeZone;

/// An instant, in seconds, between the years 1 and 9999.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct AmzTime(jiff::Timestamp);

impl AmzTime {
    /// The instant so many seconds after 1970 began; what lies outside of the calendar is its end.
    pub fn from_seconds(seconds: i64) -> Self {
        Self(jiff::Timestamp::from_second(seconds).unwrap_or(jiff::Timestamp::MAX))
    }

    /// Seconds since 1970 began.
    pub fn seconds(self) -> i64 {
        self.0.as_second()
    }

    /// Reads `20150830T123600Z`.
    pub(super) fn parse(text: &str) -> Option<Self> {
        // `strptime` alone would take fewer digits.
        let bytes = text.as_bytes();
        let has_shape = bytes.len() == 16
            && bytes.iter().enumerate().all(|(at, byte)| match at {
                8 => *byte == b'T',
                15 => *byte == b'Z',
                _ => byte.is_ascii_digit(),
            });
        let civil = has_shape
            .then(|| DateTime::strptime("%Y%m%dT%H%M%SZ", text))?
            .ok()?;
        civil
            .to_zoned(TimeZone::UTC)
            .ok()
            .map(|zoned| Self(zoned.timestamp()))
    }

    /// Reads what the header `Date` holds: the same, or `Sun, 30 Aug 2015 12:36:00 GMT`.
    pub(super) fn parse_date(text: &str) -> Option<Self> {
        Self::parse(text).or_else(|| {
            let zoned = jiff::fmt::rfc2822::parse(text).ok()?;
            Some(Self::from_seconds(zoned.timestamp().as_second()))
        })
    }

    /// `20150830`
    pub(super) fn date(self) -> String {
        let mut text = self.to_string();
        text.truncate(8);
        text
    }

    /// The instant so many seconds later.
    pub(crate) fn plus_seconds(self, seconds: i64) -> Self {
        Self::from_seconds(self.seconds().saturating_add(seconds))
    }
}

impl fmt::Display for AmzTime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let civil = self.0.to_zoned(TimeZone::UTC).datetime();
        write!(
            f,
            "{:04}{:02}{:02}T{:02}{:02}{:02}Z",
            civil.year(),
            civil.month(),
            civil.day(),
            civil.hour(),
            civil.minute(),
            civil.second()
        )
    }
}
