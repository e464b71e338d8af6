//! Executions leave memory: when they have ended, and while they only wait.
//!
//! One that only waits goes when the projection has all of it and nobody here has to do with it: no
//! work runs for it, nobody follows it, no fact of it is under way, and its next timer is not near.
//! The projection knows what brings it back: its time ([`super::wake`]), or a call ([`super::load`]).
//!
//! Whoever waits for its end does not keep it here. What listens for the end of its own children goes on
//! as a task of its own that knows names only; the next owner brings such an execution to memory
//! once, to listen again.

use std::collections::HashSet;
use std::time::Duration;

use steploom_types::{ExecutionId, Timestamp};
use tokio::sync::oneshot;
use tokio::task::JoinHandle;
use tokio::time::Instant;

use super::hot::Hot;
use super::owned::Owned;
use super::start::Taken;
use crate::effect::{self, Answers};
use steploom_api::wire;
use steploom_machine::ActionId;

/// A timer that is nearer keeps its execution in memory: to go and to come back costs more.
const PAUSE_MIN_MS: u64 = 2_000;

/// How long one stays that only waits but that somebody has to do with, before it is looked at again.
const LINGER: Duration = Duration::from_secs(2);

/// Those looked at again in one go.
const LOOKS_MAX: usize = 1_000;

/// Who may wait for the end of one execution at once; who comes later is told to ask again.
const ENDS_MAX: usize = 10_000;

/// Whether an execution stays.
enum Stay {
    /// Something runs for it, or will soon.
    Awake,
    /// Somebody has to do with it.
    ForNow,
    No,
}

/// Why an execution leaves.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Leave {
    Ended,
    Waits,
    Aside,
}

/// Executions with facts that are not applied yet, once that is known.
type Underway = Option<HashSet<ExecutionId>>;

impl Owned {
    /// A checkpoint has written these: those leave memory that can.
    pub(super) fn leave(&mut self, written: Vec<ExecutionId>) {
        let mut underway = None;
        for id in written {
            self.aside_checkpointed(id);
            let Some(hot) = self.hot.get_mut(&id) else {
                continue;
            };
            hot.checkpointed();
            if !hot.is_checkpointed() {
                continue;
            }
            self.leave_if_it_can(id, false, &mut underway);
        }
    }

    /// Looks at an execution again after a while, though no checkpoint may write it meanwhile.
    pub(super) fn linger(&mut self, id: ExecutionId) {
        let Some(hot) = self.hot.get_mut(&id) else {
            return;
        };
        if !hot.lingers {
            hot.lingers = true;
            self.lingering.push_back((Instant::now() + LINGER, id));
        }
    }

    /// Looks again at those that lingered.
    pub(super) fn look_again(&mut self) {
        if self.lingering.is_empty() {
            return;
        }
        let now = Instant::now();
        let mut underway = None;
        for _ in 0..LOOKS_MAX {
            match self.lingering.front() {
                Some((at, id)) if *at <= now => {
                    let id = *id;
                    self.lingering.pop_front();
                    let Some(hot) = self.hot.get_mut(&id) else {
                        continue;
                    };
                    hot.lingers = false;
                    if hot.is_checkpointed() {
                        self.leave_if_it_can(id, true, &mut underway);
                    }
                }
                _ => return,
            }
        }
    }

    /// In how long there is one to look at again.
    pub(super) fn look_due_in(&self) -> Option<Duration> {
        let (at, _) = self.lingering.front()?;
        Some(at.saturating_duration_since(Instant::now()))
    }

    fn leave_if_it_can(&mut self, id: ExecutionId, is_late: bool, underway: &mut Underway) {
        let now = self.shared.clock.now();
        let Some(hot) = self.hot.get_mut(&id) else {
            return;
        };
        let (stays, why) = if hot.is_open() {
            (stay(hot, now, is_late), Leave::Waits)
        } else {
            (Stay::No, Leave::Ended)
        };
        match stays {
            Stay::Awake => {}
            Stay::ForNow => self.linger(id),
            // One that has ended may be about to be redriven.
            Stay::No if self.is_underway(id, underway) => self.linger(id),
            Stay::No => {
                if let Some(hot) = self.hot.remove(&id) {
                    self.forget(id, hot, why);
                }
            }
        }
    }

    /// Whether a fact of it waits to be durable.
    fn is_underway(&self, id: ExecutionId, underway: &mut Underway) -> bool {
        underway
            .get_or_insert_with(|| self.facts_underway().map(|entry| entry.id).collect())
            .contains(&id)
    }

    /// Drops what memory has of an execution that was taken out.
    pub(super) fn forget(&mut self, id: ExecutionId, mut hot: Box<Hot>, why: Leave) {
        let name = hot.name_key();
        if matches!(self.names.get(&name), Some(Taken::By(taken)) if *taken == id) {
            self.names.remove(&name);
        }
        for (action, at) in std::mem::take(&mut hot.timers) {
            self.timers.remove(&(at, id, action));
        }
        if why == Leave::Waits {
            self.listen_on(id, &hot);
            match hot.run().next_timer() {
                // Its row says that the next owner has to load it at once, and not when it is due.
                Some(at) if hot.run().listens() => self.wakes.keep((at, id)),
                Some(at) => self.wakes.sleeps((at, id)),
                None => {}
            }
            self.shared.metrics.moves.parked.inc();
        }
        if why != Leave::Ended {
            self.shared.metrics.executions_open.dec();
        }
        for attempt in hot.running.values() {
            attempt.abort();
        }
    }

    /// What listens for the ends of its children goes on without it.
    fn listen_on(&mut self, id: ExecutionId, hot: &Hot) {
        for (action, child) in hot.children() {
            let answers = Answers::new(self.shared.clone(), self.handle.clone(), id);
            let account = hot.started().account;
            let listen = effect::listen(
                self.shared.clone(),
                account,
                child.clone(),
                *action,
                answers,
            );
            self.listening.insert((id, *action), tokio::spawn(listen));
        }
    }

    /// What listens already for the end of this attempt's child.
    pub(super) fn listener(&mut self, id: ExecutionId, action: ActionId) -> Option<JoinHandle<()>> {
        self.listening.remove(&(id, action))
    }

    /// Somebody waits for the end of an execution that is open, here or not.
    pub(super) fn await_end(
        &mut self,
        id: ExecutionId,
        reply: oneshot::Sender<Option<wire::Execution>>,
    ) {
        let waiting = self.ends.entry(id).or_default();
        if waiting.len() >= ENDS_MAX {
            waiting.retain(|reply| !reply.is_closed());
        }
        if waiting.len() < ENDS_MAX {
            waiting.push(reply);
        }
    }
}

fn stay(hot: &mut Hot, now: Timestamp, is_late: bool) -> Stay {
    if !hot.run().is_idle() || hot.is_bound() {
        return Stay::Awake;
    }
    let next = hot.run().next_timer();
    if next.is_some_and(|at| at.millis_since(now) < PAUSE_MIN_MS) {
        return Stay::Awake;
    }
    // The child may be a short one: to listen for it from elsewhere is worth it after a while.
    if (hot.run().listens() && !is_late) || !hot.is_alone() {
        return Stay::ForNow;
    }
    if hot.is_at_work() {
        return Stay::ForNow;
    }
    Stay::No
}
