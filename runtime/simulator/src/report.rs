//! What a simulation gives.

use serde_json::{Map, Value, json};
use steploom_types::{Json, Timestamp};

use crate::history;

/// How an execution stands at the end of its simulation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {
    /// It has not ended: see [`Report::halt`].
    Running,
    /// It ended well.
    Succeeded,
    /// A failure ended it.
    Failed,
    /// The machine's `TimeoutSeconds` ended it.
    TimedOut,
    /// It was stopped.
    Aborted,
}

impl Status {
    /// AWS's name of it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Running => "RUNNING",
            Self::Succeeded => "SUCCEEDED",
            Self::Failed => "FAILED",
            Self::TimedOut => "TIMED_OUT",
            Self::Aborted => "ABORTED",
        }
    }
}

/// Why a simulation stopped before the execution ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Halt {
    /// It waits for something that nobody in the world will do.
    Waits,
    /// The bound on facts was reached.
    Facts,
    /// The bound on virtual time was reached.
    Time,
    /// The bound on events was reached.
    Events,
}

impl Halt {
    /// For people.
    pub fn reason(self) -> &'static str {
        match self {
            Self::Waits => "it waits for something that nothing in the simulated world will do",
            Self::Facts => "the simulation's limit of steps was reached",
            Self::Time => "the simulation's limit of virtual time was reached",
            Self::Events => "the limit of events of one execution was reached",
        }
    }
}

/// How one execution went.
#[derive(Clone, Debug)]
pub struct Report {
    /// How it stands.
    pub status: Status,
    /// Why it was given up, if it still runs.
    pub halt: Option<Halt>,
    /// Its output, if it ended well.
    pub output: Option<Json>,
    /// The failure's name, if it has one.
    pub error: Option<String>,
    /// The failure's cause, if it has one.
    pub cause: Option<String>,
    /// Its ARN.
    pub arn: String,
    /// When it started, in virtual time.
    pub started_at: Timestamp,
    /// When it ended, or when the simulation did.
    pub stopped_at: Timestamp,
    /// Every event, in the shape of AWS's `GetExecutionHistory`.
    pub events: Vec<Value>,
    /// Counts.
    pub statistics: Statistics,
}

/// Counts of what one simulation did, nested executions included.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Statistics {
    /// Facts folded.
    pub facts: u64,
    /// Attempts at tasks.
    pub calls: u64,
    /// Executions, the first included.
    pub executions: u64,
    /// Events of the first execution.
    pub events: u64,
    /// States that the first execution entered.
    pub states_entered: u64,
    /// Milliseconds of virtual time.
    pub elapsed_ms: u64,
}

impl Report {
    /// For programs: one document.
    pub fn json(&self) -> Value {
        let mut all = Map::new();
        all.insert("status".to_owned(), self.status.name().into());
        if let Some(output) = &self.output {
            all.insert("output".to_owned(), output.value().clone());
        }
        for (name, text) in [("error", &self.error), ("cause", &self.cause)] {
            if let Some(text) = text {
                all.insert(name.to_owned(), text.as_str().into());
            }
        }
        if let Some(halt) = self.halt {
            all.insert("halted".to_owned(), halt.reason().into());
        }
        all.insert("executionArn".to_owned(), self.arn.as_str().into());
        all.insert("startDate".to_owned(), self.started_at.to_string().into());
        if self.halt.is_none() {
            all.insert("stopDate".to_owned(), self.stopped_at.to_string().into());
        }
        all.insert("statistics".to_owned(), self.statistics.json());
        all.insert("events".to_owned(), self.events.clone().into());
        all.into()
    }

    /// The fields of an event's details, as AWS has them under a name of the event's type.
    pub fn details(event: &Value) -> Option<&Map<String, Value>> {
        history::details_of(event)
    }
}

impl Statistics {
    fn json(self) -> Value {
        json!({
            "facts": self.facts,
            "calls": self.calls,
            "executions": self.executions,
            "events": self.events,
            "statesEntered": self.states_entered,
            "elapsedMilliseconds": self.elapsed_ms,
        })
    }
}
