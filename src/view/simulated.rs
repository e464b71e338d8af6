//! A simulated execution for people: its history as a table, and how it ended.

use std::fmt::Write as _;

use serde_json::{Map, Value};
use steploom_simulator::{Report, Status};
use steploom_types::Timestamp;

use super::{Paint, human};

/// Characters of the details that are shown of an event.
const DETAILS_LENGTH_MAX: usize = 96;

/// What is not shown: it is the same everywhere.
const LEFT_OUT: [&str; 6] = [
    "name",
    "inputDetails",
    "outputDetails",
    "assignedVariablesDetails",
    "region",
    "roleArn",
];

/// A line an event: number, the one it follows, seconds since the start, type, details.
pub(crate) fn history(report: &Report, paint: Paint) -> Vec<String> {
    let head = format!(
        "{:>5} {:>5} {:>11}  {:<28} DETAILS",
        "ID", "AFTER", "SECONDS", "EVENT"
    );
    let mut lines = vec![paint.dim(&head)];
    lines.extend(
        report
            .events
            .iter()
            .map(|event| line(event, report.started_at, paint)),
    );
    lines
}

fn line(event: &Value, start: Timestamp, paint: Paint) -> String {
    let kind = event["type"].as_str().unwrap_or_default();
    let at = event["timestamp"].as_str().unwrap_or_default();
    let at: Option<Timestamp> = at.parse().ok();
    let seconds = at.map_or(0.0, |at| at.millis_since(start) as f64 / 1_000.0);
    let padded = format!("{kind:<28}");
    let coloured = if ["Failed", "TimedOut", "Aborted"]
        .iter()
        .any(|end| kind.ends_with(end))
    {
        paint.red(&padded)
    } else if kind.ends_with("Succeeded") {
        paint.green(&padded)
    } else {
        padded
    };
    let about = Report::details(event).map(about).unwrap_or_default();
    let line = format!(
        "{:>5} {:>5} {seconds:>11.3}  {coloured} {about}",
        event["id"].as_u64().unwrap_or_default(),
        event["previousEventId"].as_u64().unwrap_or_default(),
    );
    line.trim_end().to_owned()
}

/// The name first, then the rest as `key=value`.
fn about(details: &Map<String, Value>) -> String {
    let name = details.get("name").and_then(Value::as_str);
    let mut parts: Vec<String> = name.map(str::to_owned).into_iter().collect();
    for (key, value) in details {
        if LEFT_OUT.contains(&key.as_str()) {
            continue;
        }
        match value {
            Value::String(text) => parts.push(format!("{key}={text}")),
            value => parts.push(format!("{key}={value}")),
        }
    }
    human::clip(&parts.join("  "), DETAILS_LENGTH_MAX)
}

/// How it ended, or why it did not.
pub(crate) fn summary(report: &Report, paint: Paint) -> String {
    let took = human::duration(report.statistics.elapsed_ms);
    let status = report.status.name();
    let head = match report.status {
        Status::Succeeded => format!("{} {}", paint.green("✓"), paint.bold(status)),
        _ => format!("{} {}", paint.red("✗"), paint.bold(status)),
    };
    let counts = format!(
        "after {took} of virtual time, {}, {}",
        human::plural(report.statistics.events, "event"),
        human::plural(report.statistics.calls, "call")
    );
    let mut text = format!("{head} {}", paint.dim(&counts));
    if let Some(halt) = report.halt {
        let _ = write!(text, "\n  {}", halt.reason());
    }
    if let Some(error) = &report.error {
        let _ = write!(text, "\n  {}", paint.red(error));
    }
    if let Some(cause) = &report.cause {
        let _ = write!(text, "\n  {cause}");
    }
    text
}
