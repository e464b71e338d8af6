//! Where segments lie: `logs/ACCOUNT/FUNCTION/HOUR/MILLISECONDS-NODE-NUMBER.jsonl`, those of a machine
//! under `machine:MACHINE` in place of the function, one JSON [`LogLine`](steploom_api::wire::LogLine) a
//! line. Keys of a function or machine sort by time.

use steploom_types::{AccountId, Timestamp};

use super::Of;

/// The hour of an instant, such as `2026-03-14T01`.
pub(super) fn hour(at: Timestamp) -> String {
    at.to_string().chars().take(13).collect()
}

/// All segments.
pub(super) const ALL: &str = "logs";

/// The segments of a function or a machine.
pub(super) fn folder(account: AccountId, of: &Of) -> String {
    format!("{ALL}/{account}/{of}")
}

/// A new segment.
pub(super) fn key(
    account: AccountId,
    of: &Of,
    hour: &str,
    at: Timestamp,
    node: &str,
    number: u64,
) -> String {
    format!(
        "{}/{hour}/{:013}-{node}-{number}.jsonl",
        folder(account, of),
        at.as_millis()
    )
}

/// The hour that a key says.
pub(super) fn hour_of_key(key: &str) -> Option<&str> {
    key.rsplit('/').nth(1)
}
