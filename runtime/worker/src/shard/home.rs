//! The home of limits' keys: who holds a key, who waits for it, and who is next.
//!
//! All of it is in memory. A new home asks every shard what it has, and grants nothing before all
//! have answered; so a limit is never exceeded because something was forgotten. What an owner says
//! under an epoch that another one has followed is not believed.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use steploom_probe::{Mark, mark};
use steploom_store::journal::Epoch;
use steploom_types::{ExecutionId, ShardId, Timestamp, limits};
use tokio::sync::oneshot;

use crate::mailbox::{Granted, Key, Wish, order_at};

/// How long somebody with a place is waited for.
const PLACE_MS: u64 = limits::PLACE_SECONDS as u64 * 1_000;

/// Higher priorities first, but for those that keep an order; then who came first.
type Rank = (Reverse<i8>, u64, ExecutionId);

#[derive(Default)]
pub(super) struct Home {
    keys: BTreeMap<Key, Queue>,
    /// The shards that have said what they have, and under which epoch.
    reported: BTreeMap<ShardId, Epoch>,
    /// Slots of which nobody has said anything, as ranges with both ends included.
    missing: Vec<(u16, u16)>,
    /// The newest place that was given to one that runs in order.
    last_order: u64,
    /// Who wants such places before all have reported.
    asked: Vec<Asked>,
    /// When those with places are waited for no longer, by their first ones.
    lapses: BTreeMap<Lapse, Key>,
}

/// When, and of which first place.
type Lapse = (Timestamp, u64);

/// Somebody wants places.
pub(super) struct Asked {
    pub(super) key: Key,
    pub(super) count: u64,
    /// By which the same question is known when it is asked again.
    pub(super) lot: u64,
    pub(super) reply: oneshot::Sender<u64>,
}

#[derive(Default)]
struct Queue {
    held: BTreeSet<ExecutionId>,
    waiting: BTreeMap<Rank, Wish>,
    ranks: BTreeMap<ExecutionId, Rank>,
    /// Starts of which some may still be on their way, by their first places: nobody who came later
    /// goes before them.
    coming: BTreeMap<u64, Batch>,
}

/// One start or several that were given places together.
struct Batch {
    lot: u64,
    coming: Coming,
    until: Timestamp,
}

/// What of a batch is on its way. That it was accepted may be heard before the executions themselves are, which
/// come from other owners.
enum Coming {
    /// It is not known which of it were accepted; these are here.
    Here(BTreeSet<u64>),
    /// These were accepted, and are not here.
    Awaited(BTreeSet<u64>),
}

fn rank(wish: &Wish) -> Rank {
    let priority = if wish.is_ordered { 0 } else { wish.priority };
    (Reverse(priority), wish.order, wish.id)
}

impl Home {
    /// A home that knows nothing yet; the owners of these slots are to be heard.
    pub(super) fn new(slots: impl IntoIterator<Item = (u16, u16)>) -> Self {
        Self {
            missing: slots.into_iter().collect(),
            ..Self::default()
        }
    }

    /// Whether an owner may still be believed.
    pub(super) fn believes(&self, from: ShardId, epoch: Epoch) -> bool {
        self.reported.get(&from).is_none_or(|known| *known <= epoch)
    }

    fn is_open(&self) -> bool {
        self.missing.is_empty()
    }

    /// Slots whose owners have not said what they have.
    pub(super) fn missing(&self) -> &[(u16, u16)] {
        &self.missing
    }

    /// An execution waits. Gives who may go on because of it.
    pub(super) fn want(&mut self, wish: Wish) -> Vec<Granted> {
        let key = wish.key.clone();
        self.last_order = self.last_order.max(wish.order);
        let queue = self.keys.entry(key.clone()).or_default();
        if let Some(lapse) = queue.arrive(wish.order) {
            self.lapses.remove(&lapse);
        }
        if queue.held.contains(&wish.id) {
            // It asks again, as its owner is a new one.
            let (id, owner) = (wish.id, wish.owner);
            return vec![Granted { key, id, owner }];
        }
        queue.add(wish);
        self.grant(&key)
    }

