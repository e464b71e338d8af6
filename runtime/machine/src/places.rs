//! Places of items among others.

use serde::{Deserialize, Serialize};

use crate::snapshot::{Reader, Snap, Writer};

/// Some of the places of a row, from 0; takes a bit for each place up to the last.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "Vec<u64>", into = "Vec<u64>")]
pub struct Places(Vec<u8>);

impl Places {
    /// Those that [`Places::as_bytes`] gave.
    pub fn from_bytes(bytes: &[u8]) -> Self {
        let length = bytes.iter().rposition(|byte| *byte != 0);
        Self(bytes[..length.map_or(0, |last| last + 1)].to_vec())
    }

    /// Eight places to a byte, the first in the lowest bit.
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether this place is one of them.
    pub fn has(&self, place: u64) -> bool {
        let byte = usize::try_from(place / 8).ok();
        let byte = byte.and_then(|byte| self.0.get(byte));
        byte.is_some_and(|byte| byte & 1 << (place % 8) != 0)
    }

    /// Adds so many places from this one on.
    pub fn insert(&mut self, first: u64, count: u64) {
        let Some(last) = (first + count).checked_sub(1).filter(|_| count > 0) else {
            return;
        };
        let length = last as usize / 8 + 1;
        if self.0.len() < length {
            self.0.resize(length, 0);
        }
        for place in first..=last {
            self.0[place as usize / 8] |= 1 << (place % 8);
        }
    }

    /// The places, in order.
    pub fn iter(&self) -> impl Iterator<Item = u64> {
        let bytes = (0_u64..).zip(&self.0);
        bytes.flat_map(|(at, byte)| {
            let bits = (0..8).filter(move |bit| byte & 1 << bit != 0);
            bits.map(move |bit| at * 8 + bit)
        })
    }
}

/// How many places are passed over, then how many follow, and so on.
impl From<Places> for Vec<u64> {
    fn from(places: Places) -> Self {
        let mut runs: Self = Vec::new();
        let mut next = 0;
        for place in places.iter() {
            match runs.last_mut() {
                Some(last) if place == next => *last += 1,
                _ => runs.extend([place - next, 1]),
            }
            next = place + 1;
        }
        runs
    }
}

/// What is no row of places is cut off where it ceases to be one.
impl From<Vec<u64>> for Places {
    fn from(runs: Vec<u64>) -> Self {
        let mut places = Self::default();
        let mut next: u64 = 0;
        for run in runs.chunks_exact(2) {
            let first = next.saturating_add(run[0]);
            next = first.saturating_add(run[1]);
            if next > PLACES_MAX {
                break;
            }
            places.insert(first, run[1]);
        }
        places
    }
}

/// Places in what others sent: as many as a map run may have items.
const PLACES_MAX: u64 = steploom_types::limits::map_run::ITEMS_MAX;

impl Snap for Places {
    fn put(&self, out: &mut Writer) {
        out.number(self.0.len() as u64);
        out.raw(&self.0);
    }

    fn take(from: &mut Reader<'_>) -> Option<Self> {
        let length = from.length()?;
        from.raw(length).map(Self::from_bytes)
    }
}

#[cfg(test)]
mod tests {
    use super::Places;

    #[test]
    fn places_are_kept_in_any_form() {
        let mut places = Places::default();
        assert!(places.is_empty());
        for (first, count) in [(0, 2), (9, 1), (15, 3), (40, 0)] {
            places.insert(first, count);
        }
        let all: Vec<u64> = places.iter().collect();
        assert_eq!(all, [0, 1, 9, 15, 16, 17]);
        assert!(places.has(9) && !places.has(8) && !places.has(4_000));
        assert_eq!(Places::from_bytes(places.as_bytes()), places);
        let text = serde_json::to_string(&places).expect("JSON");
        assert_eq!(text, "[0,2,7,1,5,3]");
        let read: Places = serde_json::from_str(&text).expect("JSON");
        assert_eq!(read, places);
        let strange: Places = serde_json::from_str("[1,2,18446744073709551615,5]").expect("JSON");
        assert_eq!(strange.iter().collect::<Vec<_>>(), [1, 2]);
    }
}
