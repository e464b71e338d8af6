//! Attempts that an execution waits for, as its owner keeps them: begun when the machine asks,
//! answered by what runs here or by who has the token, ended when nobody waits any more.

use std::future::Future;

use serde::{Deserialize, Serialize};
use steploom_asl::Resource;
use steploom_asl::model::{Integration, Pattern};
use steploom_machine::token::Token;
use steploom_machine::{ActionId, Fact, Failure, Invoke};
use steploom_probe::{Bug, CrashPoint, Mark, crash_point, is_planted, mark};
use steploom_types::{AccountId, ExecutionId, Json, Name};
use tokio::sync::{oneshot, watch};
use tokio::task::JoinHandle;

use super::Command;
use super::batch::After;
use super::owned::Owned;
use crate::activities::ActivityTask;
use crate::child::Child;
use crate::dispatcher::{self, Asking, Work};
use crate::effect::range::Order;
use crate::effect::{self, Answers};
use crate::express::{self, Try, WHOLE};
use crate::mailbox;
use crate::payload::Kept;
use crate::port::Port;

/// Something that is waited for: an attempt, a reading or a writing.
pub(super) struct Attempt {
    /// What runs here for it; none where only somebody else can end it.
    work: Option<Work>,
    /// Whether whoever has its token ends it.
    by_token: bool,
    /// Whether what runs here only waits for a job's end.
    waits_for_job: bool,
    has_heartbeat: bool,
    /// What a worker of its activity is given.
    offer: Option<Box<Offer>>,
    /// What the parent wants of a range.
    orders: Option<watch::Sender<Order>>,
}

struct Offer {
    activity: Name,
    task: ActivityTask,
    is_taken: bool,
}

/// What somebody with a token says of its task.
pub(crate) enum Ending {
    Succeeded(Json),
    Failed(Failure),
    /// It is still being worked on.
    None,
    /// Nothing: only whether it is waited for is asked.
    Check,
}

/// What becomes of that.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Heard {
    /// It is durable.
    Done,
    /// The token was not made for this execution.
    Foreign,
    /// Nobody waits for the task any more.
    Over,
    /// The execution is not in memory.
    Absent,
    /// The output has more bytes than the execution's data may have.
    TooLarge {
        /// Bytes at the most.
        bytes_max: u32,
    },
}

impl Attempt {
    pub(super) fn of(invoke: &Invoke, is_taken: bool) -> Self {
        let offer = match (&invoke.resource, &invoke.token) {
            (Resource::Activity(activity), Some(token)) => Some(Box::new(Offer {
                activity: activity.name.clone(),
                task: ActivityTask {
                    token: token.clone(),
                    input: invoke.input.clone(),
                },
                is_taken,
            })),
            _ => None,
        };
        Self {
            work: None,
            by_token: invoke.token.is_some(),
            waits_for_job: matches!(
                &invoke.resource,
                Resource::Service(Integration {
                    pattern: Pattern::Sync | Pattern::Sync2,
                    ..
                })
            ),
            has_heartbeat: invoke.heartbeat_seconds.is_some(),
            offer,
            orders: None,
        }
    }

    fn running(work: JoinHandle<()>) -> Self {
        Self {
            work: Some(Work::Task(work)),
            by_token: false,
            waits_for_job: false,
            has_heartbeat: false,
            offer: None,
            orders: None,
        }
    }

    /// A range that is listened to.
    pub(super) fn of_range(work: JoinHandle<()>, orders: watch::Sender<Order>) -> Self {
        Self {
            orders: Some(orders),
            ..Self::running(work)
        }
    }

    /// Whoever listens to the range tells it.
    pub(super) fn order(&self, change: impl FnOnce(&mut Order)) {
        if let Some(orders) = &self.orders {
            orders.send_modify(change);
        }
    }

    /// Its call was answered: unless a job is waited for, nothing runs here any more.
    fn submitted(&mut self) {
        if !self.waits_for_job {
            self.work = None;
        }
    }

    /// Whether something runs here for it.
    pub(super) fn is_at_work(&self) -> bool {
        self.work.is_some()
    }

    /// Whether a range is listened to, which this execution tells what to do.
    pub(super) fn is_of_a_range(&self) -> bool {
        self.orders.is_some()
    }

    /// The activity whose workers may have the task, while none of them has.
    pub(super) fn offered(&self) -> Option<&Name> {
        let offer = self.offer.as_ref().filter(|offer| !offer.is_taken)?;
        Some(&offer.activity)
    }

    /// Ends what runs here.
    pub(super) fn abort(&self) {
        if let Some(work) = &self.work {
            work.abort();
        }
    }
}

