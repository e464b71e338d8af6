//! Executions that wait before they begin: for limits, or only to be sure that they are not late.
//!
//! Each is durable from its acceptance. It takes the limits that its start names one after the other
//! from their homes, and begins with the fact `Begun`; if the time before which it had to begin
//! comes first, `Expired` ends it. However it ends, its limits are given back.

use std::collections::BTreeMap;
use std::time::Duration;

use steploom_machine::{ActionId, Fact};
use steploom_store::journal::Epoch;
use steploom_types::{ExecutionId, ShardId, Slot};
use tokio::time::Instant;

use super::owned::Owned;
use crate::mailbox::{Granted, Key, Letter, Mail, Wish, order_at};

/// The number under which the time before which an execution has to begin is among the timers: no
/// action of an execution has it.
pub(super) const START_BEFORE: ActionId = ActionId(0);

/// After which a new home asks those again that have not answered: the answer may have gone to the owner
/// before it, by a node that had not heard of the new one.
const REMIND: Duration = Duration::from_secs(2);

/// Executions under limits, and what their owner knows of the limits' homes.
#[derive(Default)]
pub(super) struct Waiting {
    limited: BTreeMap<ExecutionId, Limited>,
    /// The epoch under which a home has asked last: what it granted before that is void.
    asked: BTreeMap<ShardId, Epoch>,
    /// Homes, by their slots, that are to be told what is here.
    asks: Vec<(u16, u16)>,
    /// When those are asked again that this home has not heard of.
    remind_at: Option<Instant>,
}

struct Limited {
    wishes: Vec<Wish>,
    /// How many of them are held; the next one is waited for.
    held: usize,
}

impl Waiting {
    /// What waits for or holds keys with a home in these slots.
    fn census(&self, slots: (u16, u16)) -> Vec<Wish> {
        let mut census = Vec::new();
        for limited in self.limited.values() {
            for (at, wish) in limited.wishes.iter().enumerate().take(limited.held + 1) {
                let home = wish.key.home().0;
                if (slots.0..=slots.1).contains(&home) {
                    census.push(Wish {
                        is_held: at < limited.held,
                        ..wish.clone()
                    });
                }
            }
        }
        census
    }
}

impl Owned {
    /// An execution was accepted, redriven, or read again: waits for what its start names.
    pub(super) fn enlist(&mut self, id: ExecutionId) {
        let Some(hot) = self.hot.get_mut(&id).filter(|hot| hot.is_open()) else {
            return;
        };
        let started = hot.started().clone();
        let Some(terms) = started.terms.as_ref().filter(|terms| terms.waits()) else {
            return;
        };
        let is_pending = hot.run().is_pending();
        // One that is redriven has begun in time.
        let is_new = is_pending && hot.run().redrives().count == 0;
        if let Some(at) = terms.start_before.filter(|_| is_new) {
            hot.timers.insert(START_BEFORE, at);
            self.timers.insert((at, id, START_BEFORE));
        }
        let wishes: Vec<_> = terms
            .claims
            .iter()
            .map(|claim| Wish {
                key: Key::of(&started, claim),
                id,
                limit: claim.limit,
                priority: terms.priority,
                order: claim.order.unwrap_or_else(|| order_at(started.at)),
                is_ordered: claim.order.is_some(),
                is_held: false,
                owner: self.lease.epoch,
            })
            .collect();
        if !wishes.is_empty() {
            let held = if is_pending { 0 } else { wishes.len() };
            let limited = Limited { wishes, held };
            self.waiting.limited.insert(id, limited);
        }
        if is_pending {
            self.proceed(id);
        }
    }

    /// Waits for the next limit, or begins.
    fn proceed(&mut self, id: ExecutionId) {
        let limited = self.waiting.limited.get(&id);
        if let Some(wish) = limited.and_then(|limited| limited.wishes.get(limited.held)) {
            self.post.send(wish.key.home(), Letter::Want(wish.clone()));
            return;
        }
        let Some(hot) = self.hot.get_mut(&id) else {
            return;
        };
        let Some(before) = hot.timers.remove(&START_BEFORE) else {
            let at = self.shared.clock.now();
            return self.push(id, Fact::Begun { at });
        };
        self.timers.remove(&(before, id, START_BEFORE));
        let at = self.shared.clock.now();
        let fact = if at < before {
            Fact::Begun { at }
        } else {
            Fact::Expired { at }
        };
        self.push(id, fact);
    }

    /// The time before which an execution had to begin has come. Once that it begins is being
    /// committed, the timer is gone.
    pub(super) fn expire(&mut self, id: ExecutionId) {
        let at = self.shared.clock.now();
        self.push(id, Fact::Expired { at });
    }

