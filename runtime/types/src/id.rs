//! Ids of executions, and the slots and shards that they fall into.
//!
//! An id carries its slot, so where an execution lives follows from its id alone and a shard can
//! split without touching ids. Ranges of slots map to shards.

use std::fmt;
use std::ops::Deref;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use crate::{AccountId, Error, Kind, Timestamp};

/// 16 bits of an id; ranges of slots map to shards.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Slot(pub u16);

impl Slot {
    /// The slot of a name that is not itself an id: a hash of account, machine and name.
    pub fn of_name(account: AccountId, machine: &str, name: &str) -> Self {
        let mut hash = Sha256::new();
        hash.update(account.as_u64().to_be_bytes());
        hash.update(machine.as_bytes());
        hash.update([0]);
        hash.update(name.as_bytes());
        let bytes: [u8; 32] = hash.finalize().into();
        Self(u16::from_be_bytes([bytes[0], bytes[1]]))
    }

    /// The slot in which an execution called `name` lives: the one embedded, if the name is one of
    /// our ids, else a hash.
    pub fn of(account: AccountId, machine: &str, name: &str) -> Self {
        name.parse::<ExecutionId>()
            .map_or_else(|_| Self::of_name(account, machine, name), ExecutionId::slot)
    }
}

/// A slice of executions with one owner at a time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct ShardId(pub u16);

impl FromStr for ShardId {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        text.parse().map(Self).map_err(|_| {
            let text = text.escape_default();
            Error::invalid(
                "InvalidShard",
                format!("'{text}' is not a shard's number: 0 to {}", u16::MAX),
            )
        })
    }
}

impl fmt::Display for ShardId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0)
    }
}

/// An execution's id: 16 bits of slot, 48 bits of time (ms), 64 random bits.
///
/// Printed in the 8-4-4-4-12 form of a UUID, which is what AWS names executions by.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct ExecutionId(u128);

impl ExecutionId {
    /// Makes an id from its parts. `random` comes from the caller, since nothing here draws chance.
    pub fn new(slot: Slot, at: Timestamp, random: u64) -> Self {
        let time = (at.as_millis().max(0) as u128) & 0xffff_ffff_ffff;
        Self(u128::from(slot.0) << 112 | time << 64 | u128::from(random))
    }

    /// The slot it lives in.
    pub fn slot(self) -> Slot {
        Slot((self.0 >> 112) as u16)
    }

    /// When it was made.
    pub fn created(self) -> Timestamp {
        Timestamp::from_millis(((self.0 >> 64) & 0xffff_ffff_ffff) as i64)
    }

    /// The 16 bytes, big-endian, for storage.
    pub fn to_bytes(self) -> [u8; 16] {
        self.0.to_be_bytes()
    }

    /// The text, without an allocation.
    pub fn text(self) -> IdText {
        const DIGITS: &[u8; 16] = b"0123456789abcdef";
        /// The bytes before which a dash stands.
        const DASHED: [usize; 4] = [4, 6, 8, 10];
        let mut text = [b'-'; IdText::LENGTH];
        let mut place = 0;
        for (number, byte) in self.to_bytes().into_iter().enumerate() {
            place += usize::from(DASHED.contains(&number));
            text[place] = DIGITS[usize::from(byte >> 4)];
            text[place + 1] = DIGITS[usize::from(byte & 0xf)];
            place += 2;
        }
        IdText(text)
    }

    /// The id of stored bytes.
    pub fn from_bytes(bytes: [u8; 16]) -> Self {
        Self(u128::from_be_bytes(bytes))
    }
}

/// An id as text: see [`ExecutionId::text`].
#[derive(Clone, Copy)]
pub struct IdText([u8; Self::LENGTH]);

impl IdText {
    /// 32 digits and four dashes.
    const LENGTH: usize = 36;
}

impl Deref for IdText {
    type Target = str;

    fn deref(&self) -> &str {
        // Digits and dashes are always text.
        std::str::from_utf8(&self.0).unwrap_or_default()
    }
}

impl fmt::Display for ExecutionId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text())
    }
}

impl fmt::Debug for ExecutionId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl FromStr for ExecutionId {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        let bad = || {
            Error::new(
                Kind::Invalid,
                "InvalidExecutionId",
                "an execution's id has the form of a UUID",
            )
        };
        let groups = [8, 4, 4, 4, 12];
        let mut n = 0_u128;
        let mut parts = text.split('-');
        for digits in groups {
            let part = parts.next().ok_or_else(bad)?;
            if part.len() != digits
                || !part
                    .bytes()
                    .all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b))
            {
                return Err(bad());
            }
            n = n << (4 * digits) | u128::from_str_radix(part, 16).map_err(|_| bad())?;
        }
        parts.next().is_none().then_some(Self(n)).ok_or_else(bad)
    }
}

impl TryFrom<String> for ExecutionId {
    type Error = Error;

    fn try_from(text: String) -> Result<Self, Error> {
        text.parse()
    }
}

impl From<ExecutionId> for String {
    fn from(id: ExecutionId) -> Self {
        (*id.text()).to_owned()
    }
}

#[cfg(test)]
mod tests;