    /// An execution has gone. Gives who may go on because of it.
    pub(super) fn release(&mut self, key: &Key, id: ExecutionId) -> Vec<Granted> {
        let Some(queue) = self.keys.get_mut(key) else {
            return Vec::new();
        };
        queue.held.remove(&id);
        queue.leave(id);
        self.grant(key)
    }

    /// A shard has said what it has. Gives who may go on because of it.
    pub(super) fn report(
        &mut self,
        now: Timestamp,
        (from, epoch): (ShardId, Epoch),
        slots: (u16, u16),
        wishes: Vec<Wish>,
    ) -> Vec<Granted> {
        self.reported.insert(from, epoch);
        self.missing = without(&self.missing, slots);
        let is_of = |id: ExecutionId| (slots.0..=slots.1).contains(&id.slot().0);
        let mut granted = BTreeSet::new();
        for (key, queue) in &mut self.keys {
            for id in queue.held.extract_if(.., |id| is_of(*id)) {
                granted.insert((key.clone(), id));
            }
            let gone: Vec<_> = queue
                .ranks
                .keys()
                .copied()
                .filter(|id| is_of(*id))
                .collect();
            for id in gone {
                queue.leave(id);
            }
        }
        let mut again = Vec::new();
        for wish in wishes {
            self.last_order = self.last_order.max(wish.order);
            let (key, id) = (wish.key.clone(), wish.id);
            let queue = self.keys.entry(key.clone()).or_default();
            if let Some(lapse) = queue.arrive(wish.order) {
                self.lapses.remove(&lapse);
            }
            // A grant that its owner had not heard of when it wrote still stands.
            if wish.is_held || granted.contains(&(key.clone(), id)) {
                queue.held.insert(id);
                if !wish.is_held {
                    let owner = wish.owner;
                    again.push(Granted { key, id, owner });
                }
            } else {
                queue.add(wish);
            }
        }
        if !self.is_open() {
            return again;
        }
        for asked in std::mem::take(&mut self.asked) {
            self.give(now, asked);
        }
        let keys: Vec<_> = self.keys.keys().cloned().collect();
        again.extend(keys.iter().flat_map(|key| self.grant(key)));
        again
    }

    /// Somebody wants so many places in the order of a key; the answer is the first of them. They are
    /// waited for until [`Home::used`] says which of them come, and those are here, but not for ever: who
    /// took them may be gone.
    pub(super) fn tickets(&mut self, now: Timestamp, asked: Asked) {
        self.last_order = self.last_order.max(order_at(now));
        if self.is_open() {
            self.give(now, asked);
        } else {
            self.asked.push(asked);
        }
    }

    fn give(&mut self, now: Timestamp, asked: Asked) {
        let Asked {
            key,
            count,
            lot,
            reply,
        } = asked;
        let queue = self.keys.get(&key);
        let given = queue.and_then(|queue| {
            queue
                .coming
                .iter()
                .find(|(_, batch)| lot != 0 && batch.lot == lot)
        });
        if let Some((&first, _)) = given {
            mark(Mark::PlacesAgain);
            // The answer was lost, and this one is as good.
            let _ = reply.send(first);
            return;
        }
        let first = self.last_order + 1;
        self.last_order += count;
        // Nobody is waited for if there is nobody any more to take them.
        if reply.send(first).is_err() {
            return;
        }
        let coming = if count == 1 {
            Coming::Awaited(BTreeSet::from([first]))
        } else {
            Coming::Here(BTreeSet::new())
        };
        let until = now.plus_millis(PLACE_MS);
        self.lapses.insert((until, first), key.clone());
        let queue = self.keys.entry(key).or_default();
        let batch = Batch { lot, coming, until };
        queue.coming.insert(first, batch);
    }

