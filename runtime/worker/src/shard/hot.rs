//! An execution in its owner's memory.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use bytes::{Bytes, BytesMut};
use steploom_api::wire;
use steploom_machine::{Action, ActionId, Defect, Fact, NoEvents, Run, Started};
use steploom_probe::{Mark, mark};
use steploom_store::projection::{Change, Chunk, Row, Sleep, Status};
use steploom_types::{Json, Timestamp};
use tokio::sync::{mpsc, oneshot};

use super::attempt::Attempt;
use super::range::Watcher;
use super::start::Accepted;
use crate::child::Child;
use crate::codec;
use crate::event::Collect;
use crate::view;

/// Events that a follower may be behind before it is dropped; it then comes back where it stopped.
pub(super) const FOLLOWER_QUEUE_MAX: usize = 4096;

pub(super) struct Hot {
    run: Run,
    started: Arc<Started>,
    ended_at: Option<Timestamp>,
    /// Facts that the projection holds.
    facts_checkpointed: u64,
    /// Facts that a checkpoint is writing now.
    checkpointing: Option<(Bytes, u64)>,
    /// Facts since, as a chunk, and how many they are.
    facts: BytesMut,
    facts_count: u64,
    /// The first event that `facts` tell.
    first_event: u64,
    /// Timers that are set.
    pub(super) timers: BTreeMap<ActionId, Timestamp>,
    /// What is waited for, apart from timers.
    pub(super) running: BTreeMap<ActionId, Attempt>,
    /// Tasks of activities that were given to a worker.
    taken: BTreeSet<ActionId>,
    /// Executions whose end is waited for.
    children: BTreeMap<ActionId, Child>,
    /// Those that nobody waits for any more, and that are to be stopped.
    pub(super) orphans: BTreeMap<ActionId, Child>,
    followers: Vec<mpsc::Sender<wire::Event>>,
    /// Who waits for more failed items of a range, or its end.
    pub(super) watchers: Vec<Watcher>,
    /// The version of the newest change of a map run.
    last_change: u64,
    /// Who waits for the end.
    pub(super) waiters: Vec<oneshot::Sender<Option<wire::Execution>>>,
}

impl Hot {
    /// A new execution, of which nothing has been applied yet.
    pub(super) fn new(machine: Arc<steploom_asl::Machine>, started: Arc<Started>) -> Self {
        Self {
            run: Run::new(machine),
            started,
            ended_at: None,
            facts_checkpointed: 0,
            checkpointing: None,
            facts: BytesMut::new(),
            facts_count: 0,
            first_event: 1,
            timers: BTreeMap::new(),
            running: BTreeMap::new(),
            taken: BTreeSet::new(),
            children: BTreeMap::new(),
            orphans: BTreeMap::new(),
            followers: Vec::new(),
            watchers: Vec::new(),
            last_change: 0,
            waiters: Vec::new(),
        }
    }

    pub(super) fn started(&self) -> &Arc<Started> {
        &self.started
    }

    pub(super) fn is_open(&self) -> bool {
        self.run.outcome().is_none()
    }

    pub(super) fn run(&self) -> &Run {
        &self.run
    }

    /// Says that an evaluation is known to have taken too long, before any fact is applied.
    pub(super) fn foresee(&mut self, evaluation: u64) {
        self.run.foresee(evaluation);
    }

    /// Applies a durable fact and tells followers what it meant.
    pub(super) fn apply(&mut self, fact: &Fact, encoded: &Bytes) -> Result<Vec<Action>, Defect> {
        codec::push_to_chunk(&mut self.facts, encoded);
        self.facts_count += 1;
        if self.checkpointing.is_some() {
            mark(Mark::FactDuringCheckpoint);
        }
        let actions = if self.followers.is_empty() {
            steploom_machine::apply(&mut self.run, fact, &mut NoEvents)?
        } else {
            let mut collect = Collect::default();
            let actions = steploom_machine::apply(&mut self.run, fact, &mut collect)?;
            self.followers.retain(|follower| {
                collect
                    .events
                    .iter()
                    .all(|event| follower.try_send(event.clone()).is_ok())
            });
            actions
        };
        self.note(fact, &actions);
        if self.run.outcome().is_some() {
            self.ended_at = Some(fact.at());
            self.followers.clear();
        }
        Ok(actions)
    }

    /// Keeps what the run itself does not: which tasks were taken, and which children there are.
    fn note(&mut self, fact: &Fact, actions: &[Action]) {
        match fact {
            Fact::ActivityStarted { action, .. } => {
                self.taken.insert(*action);
            }
            Fact::TaskSucceeded { action, .. } | Fact::TaskFailed { action, .. } => {
                self.taken.remove(action);
                self.children.remove(action);
            }
            _ => {}
        }
        for action in actions {
            match action {
                Action::Invoke(invoke) => {
                    if let Some(child) = Child::awaited(&self.started, invoke) {
                        self.children.insert(invoke.action, child);
                    }
                }
                Action::StartRange(range) => {
                    let child = Child::of_range(&self.started, range);
                    self.children.insert(range.action, child);
                }
                Action::Cancel { action } => {
                    self.taken.remove(action);
                    if let Some(child) = self.children.remove(action) {
                        self.orphans.insert(*action, child);
                    }
                }
                _ => {}
            }
        }
    }