impl Owned {
    /// Begins an attempt, or goes on with one that a former owner began.
    pub(super) fn begin_attempt(&mut self, id: ExecutionId, invoke: Box<Invoke>) {
        if invoke.retry > 0 && is_planted(Bug::RetryDropped) {
            return;
        }
        let (at, action) = (self.shared.clock.now(), invoke.action);
        if invoke.is_dispatched {
            // A former owner has begun it, or was about to.
            mark(Mark::OutcomeUnknown);
            let fact = Fact::TaskFailed {
                at,
                action,
                failure: dispatcher::outcome_unknown(),
                version: None,
            };
            return self.push(id, fact);
        }
        if invoke.at_most_once {
            return self.push(id, Fact::Dispatched { at, action });
        }
        self.make_attempt(id, invoke);
    }

    /// Makes an attempt, or goes on with one.
    pub(super) fn make_attempt(&mut self, id: ExecutionId, invoke: Box<Invoke>) {
        let Some(hot) = self.hot.get_mut(&id) else {
            return;
        };
        crash_point(CrashPoint::BeforeDispatch);
        let action = invoke.action;
        let mut attempt = Attempt::of(&invoke, hot.is_taken(action));
        let is_handed_over = invoke.is_handed_over();
        if !is_handed_over {
            let started = hot.started().clone();
            let answers = Answers::new(self.shared.clone(), self.handle.clone(), id);
            let shared = self.shared.clone();
            let listening = self.listener(id, action);
            // One that is done has said so; if that was lost, it is to be said again.
            let listening = listening.filter(|listening| !listening.is_finished());
            attempt.work = Some(if let Some(listening) = listening {
                Work::Task(listening)
            } else if effect::calls_function(&invoke) {
                dispatcher::begin(&shared, started, invoke, answers)
            } else {
                let asking = Asking::default();
                let asked = asking.clone();
                let work = effect::invoke(shared, started, invoke, answers, asked);
                Work::Asking(tokio::spawn(work), asking)
            });
        }
        if let Some(hot) = self.hot.get_mut(&id) {
            hot.running.insert(action, attempt);
        }
        if is_handed_over {
            self.offer(id, action);
        }
    }

    /// Begins an execution that runs beside its owner, if it is one.
    pub(super) fn begin_whole(&mut self, id: ExecutionId, tried: Try) {
        let hot = self.hot.get(&id).filter(|hot| hot.is_open());
        let Some(hot) = hot.filter(|hot| hot.run().is_elsewhere()) else {
            return;
        };
        let (started, machine) = (hot.started().clone(), hot.run().machine().clone());
        let answers = Answers::new(self.shared.clone(), self.handle.clone(), id);
        let work = express::to_its_end(self.shared.clone(), machine, started, tried, answers);
        self.begin_work(id, WHOLE, work);
    }

    /// Begins a reading or a writing.
    pub(super) fn begin_work(
        &mut self,
        id: ExecutionId,
        action: ActionId,
        work: impl Future<Output = ()> + Send + 'static,
    ) {
        if let Some(hot) = self.hot.get_mut(&id) {
            hot.running
                .insert(action, Attempt::running(tokio::spawn(work)));
        }
    }

    /// Offers an activity's task to workers, if it still is to be had.
    pub(super) fn offer(&self, id: ExecutionId, action: ActionId) {
        let Some(hot) = self.hot.get(&id) else { return };
        let offer = hot.running.get(&action).and_then(|a| a.offer.as_ref());
        if let Some(offer) = offer.filter(|offer| !offer.is_taken) {
            let account = hot.started().account;
            let of = (account, &offer.activity);
            self.shared.activities.offer(&self.shared, of, (id, action));
        }
    }

    /// What an effect answers goes into the next commit, unless nobody waits for it any more. Its
    /// time is that of its arrival here: answers overtake one another on the way, and a history's
    /// times never fall.
    pub(super) fn answered(&mut self, id: ExecutionId, mut fact: Fact, kept: Kept) {
        let Some(hot) = self.hot.get_mut(&id).filter(|hot| hot.is_open()) else {
            return;
        };
        let now = self.shared.clock.now();
        let is_awaited = match &mut fact {
            Fact::TaskSucceeded { at, action, .. }
            | Fact::TaskFailed { at, action, .. }
            | Fact::ItemsRead { at, action, .. }
            | Fact::PageRead { at, action, .. }
            // The attempt is made again once that is durable.
            | Fact::Dispatched { at, action } => {
                *at = now;
                hot.running.remove(action).is_some()
            }
            Fact::Ended { at, .. } => {
                *at = now;
                hot.running.remove(&WHOLE).is_some()
            }
            Fact::TaskSubmitted { at, action, .. } => {
                *at = now;
                let attempt = hot.running.get_mut(action);
                attempt.map(Attempt::submitted).is_some()
            }
            Fact::RangeReported { at, action, .. } => {
                *at = now;
                hot.running.contains_key(action)
            }
            _ => false,
        };
        if is_awaited {
            self.push_kept(id, (fact, kept));
        } else {
            mark(Mark::AnswerUnwanted);
        }
    }