    /// Of the places from `first` on, which were given together, those in `accepted` come or have come,
    /// and the others never will. Gives who may go on because of it.
    pub(super) fn used(&mut self, key: &Key, first: u64, accepted: &[u64]) -> Vec<Granted> {
        if let Some(queue) = self.keys.get_mut(key)
            && let Some(batch) = queue.coming.get_mut(&first)
        {
            let all: BTreeSet<_> = accepted.iter().copied().collect();
            let awaited: BTreeSet<_> = match &batch.coming {
                Coming::Here(here) => all.difference(here).copied().collect(),
                Coming::Awaited(awaited) => all.intersection(awaited).copied().collect(),
            };
            if awaited.is_empty() {
                self.lapses.remove(&(batch.until, first));
                queue.coming.remove(&first);
            } else {
                batch.coming = Coming::Awaited(awaited);
            }
        }
        self.grant(key)
    }

    /// Those that had places for long and are not here are waited for no longer. Gives who may go on
    /// because of it.
    pub(super) fn lapse(&mut self, now: Timestamp) -> Vec<Granted> {
        let mut granted = Vec::new();
        while let Some(entry) = self.lapses.first_entry()
            && entry.key().0 <= now
        {
            mark(Mark::PlaceLapsed);
            let ((_, first), key) = entry.remove_entry();
            if let Some(queue) = self.keys.get_mut(&key) {
                queue.coming.remove(&first);
            }
            granted.extend(self.grant(&key));
        }
        granted
    }

    /// Until when somebody is waited for.
    pub(super) fn next_lapse(&self) -> Option<Timestamp> {
        self.lapses.first_key_value().map(|((at, _), _)| *at)
    }

    /// Who may go on now.
    fn grant(&mut self, key: &Key) -> Vec<Granted> {
        let mut granted = Vec::new();
        if !self.is_open() {
            return granted;
        }
        let Some(queue) = self.keys.get_mut(key) else {
            return granted;
        };
        let coming = queue.coming.keys().next().copied().unwrap_or(u64::MAX);
        while let Some((_, first)) = queue.waiting.first_key_value()
            && queue.held.len() < first.limit as usize
            && first.order < coming
        {
            let (key, id, owner) = (key.clone(), first.id, first.owner);
            queue.leave(id);
            queue.held.insert(id);
            granted.push(Granted { key, id, owner });
        }
        if queue.held.is_empty() && queue.waiting.is_empty() && queue.coming.is_empty() {
            self.keys.remove(key);
        }
        granted
    }

    /// Executions that hold a key or wait for one.
    #[cfg(test)]
    pub(super) fn len(&self) -> usize {
        let counts = self.keys.values().map(|q| q.held.len() + q.waiting.len());
        counts.sum()
    }
}

/// Ranges of slots without one of them: a shard may have split since the ranges were known.
fn without(ranges: &[(u16, u16)], (first, last): (u16, u16)) -> Vec<(u16, u16)> {
    let parts = ranges.iter().flat_map(|(from, to)| {
        let before = (first > *from).then(|| (*from, (*to).min(first.saturating_sub(1))));
        let after = (last < *to).then(|| ((*from).max(last.saturating_add(1)), *to));
        [before, after]
    });
    parts.flatten().collect()
}

impl Queue {
    /// One with this place is here. Gives when it would have been waited for no longer, if nobody else is
    /// waited for with it.
    fn arrive(&mut self, order: u64) -> Option<Lapse> {
        let (&first, batch) = self.coming.range_mut(..=order).next_back()?;
        match &mut batch.coming {
            Coming::Here(here) => {
                here.insert(order);
                return None;
            }
            Coming::Awaited(awaited) => {
                awaited.remove(&order);
                if !awaited.is_empty() {
                    return None;
                }
            }
        }
        let until = batch.until;
        self.coming.remove(&first);
        Some((until, first))
    }

    fn add(&mut self, wish: Wish) {
        let rank = rank(&wish);
        if self.ranks.insert(wish.id, rank).is_none() {
            self.waiting.insert(rank, wish);
        }
    }

    fn leave(&mut self, id: ExecutionId) {
        if let Some(rank) = self.ranks.remove(&id) {
            self.waiting.remove(&rank);
        }
    }
}

#[cfg(test)]
mod tests;
