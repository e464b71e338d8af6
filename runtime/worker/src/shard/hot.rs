//! An execution in its owner's memory.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use bytes::{Bytes, BytesMut};
use steploom_api::wire;
use steploom_machine::{Action, ActionId, Defect, Fact, Invoke, NoEvents, Run, Started};
use steploom_probe::{Mark, mark};
use steploom_store::projection::{self as store, Change, Chunk, Row, Sleep, Status};
use steploom_types::{ExecutionId, Json, Timestamp};
use tokio::sync::mpsc;

use super::attempt::Attempt;
use super::range::Watcher;
use super::snapshot::{Beside, Restored, Snapshots};
use super::start::{Accepted, NameKey, New};
use crate::child::Child;
use crate::codec;
use crate::event::Collect;
use crate::payload::Kept;
use crate::view::{self, Stands};

/// Events that a follower may be behind before it is dropped; it then comes back where it stopped.
pub(super) const FOLLOWER_QUEUE_MAX: usize = 4096;

/// Who may follow one execution at once.
const FOLLOWERS_MAX: usize = 1_000;

/// Tasks that the projection is told of, of one execution: the next ones when these are taken.
const OFFERS_MAX: usize = 1_000;

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
    /// Its payloads that are objects.
    kept: Kept,
    /// When the next snapshot is due.
    snapshots: Snapshots,
    /// Timers that are set.
    pub(super) timers: BTreeMap<ActionId, Timestamp>,
    /// What is waited for, apart from timers.
    pub(super) running: BTreeMap<ActionId, Attempt>,
    beside: Beside,
    /// Executions whose end is waited for.
    children: BTreeMap<ActionId, Child>,
    /// Those that nobody waits for any more, and that are to be stopped.
    pub(super) orphans: BTreeMap<ActionId, Child>,
    followers: Vec<mpsc::Sender<wire::Event>>,
    /// Who waits for more failed items of a range, or its end.
    pub(super) watchers: Vec<Watcher>,
    /// The version of the newest change of a map run.
    last_change: u64,
    /// Whether it is looked at again later, see [`super::park`].
    pub(super) lingers: bool,
    /// Whether it has ended, and that it goes on is about to be durable.
    pub(super) is_redriving: bool,
    /// Who has its name by now: one that ended long ago may have lost it.
    pub(super) successor: Option<Successor>,
    /// What is waited for and was not begun, as it came to memory while it was paused.
    pub(super) unbegun: BTreeSet<ActionId>,
}

/// Who has the name of an execution that has ended.
#[derive(Clone, Copy, Debug)]
pub(super) enum Successor {
    /// This one.
    Is(ExecutionId),
    /// One that is about to start.
    Comes,
}

impl Hot {
    /// A new execution, of which nothing has been applied yet.
    pub(super) fn new(machine: Arc<steploom_asl::Machine>, started: Arc<Started>) -> Self {
        Self::of(Run::new(machine), started)
    }

    fn of(run: Run, started: Arc<Started>) -> Self {
        Self {
            run,
            started,
            ended_at: None,
            facts_checkpointed: 0,
            checkpointing: None,
            facts: BytesMut::new(),
            facts_count: 0,
            first_event: 1,
            kept: Kept::default(),
            snapshots: Snapshots::default(),
            timers: BTreeMap::new(),
            running: BTreeMap::new(),
            beside: Beside::default(),
            children: BTreeMap::new(),
            orphans: BTreeMap::new(),
            followers: Vec::new(),
            watchers: Vec::new(),
            last_change: 0,
            lingers: false,
            is_redriving: false,
            successor: None,
            unbegun: BTreeSet::new(),
        }
    }

    /// An execution as a snapshot of it has it.
    pub(super) fn restored(
        restored: Restored,
        started: Arc<Started>,
        snapshot: &store::Snapshot,
    ) -> Self {
        let Restored { run, beside, kept } = restored;
        let awaited = run
            .outstanding()
            .into_iter()
            .filter_map(|action| match action {
                Action::Invoke(invoke) => Some((invoke.action, Child::awaited(&started, &invoke)?)),
                Action::StartRange(range) => {
                    Some((range.action, Child::of_range(&started, &range)))
                }
                _ => None,
            });
        let children = awaited.collect();
        Self {
            facts_checkpointed: snapshot.facts,
            first_event: snapshot.events + 1,
            snapshots: Snapshots::after(snapshot),
            beside,
            kept,
            children,
            ..Self::of(run, started)
        }
    }

    pub(super) fn started(&self) -> &Arc<Started> {
        &self.started
    }

