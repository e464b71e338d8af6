//! Nested executions: what becomes of a task when the execution that it started ends.

use steploom_machine::service::Ended;
use steploom_machine::{Outcome, PartialFailure};
use steploom_types::Json;

use super::Simulation;
use super::act::succeeded;

impl Simulation {
    /// Tells whoever waits for an execution that it ended.
    pub(super) fn ended(&mut self, of: usize) {
        let Some((parent, action)) = self.executions[of].awaited_by else {
            return;
        };
        let end = serde_json::to_value(self.end(of)).unwrap_or_default();
        let fact = succeeded(self.now, action, Json::from(end));
        self.schedule(self.now, parent, fact);
    }

    fn end(&self, of: usize) -> Ended {
        let execution = &self.executions[of];
        let none = PartialFailure::default();
        let (status, output, failure) = match execution.run.outcome() {
            Some(Outcome::Succeeded(output)) => ("SUCCEEDED", Some(output), none),
            Some(Outcome::Failed(failure)) => ("FAILED", None, failure.clone()),
            Some(Outcome::Aborted(failure)) => ("ABORTED", None, failure.clone()),
            Some(Outcome::TimedOut | Outcome::Expired) => ("TIMED_OUT", None, none),
            None => ("RUNNING", None, none),
        };
        Ended {
            execution_arn: execution.arn.clone(),
            name: execution.name.clone(),
            state_machine_arn: self.arn("stateMachine", &execution.machine),
            status: status.to_owned(),
            start_date: execution.started_at.as_millis(),
            stop_date: execution.stopped_at.unwrap_or(self.now).as_millis(),
            input: execution.input.text().to_owned(),
            output: output.map(|output| output.text().to_owned()),
            error: failure.error,
            cause: failure.cause,
        }
    }
}
