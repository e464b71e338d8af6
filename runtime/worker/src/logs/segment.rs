//! Where segments lie: `logs/ACCOUNT/FUNCTION/HOUR/MILLISECONDS-NODE-NUMBER.jsonl`, one JSON
//! [`LogLine`](steploom_api::wire::LogLine) a line. Keys of a function sort by time.

use steploom_types::{AccountId, Name, Timestamp};

/// The hour of an instant, such as `2026-03-14T01`.
pub(super) fn hour(at: Timestamp) -> String {
    at.to_string().chars().take(13).collect()
}

/// All segments.
pub(super) const ALL: &str = "logs";

/// The segments of a function.
pub(super) fn of_function(account: AccountId, function: &Name) -> String {
    format!("{ALL}/{account}/{function}")
}

/// A new segment.
pub(super) fn key(
    account: AccountId,
    function: &Name,
    hour: &str,
    at: Timestamp,
    node: &str,
    number: u64,
) -> String {
    format!(
        "{}/{hour}/{:013}-{node}-{number}.jsonl",
        of_function(account, function),
        at.as_millis()
    )
}

/// The hour that a key says.
pub(super) fn hour_of_key(key: &str) -> Option<&str> {
    key.rsplit('/').nth(1)
}
