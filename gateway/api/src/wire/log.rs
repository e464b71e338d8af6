//! Logs of invocations and executions.

use serde::{Deserialize, Serialize};
use steploom_types::Timestamp;
use utoipa::{IntoParams, ToSchema};

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
    /// The invocation's request id; the execution's id.
    pub request_id: String,
    /// The function's or the machine's version.
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

/// Which of an execution's events are logged. An event that a level has, those before it have, too.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema,
)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum LogLevel {
    /// All.
    All,
    /// What went wrong: failures, timeouts, and what was given up.
    Error,
    /// That the execution did not end well.
    Fatal,
    /// None.
    #[default]
    Off,
}

/// What is logged of an execution.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, IntoParams)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
#[into_params(parameter_in = Query)]
pub struct Logging {
    /// Which of its events: ALL, ERROR, FATAL or OFF; none if left out.
    #[param(inline)]
    pub log_level: LogLevel,
    /// Whether with inputs, outputs, and all data between states.
    pub include_execution_data: bool,
}
