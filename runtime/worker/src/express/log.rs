//! The log of an execution that has no history: its events as lines, one JSON object each, in the fields
//! in which AWS logs them.

use std::fmt::Display;

use serde_json::{Map, Value, json};
use steploom_api::wire::{LogLevel, LogLine, LogSource, Logging};
use steploom_machine::{Event, EventSink, PartialFailure, Started};
use steploom_types::limits::express::LOGGED_TEXT_BYTES_MAX;
use steploom_types::{AccountId, MachineName, Name, Timestamp};

use crate::logs::{Lines, Logs, Of};

/// Bytes of lines that gather before they are handed on.
const GATHERED_BYTES: usize = 256 * 1024;

/// The fields of an event's details that hold what goes through the execution.
const DATA: [&str; 4] = ["input", "output", "parameters", "assignedVariables"];

/// Takes an execution's events.
pub(crate) struct Log {
    logs: Logs,
    logging: Logging,
    account: AccountId,
    machine: Name,
    version: u32,
    id: String,
    arn: String,
    lines: Vec<LogLine>,
    bytes: usize,
}

impl Log {
    /// The log of an execution; none if nothing of it is logged.
    pub(crate) fn new(logs: &Logs, started: &Started, logging: Logging) -> Option<Self> {
        let (MachineName::Named(machine) | MachineName::OfFunction(machine)) = &started.machine;
        (logging.log_level != LogLevel::Off).then(|| Self {
            logs: logs.clone(),
            logging,
            account: started.account,
            machine: machine.clone(),
            version: started.machine_version,
            id: started.id.to_string(),
            arn: started.arn(),
            lines: Vec::new(),
            bytes: 0,
        })
    }

    /// Hands on what has gathered.
    pub(super) fn tell(&mut self) {
        if self.lines.is_empty() {
            return;
        }
        self.bytes = 0;
        self.logs.write(Lines {
            account: self.account,
            of: Of::Machine(self.machine.clone()),
            items: std::mem::take(&mut self.lines),
        });
    }

    /// It has ended in a way that is not the machine's.
    pub(super) fn failed(&mut self, id: u64, at: Timestamp, failure: &PartialFailure) {
        let mut details = Map::new();
        for (name, text) in [("error", &failure.error), ("cause", &failure.cause)] {
            if let Some(text) = text {
                details.insert(name.to_owned(), text.as_str().into());
            }
        }
        self.line("ExecutionFailed", (id, 0), at, details);
    }

    /// Nobody waits for it any more.
    pub(super) fn given_up(&mut self, id: u64, at: Timestamp) {
        self.line("ExecutionAborted", (id, 0), at, Map::new());
    }

    fn line(
        &mut self,
        kind: &str,
        (id, previous): (u64, u64),
        at: Timestamp,
        mut details: Map<String, Value>,
    ) {
        if !self.logging.include_execution_data {
            details.retain(|name, _| !DATA.contains(&name.as_str()));
        }
        let cut: usize = details.values_mut().map(cut_off).sum();
        if cut > 0 {
            details.insert("truncated".to_owned(), true.into());
        }
        let text = |what: &dyn Display| what.to_string();
        let message = json!({
            "id": text(&id),
            "type": kind,
            "details": details,
            "previous_event_id": text(&previous),
            "event_timestamp": text(&at.as_millis()),
            "execution_arn": self.arn,
        });
        let message = message.to_string();
        self.bytes += message.len();
        self.lines.push(LogLine {
            timestamp: at,
            request_id: self.id.clone(),
            version: self.version,
            source: LogSource::Platform,
            message,
        });
        if self.bytes >= GATHERED_BYTES {
            self.tell();
        }
    }
}

impl Drop for Log {
    fn drop(&mut self) {
        self.tell();
    }
}

impl EventSink for Log {
    fn event(&mut self, event: Event<'_>) {
        let kind = event.kind();
        if self.logging.log_level <= level(kind) {
            let ids = (event.id, event.previous);
            self.line(kind, ids, event.at, event.details());
        }
    }
}

/// The highest level that has events of a type, as on AWS.
fn level(kind: &str) -> LogLevel {
    let is_bad = ["Failed", "TimedOut", "Aborted", "Expired"];
    match kind {
        "ExecutionFailed" | "ExecutionTimedOut" | "ExecutionAborted" => LogLevel::Fatal,
        "FailStateEntered" => LogLevel::Error,
        _ if is_bad.iter().any(|end| kind.ends_with(end)) => LogLevel::Error,
        _ => LogLevel::All,
    }
}

/// Leaves of texts what may be logged; of how many something was cut off.
fn cut_off(value: &mut Value) -> usize {
    match value {
        Value::String(text) if text.len() > LOGGED_TEXT_BYTES_MAX => {
            let end = text.floor_char_boundary(LOGGED_TEXT_BYTES_MAX);
            text.truncate(end);
            1
        }
        // The variables, each of them a text.
        Value::Object(fields) => fields.values_mut().map(cut_off).sum(),
        _ => 0,
    }
}

#[cfg(test)]
mod tests;
