//! Instants as milliseconds since 1970. Reading the clock is for the worker alone.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::{Error, Kind};

/// An instant, in milliseconds since 1970-01-01T00:00:00Z. In JSON an RFC 3339 text.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize,
)]
#[serde(try_from = "String", into = "String")]
pub struct Timestamp(i64);

/// 9999-12-30T21:59:59.999Z: the last instant that prints in every time zone; later ones are held to it.
const LAST_MS: i64 = 253_402_207_199_999;

impl Timestamp {
    /// The instant so many milliseconds after 1970, held within the years 1970 to 9999.
    pub fn from_millis(ms: i64) -> Self {
        Self(ms.clamp(0, LAST_MS))
    }

    /// Milliseconds since 1970.
    pub fn as_millis(self) -> i64 {
        self.0
    }

    /// The instant `ms` later, at most the year 9999.
    #[must_use]
    pub fn plus_millis(self, ms: u64) -> Self {
        Self(
            self.0
                .saturating_add(i64::try_from(ms).unwrap_or(i64::MAX))
                .min(LAST_MS),
        )
    }

    /// Milliseconds from `earlier` to this; 0 if this is the earlier one.
    pub fn millis_since(self, earlier: Self) -> u64 {
        u64::try_from(self.0.saturating_sub(earlier.0)).unwrap_or(0)
    }
}

impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match jiff::Timestamp::from_millisecond(self.0) {
            Ok(at) => write!(f, "{at:.3}"),
            Err(_) => write!(f, "{}ms", self.0),
        }
    }
}

impl FromStr for Timestamp {
    type Err = Error;

    /// Parses RFC 3339 with an offset, such as `2026-03-14T01:59:00Z`; the `T` and the offset must
    /// be there, as ASL wants them.
    fn from_str(text: &str) -> Result<Self, Error> {
        let bad = || {
            Error::new(
                Kind::Invalid,
                "InvalidTimestamp",
                format!(
                    "'{}' is not an RFC 3339 timestamp with an offset, such as 2026-03-14T01:59:00Z",
                    text.escape_default()
                ),
            )
        };
        if text.as_bytes().get(10) != Some(&b'T') || text.len() > 40 || text.ends_with(']') {
            return Err(bad());
        }
        let at: jiff::Timestamp = text.parse().map_err(|_| bad())?;
        Ok(Self::from_millis(at.as_millisecond()))
    }
}

impl TryFrom<String> for Timestamp {
    type Error = Error;

    fn try_from(text: String) -> Result<Self, Error> {
        text.parse()
    }
}

impl From<Timestamp> for String {
    fn from(at: Timestamp) -> Self {
        at.to_string()
    }
}

#[cfg(test)]
mod tests;