    /// The version of a change of a map run that is to come.
    pub(super) fn next_change(&mut self, map_run: u64) -> u64 {
        let runs = self.run.map_runs();
        let run = runs.iter().find(|run| run.number == map_run);
        let newest = run.map_or(0, |run| run.version);
        self.last_change = self.last_change.max(newest) + 1;
        self.last_change
    }

    /// Whether a worker has this task of an activity.
    pub(super) fn is_taken(&self, action: ActionId) -> bool {
        self.taken.contains(&action)
    }

    /// The facts so far are in the projection: what recovery says of an execution it read there.
    pub(super) fn mark_checkpointed(&mut self) {
        // A checkpoint waits until every stop is durable.
        self.orphans.clear();
        self.facts_checkpointed += self.facts_count;
        self.facts.clear();
        self.facts_count = 0;
        self.first_event = self.run.event_count() + 1;
    }

    pub(super) fn follow(&mut self) -> Option<mpsc::Receiver<wire::Event>> {
        self.is_open().then(|| {
            let (sender, receiver) = mpsc::channel(FOLLOWER_QUEUE_MAX);
            self.followers.push(sender);
            receiver
        })
    }

    pub(super) fn facts_checkpointed(&self) -> u64 {
        self.facts_checkpointed
    }

    /// The facts that the projection may not have yet.
    pub(super) fn tail(&self) -> Vec<Bytes> {
        let current = Bytes::copy_from_slice(&self.facts);
        self.checkpointing
            .iter()
            .map(|(facts, _)| facts.clone())
            .chain([current])
            .collect()
    }

    /// What a checkpoint writes of it now. Must be followed by [`Hot::checkpointed`] before the next.
    pub(super) fn change(&mut self) -> Change {
        let facts = self.facts.split().freeze();
        self.checkpointing = Some((facts.clone(), self.facts_count));
        self.facts_count = 0;
        let chunk = Chunk {
            first_fact: self.facts_checkpointed,
            first_event: self.first_event,
            facts,
        };
        self.first_event = self.run.event_count() + 1;
        Change {
            row: self.row(),
            chunk,
            sleep: Sleep::No,
            offers: Vec::new(),
            snapshot: None,
        }
    }

    /// The last change is in the projection. Whether this execution can leave memory.
    pub(super) fn checkpointed(&mut self) -> bool {
        if let Some((_, count)) = self.checkpointing.take() {
            self.facts_checkpointed += count;
        }
        !self.is_open() && self.facts_count == 0
    }

    /// The execution as the API shows it.
    pub(super) fn execution(&self) -> wire::Execution {
        view::execution(&self.started, self.run.outcome(), self.ended_at)
    }

    /// The same for who started it, before it has the shape that they want.
    pub(super) fn accepted(&self) -> Accepted {
        Accepted::New {
            started: self.started.clone(),
            outcome: self.run.outcome().cloned(),
            ended_at: self.ended_at,
        }
    }

    pub(super) fn status(&self) -> Status {
        view::status(self.run.outcome())
    }

    fn row(&self) -> Row {
        let wire::Execution {
            summary,
            input,
            output,
            error,
            cause,
        } = self.execution();
        let text = |json: &Json| Bytes::copy_from_slice(json.text().as_bytes());
        Row {
            account: self.started.account,
            id: summary.id,
            name: summary.name,
            machine: summary.machine,
            machine_version: summary.machine_version,
            definition: self.started.definition,
            status: self.status(),
            started_at: summary.started_at,
            ended_at: summary.ended_at,
            input: text(&input),
            output: output.as_ref().map(text),
            error,
            cause,
            tags: BTreeMap::new(),
            redrives: 0,
            redriven_at: None,
            part_of: None,
            priority: 0,
        }
    }
}

/// Folds facts from the beginning and gives every event they tell.
pub(crate) fn history(
    machine: Arc<steploom_asl::Machine>,
    facts: &[Fact],
) -> Result<Vec<wire::Event>, Defect> {
    let mut run = Run::new(machine);
    for fact in facts {
        if let Fact::EvaluationExceeded { evaluation, .. } = fact {
            run.foresee(*evaluation);
        }
    }
    let mut collect = Collect::default();
    for fact in facts {
        steploom_machine::apply(&mut run, fact, &mut collect)?;
    }
    Ok(collect.events)
}
