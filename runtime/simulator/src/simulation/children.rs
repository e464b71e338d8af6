//! Nested executions: what becomes of a task when the execution that it started ends.

use serde_json::{Map, Value, json};
use steploom_machine::{Failure, Outcome, PartialFailure};

use super::Simulation;
use super::act::{failed, succeeded};

impl Simulation {
    /// Tells whoever waits for an execution that it ended.
    pub(super) fn ended(&mut self, of: usize) {
        let Some((parent, action)) = self.executions[of].awaited_by else {
            return;
        };
        let description = self.describe(of);
        let has_succeeded = description["Status"] == "SUCCEEDED";
        let fact = if has_succeeded {
            succeeded(self.now, action, description.into())
        } else {
            let failure = Failure::new("States.TaskFailed", description.to_string());
            failed(self.now, action, failure)
        };
        self.schedule(self.now, parent, fact);
    }

    /// An ended execution as `states:startExecution.sync` gives it, with input and output as texts.
    fn describe(&self, of: usize) -> Value {
        let execution = &self.executions[of];
        let mut all = Map::new();
        let mut put = |name: &str, value: Value| {
            all.insert(name.to_owned(), value);
        };
        let included = json!({"Included": true});
        let status = match execution.run.outcome() {
            Some(Outcome::Succeeded(output)) => {
                put("Output", output.text().into());
                put("OutputDetails", included.clone());
                "SUCCEEDED"
            }
            Some(Outcome::Failed(failure)) => {
                put_failure(failure, &mut put);
                "FAILED"
            }
            Some(Outcome::Aborted(failure)) => {
                put_failure(failure, &mut put);
                "ABORTED"
            }
            Some(Outcome::TimedOut) => "TIMED_OUT",
            None => "RUNNING",
        };
        put("ExecutionArn", execution.arn.as_str().into());
        put("Input", execution.input.text().into());
        put("InputDetails", included);
        put("Name", execution.name.as_str().into());
        put("StartDate", execution.started_at.as_millis().into());
        let machine = self.arn("stateMachine", &execution.machine);
        put("StateMachineArn", machine.into());
        put("Status", status.into());
        if let Some(at) = execution.stopped_at {
            put("StopDate", at.as_millis().into());
        }
        all.into()
    }
}

fn put_failure(failure: &PartialFailure, put: &mut impl FnMut(&str, Value)) {
    for (name, text) in [("Error", &failure.error), ("Cause", &failure.cause)] {
        if let Some(text) = text {
            put(name, text.as_str().into());
        }
    }
}
