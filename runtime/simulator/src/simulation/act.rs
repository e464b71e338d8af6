//! Does what a machine wants done.

use steploom_asl::model::{Pattern, Resource};
use steploom_machine::{Action, ActionId, Fact, Failure, Invoke};
use steploom_types::{Json, Timestamp};

use super::Simulation;
use crate::mock::Response;
use crate::service::{self, Answer};

impl Simulation {
    pub(super) fn act(&mut self, of: usize, action: Action) {
        let at = self.now;
        match action {
            Action::Invoke(invoke) => {
                self.calls += 1;
                let answer = self.invoke(of, &invoke);
                self.answer(of, invoke.action, at, answer);
            }
            Action::Read(read) => {
                let fact = match service::read::items(self, &read) {
                    Ok(page) => self.read(&read, page),
                    Err(failure) => failed(at, read.action, failure),
                };
                self.schedule(at, of, fact);
            }
            Action::StartRange(range) => self.start_range(of, &range),
            Action::SetWindow {
                action,
                version,
                window,
            } => self.set_window(of, action, version, window),
            Action::StopRange { action } => self.stop_range(of, action),
            Action::Write(write) => {
                let answer = service::s3::write_pieces(self, &write);
                let fact = match answer {
                    Ok(()) => succeeded(at, write.action, Json::null()),
                    Err(failure) => failed(at, write.action, failure),
                };
                self.schedule(at, of, fact);
            }
            Action::SetTimer { action, at } => {
                self.schedule(at, of, Fact::TimerFired { at, action });
            }
            Action::Cancel { action } => {
                self.stop_range(of, action);
                self.forget(of, action);
            }
            Action::ReportExceeded { evaluation } => {
                self.schedule(at, of, Fact::EvaluationExceeded { at, evaluation });
            }
            Action::Continue => self.schedule(at, of, Fact::Continued { at }),
        }
    }

    /// The scripted answer, or the world's.
    fn invoke(&mut self, of: usize, invoke: &Invoke) -> Answer {
        // What a range calls, its parent calls.
        let mut caller = of;
        while let Some((parent, ..)) = self.range_parents.get(&caller) {
            caller = *parent;
        }
        let execution = &mut self.executions[caller];
        let Some(mocks) = execution
            .mocks
            .as_ref()
            .filter(|mocks| mocks.has(&invoke.state))
        else {
            return service::call(self, of, invoke);
        };
        let calls = execution.calls.entry(invoke.state.clone()).or_default();
        let call = *calls;
        *calls += 1;
        match mocks.answer(&invoke.state, call) {
            Some(Response::Return(value)) if ends_with_its_call(&invoke.resource) => {
                Answer::Ok(value.clone().into())
            }
            Some(Response::Return(value)) => Answer::Ended(value.clone().into()),
            Some(Response::Throw { error, cause }) => Answer::Fail(Failure {
                error: error.clone(),
                cause: cause.clone(),
            }),
            None => Answer::Fail(Failure::new(
                "States.Runtime",
                format!(
                    "No mocked response is scripted for call {call} of the state '{}'.",
                    invoke.state
                ),
            )),
        }
    }

    /// Makes an answer due.
    fn answer(&mut self, of: usize, action: ActionId, at: Timestamp, answer: Answer) {
        match answer {
            Answer::Ok(output) => self.schedule(at, of, succeeded(at, action, output)),
            Answer::Ended(output) => {
                let submitted = Fact::TaskSubmitted {
                    at,
                    action,
                    output: output.clone(),
                };
                self.schedule(at, of, submitted);
                self.schedule(at, of, succeeded(at, action, output));
            }
            Answer::Fail(failure) => self.schedule(at, of, failed(at, action, failure)),
            Answer::After(ms, answer) => self.answer(of, action, at.plus_millis(ms), *answer),
            Answer::Submitted(output) => {
                let fact = Fact::TaskSubmitted { at, action, output };
                self.schedule(at, of, fact);
            }
            Answer::Later => {}
        }
    }
}

/// Whether nothing is told between a task's call and its end.
fn ends_with_its_call(resource: &Resource) -> bool {
    match resource {
        Resource::Function(_) => true,
        Resource::Activity(_) => false,
        Resource::Service(integration) => integration.pattern == Pattern::RequestResponse,
    }
}

pub(super) fn succeeded(at: Timestamp, action: ActionId, output: Json) -> Fact {
    Fact::TaskSucceeded {
        at,
        action,
        output,
        version: None,
    }
}

pub(super) fn failed(at: Timestamp, action: ActionId, failure: Failure) -> Fact {
    Fact::TaskFailed {
        at,
        action,
        failure,
        version: None,
    }
}
