//! The loop: facts to the machine, actions to the world, the clock to whatever is due next.

mod act;
mod children;
mod execution;
mod mocked;
mod ranges;

use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::Value;
use steploom_asl::Machine;
use steploom_machine::{ActionId, Defect, Fact, RunLimits};
use steploom_types::{Digest, Json, Timestamp, limits};

use crate::{Halt, Report, World};

pub(crate) use execution::Execution;
use ranges::Ranged;

/// How much one simulation may do.
#[derive(Clone, Copy, Debug)]
pub struct Bounds {
    /// Facts, over all executions.
    pub facts_max: u64,
    /// Milliseconds of virtual time.
    pub elapsed_ms_max: u64,
    /// Executions, nested ones included.
    pub executions_max: usize,
    /// Events of one execution.
    pub events_max: u64,
}

impl Default for Bounds {
    /// A million facts, a hundred years, a thousand executions, and AWS's 25,000 events.
    fn default() -> Self {
        Self {
            facts_max: 1_000_000,
            elapsed_ms_max: 100 * 365 * 24 * 3600 * 1000,
            executions_max: 1_000,
            events_max: 25_000,
        }
    }
}

/// Why a simulation could not go on: a mistake of this program or of who called it, not of the
/// workflow, whose failures are in the [`Report`].
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// A fact could not be applied.
    #[error(transparent)]
    Defect(#[from] Defect),
    /// A machine with mocked states is shared, so that it cannot be made ready for them.
    #[error("a machine whose states are mocked must not be shared")]
    Shared,
    /// A machine's or execution's name is not one.
    #[error("{0}")]
    Name(String),
}

/// What to start.
#[derive(Clone, Debug)]
pub struct Start {
    /// The machine's name.
    pub machine: String,
    /// The execution's name; one is made up if there is none.
    pub name: Option<String>,
    /// The input.
    pub input: Json,
    /// Fields that the context object is to have, whatever they would be.
    pub context: Option<Value>,
    /// Whether it is an Express execution, which AWS names otherwise.
    pub is_express: bool,
    /// The limits that the interpreter reads.
    pub limits: RunLimits,
}

impl Start {
    /// With the limits of the platform, and a name that is made up.
    pub fn new(machine: impl Into<String>, input: Json) -> Self {
        Self {
            machine: machine.into(),
            name: None,
            input,
            context: None,
            is_express: false,
            limits: RunLimits::default(),
        }
    }
}

/// What is due: a fact of one execution.
pub(crate) type Due = (usize, Fact);

/// A world in which machines run.
#[derive(Debug)]
pub struct Simulation {
    pub(crate) world: World,
    pub(crate) bounds: Bounds,
    pub(crate) now: Timestamp,
    /// The first is the one that was asked for.
    pub(crate) executions: Vec<Execution>,
    /// By instant, then in the order in which they were scheduled.
    due: BTreeMap<(Timestamp, u64), Due>,
    scheduled: u64,
    /// Tasks that end by a token.
    pub(crate) tokens: BTreeMap<String, (usize, ActionId)>,
    /// Tasks of activities that nobody has taken, oldest first, by activity.
    pub(crate) activity_tasks: BTreeMap<String, Vec<(usize, ActionId, String, Json)>>,
    /// Pollers of activities that wait for a task, by activity: who asked, and since when.
    pub(crate) pollers: BTreeMap<String, Vec<(usize, ActionId, Option<String>)>>,
    /// Pages and parts of results.
    pub(crate) stored: BTreeMap<Digest, String>,
    /// Ranges that run, by who asked for them, and the other way round with the failed items that
    /// the parent knows of.
    ranges: BTreeMap<(usize, ActionId), Ranged>,
    range_parents: BTreeMap<usize, (usize, ActionId, u64)>,
    pub(crate) facts: u64,
    pub(crate) calls: u64,
}

impl Simulation {
    /// A simulation in which nothing has happened.
    ///
    /// # Errors
    /// [`Error::Shared`]: a machine of the world that has mocked states is shared.
    pub fn new(mut world: World, bounds: Bounds) -> Result<Self, Error> {
        for (name, mocks) in &world.mocks {
            if let Some(machine) = world.machines.get_mut(name) {
                mocked::prepare(machine, mocks)?;
            }
        }
        Ok(Self {
            now: world.begins_at,
            world,
            bounds,
            executions: Vec::new(),
            due: BTreeMap::new(),
            scheduled: 0,
            tokens: BTreeMap::new(),
            activity_tasks: BTreeMap::new(),
            pollers: BTreeMap::new(),
            stored: BTreeMap::new(),
            ranges: BTreeMap::new(),
            range_parents: BTreeMap::new(),
            facts: 0,
            calls: 0,
        })
    }