    /// These of its payloads are objects.
    pub(super) fn keep(&mut self, kept: Kept) {
        self.kept.add(kept);
    }

    pub(super) fn kept(&self) -> &Kept {
        &self.kept
    }

    pub(super) fn is_open(&self) -> bool {
        self.run.outcome().is_none()
    }

    pub(super) fn run(&self) -> &Run {
        &self.run
    }

    pub(super) fn run_mut(&mut self) -> &mut Run {
        &mut self.run
    }

    /// Applies a durable fact and tells followers what it meant.
    pub(super) fn apply(&mut self, fact: &Fact, encoded: &Bytes) -> Result<Vec<Action>, Defect> {
        codec::push_to_chunk(&mut self.facts, encoded);
        self.facts_count += 1;
        if self.checkpointing.is_some() {
            mark(Mark::FactDuringCheckpoint);
        }
        self.snapshots.count(encoded.len());
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
        self.reach(fact.at());
        self.note(fact, &actions);
        self.share_birth(fact);
        self.note_end(fact);
        Ok(actions)
    }

    /// Applies a fact that the projection holds.
    pub(super) fn fold(&mut self, fact: &Fact, encoded: &Bytes) -> Result<(), Defect> {
        self.facts_checkpointed += 1;
        self.snapshots.count(encoded.len());
        let actions = steploom_machine::apply(&mut self.run, fact, &mut NoEvents)?;
        self.reach(fact.at());
        self.note(fact, &actions);
        self.share_birth(fact);
        self.note_end(fact);
        // A checkpoint waits until every stop of a child is durable.
        self.orphans.clear();
        self.first_event = self.run.event_count() + 1;
        Ok(())
    }

    /// A fact of this time is to come; the newest time so far.
    pub(super) fn reach(&mut self, at: Timestamp) -> Timestamp {
        *self
            .beside
            .newest_at
            .insert(at.max(self.beside.newest_at.unwrap_or(at)))
    }

    /// The run has read what it was given at its birth: one copy is enough.
    fn share_birth(&mut self, fact: &Fact) {
        if let (Fact::Started(_), Some(birth)) = (fact, self.run.birth()) {
            self.started = birth.clone();
        }
    }

    fn note_end(&mut self, fact: &Fact) {
        if self.run.outcome().is_some() {
            self.ended_at = Some(fact.at());
            self.followers.clear();
        } else {
            self.ended_at = None;
        }
        if matches!(fact, Fact::Redriven(_)) {
            self.is_redriving = false;
        }
    }

