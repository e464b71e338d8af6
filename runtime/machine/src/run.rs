//! One execution's state: a fold over its facts, and nothing else.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use serde_json::Value;
use steploom_asl::model::Machine;
use steploom_types::{Digest, Json, Timestamp};

use crate::context::Kept;
use crate::exceeded::Exceeded;
use crate::frame::{FrameId, Frames};
use crate::redrive::Accepted;
use crate::states::map_run::MapRuns;
use crate::waits::{Wait, Waits};
use crate::{Action, ActionId, Fact, Invoke, NewVersion, PartialFailure, Started};

/// One execution. Made empty, changed by [`crate::apply`] alone; to drop it and to fold its facts
/// into a new one gives the same again.
#[derive(Debug)]
pub struct Run {
    pub(crate) machine: Arc<Machine>,
    pub(crate) started: Option<Arc<Started>>,
    pub(crate) outcome: Option<Outcome>,
    pub(crate) frames: Frames,
    /// Frames with something to do at once. May name frames that are gone.
    pub(crate) ready: VecDeque<FrameId>,
    pub(crate) waits: Waits,
    /// Whether ready frames wait for `Continued`.
    pub(crate) continue_due: bool,
    /// The newest action's number.
    pub(crate) last_action: u64,
    /// The newest event's id.
    pub(crate) last_event: u64,
    /// What the context object is supposed to have: see [`Run::suppose`].
    pub(crate) supposed: Option<Value>,
    /// What expressions left for those that follow.
    pub(crate) kept: Kept,
    /// Evaluations that are known to have exceeded their time.
    pub(crate) foreseen: BTreeSet<u64>,
    /// Evaluations that exceeded their time, which is not a fact yet.
    pub(crate) exceeded: BTreeMap<u64, Exceeded>,
    /// Facts that came meanwhile, or while it was paused.
    pub(crate) held: VecDeque<Fact>,
    /// Whether it begins nothing new for now.
    pub(crate) is_paused: bool,
    /// The state that it failed at; none where it ended in another way.
    pub(crate) failed_at: Option<FrameId>,
    /// How often it was redriven, and when last.
    pub(crate) redrives: Redrives,
    /// The token of the last redrive.
    pub(crate) redrive_token: Option<String>,
    /// How it goes on, once it may.
    pub(crate) redrive: Option<Box<Accepted>>,
    /// The version that it follows; none before the first fact.
    pub(crate) version: Option<NewVersion>,
    /// Versions that facts to come may name.
    pub(crate) supplied: BTreeMap<Digest, Arc<Machine>>,
    /// Its map runs.
    pub(crate) map_runs: MapRuns,
    /// Of a range: the context object of its parent.
    pub(crate) base: Option<Value>,
    /// What is kept of it.
    pub(crate) keeping: Keeping,
}

/// What is kept of an execution while it runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Keeping {
    /// Its facts; of an EXPRESS execution its start and its end, as it runs somewhere else.
    Facts,
    /// Nothing: also an EXPRESS execution runs to its end.
    Nothing,
    /// Nothing, and its caller waits for it: nobody can speak of it afterwards, nor redrive it.
    Awaited,
}

/// How often an execution was redriven, and when last.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Redrives {
    /// How often.
    pub count: u32,
    /// When last.
    pub last_at: Option<Timestamp>,
}

/// How an execution ended.
#[derive(Clone, Debug, PartialEq)]
pub enum Outcome {
    /// Well, with this output.
    Succeeded(Json),
    /// By a failure that nothing caught.
    Failed(PartialFailure),
    /// By the machine's `TimeoutSeconds`.
    TimedOut,
    /// On request.
    Aborted(PartialFailure),
    /// Before it began, as the time before which it had to begin came first.
    Expired,
}

impl Run {
    /// An execution of `machine` to which nothing has happened yet; its first fact is `Started`.
    pub fn new(machine: Arc<Machine>) -> Self {
        Self {
            machine,
            started: None,
            outcome: None,
            frames: Frames::default(),
            ready: VecDeque::new(),
            waits: Waits::default(),
            continue_due: false,
            last_action: 0,
            last_event: 0,
            supposed: None,
            kept: Kept::default(),
            foreseen: BTreeSet::new(),
            exceeded: BTreeMap::new(),
            held: VecDeque::new(),
            is_paused: false,
            failed_at: None,
            redrives: Redrives::default(),
            redrive_token: None,
            redrive: None,
            version: None,
            supplied: BTreeMap::new(),
            map_runs: MapRuns::default(),
            base: None,
            keeping: Keeping::Facts,
        }
    }