    /// Somebody outside speaks of a task.
    pub(super) fn by_token(
        &mut self,
        account: AccountId,
        token: Token,
        (ending, kept): (Ending, Kept),
        reply: oneshot::Sender<Heard>,
    ) {
        match self.heard(account, token, ending) {
            Ok(fact) => {
                let after = After::Heard(reply);
                self.push_then(token.execution, (fact, kept), after);
            }
            // A caller that has gone away asks again.
            Err(at_once) => drop(reply.send(at_once)),
        }
    }

    /// The fact that this is, or what is to be said at once.
    fn heard(&mut self, account: AccountId, token: Token, ending: Ending) -> Result<Fact, Heard> {
        let at = self.shared.clock.now();
        let hot = self
            .find_mut(account, token.execution)
            .ok_or(Heard::Absent)?;
        if !token.is_of(hot.started()) {
            return Err(Heard::Foreign);
        }
        let action = token.action;
        let bytes_max = hot.started().limits.payload_bytes_max;
        let attempt = hot.running.get(&action).filter(|attempt| attempt.by_token);
        let attempt = attempt.ok_or_else(|| {
            mark(Mark::TokenOver);
            Heard::Over
        })?;
        let fact = match ending {
            Ending::Check => return Err(Heard::Done),
            Ending::Succeeded(output) if output.size() > bytes_max as usize => {
                return Err(Heard::TooLarge { bytes_max });
            }
            Ending::None if !attempt.has_heartbeat => return Err(Heard::Done),
            Ending::None => return Ok(Fact::TaskHeartbeat { at, action }),
            Ending::Succeeded(output) => Fact::TaskSucceeded {
                at,
                action,
                output,
                version: None,
            },
            Ending::Failed(failure) => Fact::TaskFailed {
                at,
                action,
                failure,
                version: None,
            },
        };
        // The first answer wins. A call that still runs may end what it does; nobody listens.
        if attempt.waits_for_job {
            attempt.abort();
        }
        hot.running.remove(&action);
        Ok(fact)
    }

    /// A worker wants the task of an activity.
    pub(super) fn take(
        &mut self,
        id: ExecutionId,
        action: ActionId,
        worker: Option<String>,
        reply: oneshot::Sender<Option<ActivityTask>>,
    ) {
        let offer = self
            .hot
            .get_mut(&id)
            .and_then(|hot| hot.running.get_mut(&action))
            .and_then(|attempt| attempt.offer.as_mut())
            .filter(|offer| !offer.is_taken);
        let Some(offer) = offer else {
            let _ = reply.send(None);
            return;
        };
        if reply.is_closed() {
            // The worker has gone away meanwhile: another one may have it.
            return self.offer(id, action);
        }
        offer.is_taken = true;
        let activity = offer.activity.clone();
        let task = offer.task.clone();
        let at = self.shared.clock.now();
        let fact = Fact::ActivityStarted { at, action, worker };
        let after = After::Taken(reply, task);
        self.push_then(id, (fact, Kept::default()), after);
        if let Some(hot) = self.hot.get(&id) {
            let account = hot.started().account;
            // To come to memory, to be taken, offered it once more.
            self.shared
                .activities
                .withdraw(account, &activity, id, action);
        }
    }

    /// Nobody waits for it any more: ends it, and the execution that it has started.
    pub(super) fn cancel(&mut self, id: ExecutionId, action: ActionId) {
        let Some(hot) = self.hot.get_mut(&id) else {
            return;
        };
        if let Some(at) = hot.timers.remove(&action) {
            self.timers.remove(&(at, id, action));
        }
        let attempt = hot.running.remove(&action);
        if let Some(attempt) = &attempt {
            attempt.abort();
        }
        let account = hot.started().account;
        if let Some(child) = hot.orphans.remove(&action) {
            let work = attempt.and_then(|attempt| attempt.work);
            self.stop_child(account, child, work);
        }
    }

    /// Stops an execution that nobody waits for any more. Until that is durable no checkpoint is
    /// written: a crash in between finds the reason to stop it in the journal, and stops it again.
    pub(super) fn stop_child(&mut self, account: AccountId, child: Child, work: Option<Work>) {
        mark(Mark::ChildOrphaned);
        self.unsettled += 1;
        let (shared, handle, epoch) = (self.shared.clone(), self.handle.clone(), self.lease.epoch);
        tokio::spawn(async move {
            if let Some(work) = work {
                // It was aborted: once it is gone, it starts nothing more.
                work.gone().await;
            }
            if !is_planted(Bug::StopLost) {
                crash_point(CrashPoint::BeforeStop);
                let port = Port::of(&shared).await;
                mailbox::stop(&port, account, &child).await;
                crash_point(CrashPoint::AfterStop);
            }
            let _ = handle.send(Command::Settled { epoch }).await;
        });
    }
}