    /// Keeps what the run itself does not: which tasks were taken, and which children there are.
    fn note(&mut self, fact: &Fact, actions: &[Action]) {
        match fact {
            Fact::ActivityStarted { action, .. } => {
                self.beside.taken.insert(*action);
            }
            Fact::TaskSucceeded { action, .. } | Fact::TaskFailed { action, .. } => {
                self.beside.taken.remove(action);
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
                    self.beside.taken.remove(action);
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

    /// It is waited for, and not begun for now.
    pub(super) fn leave_out(&mut self, action: ActionId) {
        self.unbegun.insert(action);
    }

    /// An attempt is not begun for now; who has its token may answer for it.
    pub(super) fn hold(&mut self, invoke: &Invoke) {
        self.leave_out(invoke.action);
        if invoke.token.is_some() {
            let attempt = Attempt::of(invoke, self.is_taken(invoke.action));
            self.running.insert(invoke.action, attempt);
        }
    }

    /// Whether a worker has this task of an activity.
    pub(super) fn is_taken(&self, action: ActionId) -> bool {
        self.beside.taken.contains(&action)
    }

    /// Whether nobody follows it or watches it; those who have gone away do not count.
    pub(super) fn is_alone(&mut self) -> bool {
        self.followers.retain(|follower| !follower.is_closed());
        self.watchers.retain(Watcher::is_there);
        self.followers.is_empty() && self.watchers.is_empty()
    }

    /// Whether something runs here for it, besides listening for the ends of its children.
    pub(super) fn is_at_work(&self) -> bool {
        let mut running = self.running.iter();
        running.any(|(action, attempt)| {
            let listens = self.children.contains_key(action) && !attempt.is_of_a_range();
            attempt.is_at_work() && !listens
        })
    }

    /// Executions whose end is waited for.
    pub(super) fn children(&self) -> &BTreeMap<ActionId, Child> {
        &self.children
    }

    /// Its name, within what it is unique.
    pub(super) fn name_key(&self) -> NameKey {
        let started = &self.started;
        (
            started.account,
            started.machine.clone(),
            started.name.clone(),
        )
    }

    /// Whether the projection has every fact of it.
    pub(super) fn is_checkpointed(&self) -> bool {
        self.facts_count == 0 && self.checkpointing.is_none()
    }

    /// Events to come; none if it has ended, or too many follow it already.
    pub(super) fn follow(&mut self) -> Option<mpsc::Receiver<wire::Event>> {
        let has_room = self.followers.len() < FOLLOWERS_MAX || {
            self.is_alone();
            self.followers.len() < FOLLOWERS_MAX
        };
        (self.is_open() && has_room).then(|| {
            let (sender, receiver) = mpsc::channel(FOLLOWER_QUEUE_MAX);
            self.followers.push(sender);
            receiver
        })
    }

    pub(super) fn facts_checkpointed(&self) -> u64 {
        self.facts_checkpointed
    }

    /// The facts that the projection may not have yet, as a chunk.
    pub(super) fn tail(&self) -> Bytes {
        match &self.checkpointing {
            None => Bytes::copy_from_slice(&self.facts),
            Some((facts, _)) => [facts, &self.facts[..]].concat().into(),
        }
    }

    /// Takes out the facts that the projection does not have yet, apart from those that a checkpoint is
    /// writing.
    pub(super) fn take_facts(&mut self) -> Chunk {
        let writing = self.checkpointing.as_ref().map_or(0, |(_, count)| *count);
        Chunk {
            first_fact: self.facts_checkpointed + writing,
            first_event: self.first_event,
            facts: std::mem::take(&mut self.facts).freeze(),
        }
    }

    /// What a checkpoint writes of it now, and what has to be objects before. Must be followed by
    /// [`Hot::checkpointed`] before the next.
    pub(super) fn change(&mut self) -> (Change, Vec<Json>) {
        let facts = self.facts.split().freeze();
        let chunk = Chunk {
            first_fact: self.facts_checkpointed,
            first_event: self.first_event,
            facts: facts.clone(),
        };
        let contained = self.facts_checkpointed + self.facts_count;
        self.checkpointing = Some((facts, self.facts_count));
        self.facts_count = 0;
        self.first_event = self.run.event_count() + 1;
        let snapshot = self.snapshots.take(&self.run, &self.beside, contained);
        let (snapshot, mut parts) =
            snapshot.map_or((None, Vec::new()), |(s, parts)| (Some(s), parts));
        parts.retain(|part| !self.kept.names(part));
        let change = Change {
            row: self.row(),
            chunk,
            sleep: self.sleep(),
            offers: self.offers(),
            snapshot,
        };
        (change, parts)
    }

    /// Whether it waits to begin, or runs under limits: those stay in memory, as the homes of limits
    /// ask for them.
    pub(super) fn is_bound(&self) -> bool {
        let terms = self.started.terms.as_ref();
        self.is_open()
            && terms.is_some_and(|terms| !terms.claims.is_empty() || self.run.is_pending())
    }

    /// Whether the next owner has to load it at once.
    fn sleep(&self) -> Sleep {
        if !self.run.is_idle() || self.run.listens() || self.is_bound() {
            return Sleep::No;
        }
        self.run.next_timer().map_or(Sleep::Called, Sleep::Until)
    }

    /// The tasks of activities that nobody has taken.
    fn offers(&self) -> Vec<store::Offer> {
        let offered = self.running.iter().filter_map(|(action, attempt)| {
            let activity = attempt.offered()?.clone();
            let action = action.0;
            Some(store::Offer { activity, action })
        });
        offered.take(OFFERS_MAX).collect()
    }

    /// The last change is in the projection.
    pub(super) fn checkpointed(&mut self) {
        if let Some((_, count)) = self.checkpointing.take() {
            self.facts_checkpointed += count;
        }
    }

    /// The execution as the API shows it.
    pub(super) fn execution(&self) -> wire::Execution {
        view::execution(&self.started, self.stands())
    }

    fn stands(&self) -> Stands<'_> {
        Stands::of(&self.run, self.ended_at)
    }

    /// The same for who started it, before it has the shape that they want.
    pub(super) fn accepted(&self) -> Accepted {
        Accepted::New(New {
            started: self.started.clone(),
            is_pending: self.run.is_pending(),
            outcome: self.run.outcome().cloned(),
            ended_at: self.ended_at,
        })
    }

    pub(super) fn status(&self) -> Status {
        self.stands().status()
    }

    fn row(&self) -> Row {
        view::row(&self.started, self.stands(), &self.kept)
    }
}