    /// An execution has ended: what it held or waited for is given back.
    pub(super) fn give_back(&mut self, id: ExecutionId) {
        let Some(limited) = self.waiting.limited.remove(&id) else {
            return;
        };
        for wish in limited.wishes.into_iter().take(limited.held + 1) {
            let (to, key) = (wish.key.home(), wish.key);
            self.post.send(to, Letter::Release { key, id });
        }
    }

    /// Asks everybody what is to be known of the keys that have their home here: the first thing that a
    /// new owner does.
    pub(super) fn ask_around(&mut self) {
        for (_, slots) in &self.shard_slots {
            let ask = Letter::Ask { slots: self.slots };
            self.post.send(Slot(slots.0), ask);
        }
        self.waiting.remind_at = Some(Instant::now() + REMIND);
    }

    /// Asks again, where it is time.
    pub(super) fn remind(&mut self) {
        if self.remind_due_in() != Some(Duration::ZERO) {
            return;
        }
        let missing = self.home.missing();
        for slots in missing {
            let ask = Letter::Ask { slots: self.slots };
            self.post.send(Slot(slots.0), ask);
        }
        self.waiting.remind_at = (!missing.is_empty()).then(|| Instant::now() + REMIND);
    }

    /// In how long those are asked again that have not answered.
    pub(super) fn remind_due_in(&self) -> Option<Duration> {
        let at = self.waiting.remind_at?;
        Some(at.saturating_duration_since(Instant::now()))
    }

    /// Tells every home what is here, once all that was awake is in memory.
    pub(super) fn introduce(&mut self) {
        if self.is_introduced || !self.loads.has_all_awake() {
            return;
        }
        self.is_introduced = true;
        let all = self.shard_slots.iter().map(|(_, slots)| *slots);
        self.waiting.asks.extend(all);
        self.answer_asks();
    }

    fn answer_asks(&mut self) {
        if !self.is_introduced {
            return;
        }
        for slots in std::mem::take(&mut self.waiting.asks) {
            let census = self.waiting.census(slots);
            self.post.send(Slot(slots.0), Letter::Census(census));
        }
    }

    /// Letters have come.
    pub(super) fn read_letters(&mut self, mail: Mail) {
        for letter in mail.letters {
            match letter {
                Letter::Want(_) | Letter::Release { .. } | Letter::Census(_)
                    if !self.home.believes(mail.from, mail.epoch) => {}
                Letter::Want(wish) => {
                    let granted = self.home.want(wish);
                    self.grant(granted);
                }
                Letter::Release { key, id } => {
                    let granted = self.home.release(&key, id);
                    self.grant(granted);
                }
                Letter::Census(wishes) => {
                    let here = self.slots.0..=self.slots.1;
                    let is_here = |wish: &Wish| here.contains(&wish.key.home().0);
                    let wishes = wishes.into_iter().filter(is_here).collect();
                    let (now, from) = (self.shared.clock.now(), (mail.from, mail.epoch));
                    let granted = self.home.report(now, from, mail.slots, wishes);
                    self.grant(granted);
                }
                Letter::Grant(granted) => self.granted((mail.from, mail.epoch), granted),
                Letter::Ask { slots } => {
                    let asked = self.waiting.asked.entry(mail.from).or_default();
                    *asked = (*asked).max(mail.epoch);
                    self.waiting.asks.push(slots);
                    self.answer_asks();
                }
            }
        }
    }

    pub(super) fn grant(&mut self, granted: Vec<Granted>) {
        for granted in granted {
            self.post.send(granted.id.slot(), Letter::Grant(granted));
        }
    }

    /// Executions that were given places long ago and have not come keep nobody waiting.
    pub(super) fn lapse_due(&mut self) {
        if self.home.next_lapse().is_some() {
            let granted = self.home.lapse(self.shared.clock.now());
            self.grant(granted);
        }
    }

    /// A home lets an execution go on.
    fn granted(&mut self, (from, epoch): (ShardId, Epoch), granted: Granted) {
        let Granted { key, id, owner } = granted;
        let asked = self.waiting.asked.get(&from);
        let is_void = asked.is_some_and(|asked| *asked > epoch) || owner != self.lease.epoch;
        // What is not known yet will be told, and granted again.
        if is_void || !self.is_introduced {
            return;
        }
        let Some(limited) = self.waiting.limited.get_mut(&id) else {
            // It has ended meanwhile.
            let to = key.home();
            return self.post.send(to, Letter::Release { key, id });
        };
        // Otherwise it holds the key already, and was told so again.
        if limited
            .wishes
            .get(limited.held)
            .is_some_and(|wish| wish.key == key)
        {
            limited.held += 1;
            self.proceed(id);
        }
    }
}
