//! Ids of executions, and the slots and shards that they fall into.
//!
//! An id carries its slot, so where an execution lives follows from its id alone and a shard can
//! split without touching ids. Ranges of slots map to shards.

use std::fmt;
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

    /// The id of stored bytes.
    pub fn from_bytes(bytes: [u8; 16]) -> Self {
        Self(u128::from_be_bytes(bytes))
    }
}

impl fmt::Display for ExecutionId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let n = self.0;
        write!(
            f,
            "{:08x}-{:04x}-{:04x}-{:04x}-{:012x}",
            (n >> 96) as u32,
            (n >> 80) as u16,
            (n >> 64) as u16,
            (n >> 48) as u16,
            n & 0xffff_ffff_ffff
        )
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
        id.to_string()
    }
}

#[cfg(test)]
mod tests;