    /// The same for whoever keeps no facts: an EXPRESS execution begins only in such a run. In any other it
    /// waits for [`Fact::Ended`], as its start and its end are all that is kept of it.
    pub fn in_memory(machine: Arc<Machine>) -> Self {
        Self {
            keeping: Keeping::Nothing,
            ..Self::new(machine)
        }
    }

    /// The same for one whose caller waits for its end: as on AWS, its context object tells of no redrives.
    pub fn synchronous(machine: Arc<Machine>) -> Self {
        Self {
            keeping: Keeping::Awaited,
            ..Self::new(machine)
        }
    }

    /// Whether the execution is run somewhere else, in memory, and this one hears of its end.
    pub fn is_elsewhere(&self) -> bool {
        self.keeping == Keeping::Facts && self.started().is_some_and(|started| started.is_express)
    }

    /// What it was given at its birth, shared; `None` before its first fact.
    pub fn birth(&self) -> Option<&Arc<Started>> {
        self.started.as_ref()
    }

    /// The definition that it follows.
    pub fn machine(&self) -> &Arc<Machine> {
        &self.machine
    }

    /// What [`Run::suppose`] was told.
    pub fn supposed(&self) -> Option<&Value> {
        self.supposed.as_ref()
    }

    /// How it ended; `None` while it runs.
    pub fn outcome(&self) -> Option<&Outcome> {
        self.outcome.as_ref()
    }

    /// What it was given at its birth; `None` before its first fact.
    pub fn started(&self) -> Option<&Started> {
        self.started.as_deref()
    }

    /// Whether it was accepted, or redriven, and waits for its `Begun`. One that is held has come: who was
    /// let go on keeps its place while it is paused.
    pub fn is_pending(&self) -> bool {
        self.may_begin() && !self.is_held(|fact| matches!(fact, Fact::Begun { .. }))
    }

    /// Whether a `Begun` has an effect. No frame is there before the first, and one at least from there to
    /// the end.
    pub(crate) fn may_begin(&self) -> bool {
        let waits = self.started().is_some_and(Started::waits);
        let is_new = self.frames.is_empty();
        waits && self.outcome.is_none() && (is_new || self.redrive.is_some())
    }

    /// The id of the newest event; the next one's is one more.
    pub fn event_count(&self) -> u64 {
        self.last_event
    }

    /// Says that an evaluation is known to have exceeded its time, before the fact that leads to
    /// it is folded. Whoever folds stored facts does so for each `EvaluationExceeded` among them,
    /// first of all, as other facts may lie in between; live, a run learns of it by itself.
    pub fn foresee(&mut self, evaluation: u64) {
        self.foreseen.insert(evaluation);
    }

    /// Hands it a version of its machine that a fact to come may name: whoever folds stored facts does
    /// so for each [`Fact::Redriven`] among them that names one, before it is applied.
    pub fn supply(&mut self, definition: Digest, machine: Arc<Machine>) {
        if self
            .version
            .is_none_or(|version| version.definition != definition)
        {
            self.supplied.insert(definition, machine);
        }
    }

    /// An attempt that is waited for.
    pub fn attempt(&self, action: ActionId) -> Option<&Invoke> {
        match self.waits.get(action)? {
            Wait::Call(_, invoke) => Some(invoke),
            Wait::Read(..) | Wait::Write(..) | Wait::Range(..) | Wait::Timer(..) => None,
        }
    }

    /// Whether it begins nothing new for now.
    pub fn is_paused(&self) -> bool {
        self.is_paused
    }

    /// How often it was redriven, and when last.
    pub fn redrives(&self) -> Redrives {
        self.redrives
    }

    /// By which whoever redrove it last tells that redrive from others.
    pub fn redrive_token(&self) -> Option<&str> {
        self.redrive_token.as_deref()
    }

    /// The version of the machine that it follows; `None` before its first fact.
    pub fn version(&self) -> Option<NewVersion> {
        self.version
    }

    /// Whether the answer to an action is among the facts held.
    fn is_answered(&self, action: &Action) -> bool {
        let Some(id) = action.id() else {
            return false;
        };
        self.held.iter().any(|fact| fact.answers() == Some(id))
    }

    /// Whether nothing may happen until an evaluation's excess is a fact.
    pub(crate) fn keeps_still(&self) -> bool {
        !self.exceeded.is_empty()
    }

