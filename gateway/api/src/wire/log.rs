//! Logs of invocations.

use serde::{Deserialize, Serialize};
use steploom_types::Timestamp;
use utoipa::ToSchema;

/// Who wrote a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum LogSource {
    /// The function.
    Function,
    /// Steploom: start, end, limits hit.
    Platform,
}

/// A line of a log.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct LogLine {
    /// When it was written.
    #[schema(value_type = String, format = DateTime)]
    pub timestamp: Timestamp,
    /// The invocation's request id.
    pub request_id: String,
    /// The function's version.
    pub version: u32,
    /// Who wrote it.
    pub source: LogSource,
    /// The text, without the line's end; control characters are escaped.
    pub message: String,
}

/// A page of log lines, oldest first.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct LogPage {
    /// The lines.
    pub items: Vec<LogLine>,
    /// Pass as `next` to get the page after this; absent on the last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next: Option<String>,
}