    /// Starts an execution beside those that run; [`Simulation::run`] runs the one it is given.
    ///
    /// # Errors
    /// [`Error`]: a name that is none.
    pub fn start_beside(&mut self, mut machine: Arc<Machine>, start: Start) -> Result<(), Error> {
        self.prepare(&mut machine, &start)?;
        self.start(machine, start, None).map(|_| ())
    }

    fn prepare(&self, machine: &mut Arc<Machine>, start: &Start) -> Result<(), Error> {
        match self.world.mocks.get(&start.machine) {
            Some(mocks) => mocked::prepare(machine, mocks),
            None => Ok(()),
        }
    }

    /// Runs a machine until it ends or a bound is reached.
    ///
    /// # Errors
    /// [`Error`].
    pub fn run(&mut self, mut machine: Arc<Machine>, start: Start) -> Result<Report, Error> {
        self.prepare(&mut machine, &start)?;
        let of = self.start(machine, start, None)?;
        let halt = loop {
            if self.executions[of].run.outcome().is_some() {
                break None;
            }
            if self.facts >= self.bounds.facts_max {
                break Some(Halt::Facts);
            }
            if self.executions[of].run.event_count() > self.bounds.events_max {
                break Some(Halt::Events);
            }
            let Some(((at, _), (execution, fact))) = self.due.pop_first() else {
                break Some(Halt::Waits);
            };
            if at.millis_since(self.world.begins_at) > self.bounds.elapsed_ms_max {
                break Some(Halt::Time);
            }
            self.apply(execution, &fact)?;
        };
        Ok(self.report(of, halt))
    }

    /// The objects in the buckets, as executions left them.
    pub fn world(&self) -> &World {
        &self.world
    }

    /// Makes a fact due.
    pub(crate) fn schedule(&mut self, at: Timestamp, execution: usize, fact: Fact) {
        self.scheduled += 1;
        self.due.insert((at, self.scheduled), (execution, fact));
    }

    /// An answer that was due for an action comes no more: another takes its place.
    pub(crate) fn forget_answer(&mut self, execution: usize, action: ActionId) {
        self.due
            .retain(|_, (of, fact)| *of != execution || answered(fact) != Some(action));
    }

    /// Nothing is due any more for an action that is not waited for.
    pub(crate) fn forget(&mut self, execution: usize, action: ActionId) {
        self.forget_answer(execution, action);
        self.tokens.retain(|_, asked| *asked != (execution, action));
        for tasks in self.activity_tasks.values_mut() {
            tasks.retain(|task| (task.0, task.1) != (execution, action));
        }
        for pollers in self.pollers.values_mut() {
            pollers.retain(|poller| (poller.0, poller.1) != (execution, action));
        }
    }
}

/// The action that a fact answers.
fn answered(fact: &Fact) -> Option<ActionId> {
    match fact {
        Fact::TaskSucceeded { action, .. }
        | Fact::TaskFailed { action, .. }
        | Fact::TaskSubmitted { action, .. }
        | Fact::TaskHeartbeat { action, .. }
        | Fact::ActivityStarted { action, .. }
        | Fact::ItemsRead { action, .. }
        | Fact::PageRead { action, .. }
        | Fact::RangeReported { action, .. }
        | Fact::TimerFired { action, .. } => Some(*action),
        Fact::Started(_)
        | Fact::MapRunChanged { .. }
        | Fact::StopRequested { .. }
        | Fact::EvaluationExceeded { .. }
        | Fact::Begun { .. }
        | Fact::Expired { .. }
        | Fact::Dispatched { .. }
        | Fact::Paused { .. }
        | Fact::Resumed { .. }
        | Fact::Redriven(_)
        | Fact::Ended { .. }
        | Fact::Continued { .. } => None,
    }
}

/// The limits of a nested execution.
pub(crate) fn limits_of_child() -> RunLimits {
    RunLimits {
        payload_bytes_max: limits::PAYLOAD_BYTES_MAX as u32,
        ..RunLimits::default()
    }
}
