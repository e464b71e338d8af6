//! Time zones, and where a local time lies in time.

use std::fmt;

use jiff::civil::DateTime;
use jiff::tz::{AmbiguousOffset, TimeZone, TimeZoneDatabase};
use serde::{Deserialize, Serialize};
use steploom_types::{Error, Timestamp};

/// What becomes of a local time that does not exist, because clocks go forward over it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Gap {
    /// It is due at the first instant after the gap.
    #[default]
    Fire,
    /// It is not due.
    Skip,
}

/// A time zone by its IANA name, such as `Europe/Berlin`.
#[derive(Clone, PartialEq, Eq)]
pub struct Zone {
    name: String,
    zone: TimeZone,
}

impl fmt::Debug for Zone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Zone({})", self.name)
    }
}

impl Zone {
    /// Coordinated universal time.
    pub fn utc() -> Self {
        Self {
            name: "UTC".to_owned(),
            zone: TimeZone::UTC,
        }
    }

    /// A zone by its name, in any case.
    ///
    /// # Errors
    /// `Invalid` / `InvalidTimeZone` when there is no such zone.
    pub fn parse(name: &str) -> Result<Self, Error> {
        if name.eq_ignore_ascii_case("utc") {
            return Ok(Self::utc());
        }
        let zone = TimeZoneDatabase::bundled().get(name).map_err(|_| {
            let name: String = name.chars().take(64).collect();
            Error::invalid(
                "InvalidTimeZone",
                format!(
                    "there is no time zone '{}'; names are those of IANA, such as Europe/Berlin",
                    name.escape_debug()
                ),
            )
        })?;
        Ok(Self {
            name: zone.iana_name().unwrap_or(name).to_owned(),
            zone,
        })
    }

    /// Its name, as the database spells it.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// What clocks there show.
    pub(crate) fn civil(&self, at: Timestamp) -> DateTime {
        self.zone.to_datetime(instant(at))
    }

    /// When clocks there show this for the first time. `None` if they do not, and that is skipped.
    ///
    /// Never falls while `civil` rises: that is what lets a search stop at its first hit.
    pub(crate) fn first(&self, civil: DateTime, gap: Gap) -> Option<Timestamp> {
        let ambiguous = self.zone.to_ambiguous_timestamp(civil);
        let found = match ambiguous.offset() {
            AmbiguousOffset::Unambiguous { offset } => offset.to_timestamp(civil),
            AmbiguousOffset::Fold { before, .. } => before.to_timestamp(civil),
            AmbiguousOffset::Gap { .. } if gap == Gap::Skip => return None,
            AmbiguousOffset::Gap { before, .. } => {
                // With the offset before the change it lies behind the change.
                let behind = before.to_timestamp(civil).ok()?;
                let later = behind
                    .checked_add(jiff::SignedDuration::from_nanos(1))
                    .ok()?;
                let change = self.zone.preceding(later).next()?;
                Ok(change.timestamp())
            }
        };
        let ms = found.ok()?.as_millisecond();
        // What a timestamp of ours cannot hold is never due.
        let at = Timestamp::from_millis(ms);
        (at.as_millis() == ms).then_some(at)
    }
}

fn instant(at: Timestamp) -> jiff::Timestamp {
    jiff::Timestamp::from_millisecond(at.as_millis())
        .unwrap_or_else(|_| unreachable!("a timestamp is within the years 1970 to 9999"))
}
