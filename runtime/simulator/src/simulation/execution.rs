//! One execution of a simulation.

use std::collections::BTreeMap;
use std::sync::Arc;

use steploom_asl::Machine;
use steploom_machine::{ActionId, Fact, Outcome, Run, RunLimits, SEMANTICS, Started, apply};
use steploom_types::{Digest, ExecutionId, Json, Slot, Timestamp};

use super::{Error, Simulation, Start};
use crate::history::History;
use crate::mock::TestCase;
use crate::{Halt, Report, Statistics, Status};

/// One of them.
#[derive(Debug)]
pub(crate) struct Execution {
    pub(crate) run: Run,
    pub(crate) history: History,
    pub(crate) arn: String,
    pub(crate) machine: String,
    pub(crate) name: String,
    pub(crate) input: Json,
    pub(crate) started_at: Timestamp,
    pub(crate) stopped_at: Option<Timestamp>,
    /// The task that waits for its end.
    pub(crate) awaited_by: Option<(usize, ActionId)>,
    /// Scripted answers, and how many calls each state has made.
    pub(crate) mocks: Option<TestCase>,
    pub(crate) calls: BTreeMap<Arc<str>, u32>,
}

impl Simulation {
    /// Starts an execution; gives its place.
    pub(crate) fn start(
        &mut self,
        machine: Arc<Machine>,
        start: Start,
        awaited_by: Option<(usize, ActionId)>,
    ) -> Result<usize, Error> {
        let of = self.executions.len();
        let number = self.world.seed.wrapping_add(of as u64);
        let id = ExecutionId::new(Slot(0), self.now, number);
        let name = start.name.unwrap_or_else(|| id.to_string());
        let mut limits = start.limits;
        if machine.data_bytes_max > RunLimits::default().payload_bytes_max {
            limits.payload_bytes_max = machine.data_bytes_max;
        }
        let started = Started {
            at: self.now,
            account: self.world.account,
            id,
            name: name.parse().map_err(named)?,
            machine: start.machine.parse().map_err(named)?,
            machine_version: 1,
            is_express: start.is_express,
            definition: Digest::of(start.machine.as_bytes()),
            semantics: SEMANTICS,
            seed: number,
            limits,
            input: start.input.clone(),
            terms: None,
            role: None,
            range: None,
        };
        let mocks = self.world.mocks.get(&start.machine).cloned();
        let mut run = Run::in_memory(machine);
        if let Some(context) = start.context {
            run.suppose(context);
        }
        self.executions.push(Execution {
            run,
            history: History::default(),
            arn: self.arn("execution", &format!("{}:{name}", start.machine)),
            machine: start.machine,
            name,
            input: start.input,
            started_at: self.now,
            stopped_at: None,
            awaited_by,
            mocks,
            calls: BTreeMap::new(),
        });
        // Not at once: whoever asked for it hears of its start first.
        self.schedule(self.now, of, Fact::Started(Arc::new(started)));
        Ok(of)
    }

    /// Folds a fact into an execution and does what follows.
    pub(crate) fn apply(&mut self, of: usize, fact: &Fact) -> Result<(), Error> {
        self.now = self.now.max(fact.at());
        self.facts += 1;
        let execution = &mut self.executions[of];
        let actions = apply(&mut execution.run, fact, &mut execution.history)?;
        for action in actions {
            self.act(of, action);
        }
        if self.executions[of].run.outcome().is_some() && self.executions[of].stopped_at.is_none() {
            self.executions[of].stopped_at = Some(self.now);
            self.ended(of);
        }
        self.tell_parent(of);
        Ok(())
    }

    /// `arn:aws:states:...` of a thing of this account.
    pub(crate) fn arn(&self, kind: &str, name: &str) -> String {
        format!(
            "arn:aws:states:us-east-1:{}:{kind}:{name}",
            self.world.account
        )
    }

    pub(super) fn report(&mut self, of: usize, halt: Option<Halt>) -> Report {
        let statistics = self.statistics(of);
        let execution = &mut self.executions[of];
        let (status, output, failure) = match execution.run.outcome() {
            None => (Status::Running, None, None),
            Some(Outcome::Succeeded(output)) => (Status::Succeeded, Some(output.clone()), None),
            Some(Outcome::Failed(failure)) => (Status::Failed, None, Some(failure.clone())),
            // Nothing waits here before it begins.
            Some(Outcome::TimedOut | Outcome::Expired) => (Status::TimedOut, None, None),
            Some(Outcome::Aborted(failure)) => (Status::Aborted, None, Some(failure.clone())),
        };
        let failure = failure.unwrap_or_default();
        Report {
            status,
            halt,
            output,
            error: failure.error,
            cause: failure.cause,
            arn: execution.arn.clone(),
            started_at: execution.started_at,
            stopped_at: execution.stopped_at.unwrap_or(self.now),
            events: std::mem::take(&mut execution.history.0),
            statistics,
        }
    }

    fn statistics(&self, of: usize) -> Statistics {
        let execution = &self.executions[of];
        let entered = execution.history.0.iter().filter(|event| {
            event["type"]
                .as_str()
                .is_some_and(|kind| kind.ends_with("StateEntered"))
        });
        let until = execution.stopped_at.unwrap_or(self.now);
        Statistics {
            facts: self.facts,
            calls: self.calls,
            executions: self.executions.len() as u64,
            events: execution.history.0.len() as u64,
            states_entered: entered.count() as u64,
            elapsed_ms: until.millis_since(execution.started_at),
        }
    }
}

fn named(error: steploom_types::Error) -> Error {
    Error::Name(error.message)
}