    /// The fact that came first of those held, once it may have its effect. While an evaluation's
    /// excess is awaited, only that may.
    pub(crate) fn next_held(&mut self) -> Option<Fact> {
        let place = if self.is_paused {
            let is_settled = self.is_settled();
            let ends_pause = |fact: &Fact| match fact {
                Fact::Resumed { .. } => true,
                Fact::StopRequested { .. } => is_settled,
                _ => false,
            };
            self.held.iter().position(ends_pause)?
        } else if self.keeps_still() {
            self.held.iter().position(is_excess)?
        } else {
            0
        };
        self.held.remove(place)
    }

    /// Whether a fact has its effect later only.
    pub(crate) fn holds(&self, fact: &Fact) -> bool {
        match fact {
            Fact::StopRequested { .. } => !self.is_settled(),
            Fact::EvaluationExceeded { .. } => self.is_paused,
            Fact::Paused { .. } | Fact::Resumed { .. } => self.keeps_still() && !self.is_paused,
            // The one changes nothing but what a new owner does; what the other ends has not begun anything.
            Fact::Dispatched { .. } | Fact::Expired { .. } => false,
            _ => self.keeps_still() || self.is_paused,
        }
    }

    /// Whether no evaluation's excess is yet to become a fact; one that is held is one.
    fn is_settled(&self) -> bool {
        self.exceeded.len() <= self.held.iter().filter(|fact| is_excess(fact)).count()
    }

    fn is_held(&self, wanted: impl Fn(&Fact) -> bool) -> bool {
        self.held.iter().any(wanted)
    }

    /// Supposes parts of the context object to be these, whatever they would be: for tests of single
    /// states. Before the first fact, and never in a run whose facts are kept.
    pub fn suppose(&mut self, context: Value) {
        self.supposed = Some(context);
    }

    /// Every `Invoke` and `SetTimer` that is still waited for, in the order and with the numbers
    /// they were asked for, then `ReportExceeded` and `Continue` if they are due: what a new owner
    /// does again after a crash.
    pub fn outstanding(&self) -> Vec<Action> {
        let mut actions = self.waits.actions();
        actions.retain(|action| !self.is_answered(action));
        for excess in self.exceeded.keys() {
            let is_it = |fact: &Fact| matches!(fact, Fact::EvaluationExceeded { evaluation, .. } if evaluation == excess);
            if !self.is_held(is_it) {
                actions.push(Action::ReportExceeded {
                    evaluation: *excess,
                });
            }
        }
        if self.continue_due && !self.is_held(|fact| matches!(fact, Fact::Continued { .. })) {
            actions.push(Action::Continue);
        }
        actions
    }

    /// The earliest timer that is set; none while it is paused, when no timer has an effect. Takes the
    /// same time however much is waited for.
    pub fn next_timer(&self) -> Option<Timestamp> {
        let next = self.waits.next_timer().filter(|_| !self.is_paused);
        next.map(|(at, _)| at)
    }

    /// A timer that is due at this time, if one is.
    pub fn due_timer(&self, at: Timestamp) -> Option<ActionId> {
        let next = self.waits.next_timer().filter(|_| !self.is_paused);
        next.filter(|(due, _)| *due <= at).map(|(_, action)| action)
    }

    /// Whether it can do without its owner until a timer is due, somebody outside speaks, or
    /// something ends that an attempt has started: nothing runs for it, and nothing is due at
    /// once. Takes the same time however much is waited for.
    pub fn is_idle(&self) -> bool {
        if self.is_elsewhere() {
            return self.outcome.is_some();
        }
        if self.is_paused {
            // What is due at once is not done, and what has answered does not run any more.
            let answered = self.held.iter().filter_map(Fact::answers);
            let work = answered
                .filter(|action| self.waits.is_work(*action))
                .count();
            return self.is_settled() && self.waits.works() <= work;
        }
        self.outcome.is_none() && !self.continue_due && !self.keeps_still() && self.waits.is_idle()
    }

    /// Whether it waits to hear of the end of something that an attempt has started, such as a
    /// nested execution: somebody has to listen for that.
    pub fn listens(&self) -> bool {
        self.waits.listens()
    }

    /// The earliest timer, if it waits for timers only: until then nothing can happen to it but a
    /// request to stop. `None` while a task or `Continued` is awaited, and after the end.
    pub fn sleeps(&self) -> Option<Timestamp> {
        if self.continue_due || self.keeps_still() || self.is_paused {
            return None;
        }
        self.waits.sleeps()
    }
}

fn is_excess(fact: &Fact) -> bool {
    matches!(fact, Fact::EvaluationExceeded { .. })
}
