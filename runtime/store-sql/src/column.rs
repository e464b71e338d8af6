//! Stored columns as checked values. A value that no release wrote is corruption, never a guess.

use steploom_store::projection::Status;
use steploom_store::{Error, Result};
use steploom_types::{AccountId, Digest, ExecutionId, MachineName, Name, ShardId, Slot, Timestamp};

/// A signed column that holds a count: epochs, lsns, events, bytes.
pub(crate) fn count(stored: i64) -> Result<u64> {
    u64::try_from(stored).map_err(|_| bad("count", stored))
}

/// A count for storage. Beyond 2^63 it is negative, and so equal to nothing that was ever stored.
pub(crate) fn stored(count: u64) -> i64 {
    count.cast_signed()
}

pub(crate) fn number<T: TryFrom<i64>>(what: &str, stored: i64) -> Result<T> {
    T::try_from(stored).map_err(|_| bad(what, stored))
}

pub(crate) fn shard(stored: i64) -> Result<ShardId> {
    number("shard", stored).map(ShardId)
}

pub(crate) fn slot(stored: i64) -> Result<Slot> {
    number("slot", stored).map(Slot)
}

pub(crate) fn account(stored: i64) -> Result<AccountId> {
    AccountId::from_u64(count(stored)?).ok_or_else(|| bad("account", stored))
}

pub(crate) fn execution(stored: &[u8]) -> Result<ExecutionId> {
    let bytes = stored.try_into().map_err(|_| bad("id", stored.len()))?;
    Ok(ExecutionId::from_bytes(bytes))
}

pub(crate) fn digest(stored: &[u8]) -> Result<Digest> {
    let bytes = stored.try_into().map_err(|_| bad("digest", stored.len()))?;
    Ok(Digest::from_bytes(bytes))
}

/// The key of an object or a value.
pub(crate) fn key(stored: Vec<u8>) -> Result<String> {
    String::from_utf8(stored).map_err(|bad_key| bad("key", bad_key.into_bytes()))
}

pub(crate) fn name(stored: &str) -> Result<Name> {
    stored.parse().map_err(|_| bad("name", stored))
}

pub(crate) fn machine(stored: &str) -> Result<MachineName> {
    stored.parse().map_err(|_| bad("machine", stored))
}

pub(crate) fn status(stored: i64) -> Result<Status> {
    let code = u8::try_from(stored).ok().and_then(Status::from_code);
    code.ok_or_else(|| bad("status", stored))
}

/// An instant; one that does not survive [`Timestamp`]'s bounds was never written.
pub(crate) fn instant(stored: i64) -> Result<Timestamp> {
    let at = Timestamp::from_millis(stored);
    (at.as_millis() == stored)
        .then_some(at)
        .ok_or_else(|| bad("instant", stored))
}

fn bad(what: &str, stored: impl std::fmt::Debug) -> Error {
    Error::Corrupt(format!("a stored {what} is {stored:?}"))
}
