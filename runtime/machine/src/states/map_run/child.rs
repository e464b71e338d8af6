//! An iteration of a map run: an execution of its own, as far as its author can see.

use std::sync::Arc;

use serde_json::{Map, Value, json};
use steploom_types::{Json, Timestamp};

use super::Names;
use crate::context::REGION;
use crate::{PartialFailure, Started, chance, snapshot};

/// The number of the event that an iteration's first state follows: that it started.
pub(super) const FIRST_EVENT: u64 = 1;

/// Who an iteration is.
#[derive(Debug)]
pub(crate) struct Child {
    /// Its name.
    name: String,
    /// `MACHINE/LABEL`.
    machine: Arc<str>,
    /// Whether it is an Express execution, by the id of its map run.
    express: Option<Arc<str>>,
    input: Json,
    started_at: Timestamp,
    /// How often it was begun anew.
    redrives: u32,
}

/// How an iteration ended.
#[derive(Clone, Copy)]
pub(super) enum Ended<'a> {
    Well(&'a Json),
    Badly(&'a PartialFailure),
    Aborted,
}

impl Child {
    pub(super) fn new(
        names: &Names,
        index: u64,
        input: Json,
        started_at: Timestamp,
        redrives: u32,
    ) -> Self {
        Self {
            name: chance::uuid(names.seed, index),
            machine: Arc::clone(&names.machine),
            express: names.is_express.then(|| Arc::clone(&names.id)),
            input,
            started_at,
            redrives,
        }
    }

    /// The part of its context object that stays the same.
    pub(crate) fn context(&self, started: &Started) -> Value {
        json!({
            "Execution": {
                "Id": self.arn(started),
                "Input": self.input.value(),
                "StartTime": self.started_at.to_string(),
                "Name": self.name,
                "RoleArn": started.role_arn(),
                "RedriveCount": self.redrives,
            },
            "StateMachine": {
                "Id": machine_arn(started, &self.machine),
                "Name": &*self.machine,
            },
        })
    }

    fn arn(&self, started: &Started) -> String {
        let account = started.account;
        let of = format!("arn:aws:states:{REGION}:{account}");
        match &self.express {
            Some(run) => format!("{of}:express:{}:{run}:{}", self.machine, self.name),
            None => format!("{of}:execution:{}:{}", self.machine, self.name),
        }
    }

    /// As AWS describes an iteration in the files that `ResultWriter` writes.
    pub(super) fn describe(&self, started: &Started, ended: Ended<'_>, at: Timestamp) -> Value {
        let mut fields = Map::new();
        let mut put = |name: &str, value: Value| fields.insert(name.to_owned(), value);
        let status = match ended {
            Ended::Well(_) => "SUCCEEDED",
            Ended::Badly(failure) if failure.error.as_deref() == Some(crate::retry::TIMEOUT) => {
                "TIMED_OUT"
            }
            Ended::Badly(_) => "FAILED",
            Ended::Aborted => "ABORTED",
        };
        if let Ended::Badly(failure) = ended {
            for (name, text) in [("Cause", &failure.cause), ("Error", &failure.error)] {
                if let Some(text) = text {
                    put(name, text.as_str().into());
                }
            }
        }
        put("ExecutionArn", self.arn(started).into());
        put("Input", self.input.text().into());
        put("InputDetails", json!({ "Included": true }));
        put("Name", self.name.as_str().into());
        if let Ended::Well(output) = ended {
            put("Output", output.text().into());
            put("OutputDetails", json!({ "Included": true }));
        }
        put("RedriveCount", self.redrives.into());
        match ended {
            Ended::Well(_) => {
                put("RedriveStatus", "NOT_REDRIVABLE".into());
                let reason = "Execution is SUCCEEDED and cannot be redriven";
                put("RedriveStatusReason", reason.into());
            }
            Ended::Badly(_) | Ended::Aborted => {
                put("RedriveStatus", "REDRIVABLE_BY_MAP_RUN".into());
            }
        }
        put("StartDate", self.started_at.to_string().into());
        put(
            "StateMachineArn",
            machine_arn(started, &self.machine).into(),
        );
        put("Status", status.into());
        put("StopDate", at.to_string().into());
        Value::Object(fields)
    }
}

/// An iteration that was not started, as AWS describes it.
pub(super) fn pending(started: &Started, machine: &str, input: &Value) -> Value {
    json!({
        "Input": input.to_string(),
        "InputDetails": { "Included": true },
        "StateMachineArn": machine_arn(started, machine),
        "Status": "PENDING",
    })
}

fn machine_arn(started: &Started, machine: &str) -> String {
    let Started { account, .. } = started;
    format!("arn:aws:states:{REGION}:{account}:stateMachine:{machine}")
}

snapshot::fields!(Child {
    name,
    machine,
    express,
    input,
    started_at,
    redrives,
});
