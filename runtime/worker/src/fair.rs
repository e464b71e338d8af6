//! Who gets the next permit: a fair queue over accounts and their machines, with priorities within
//! a machine.
//!
//! Among accounts that wait, the one goes first that holds the fewest permits, and of several the one
//! whose turn came longest ago; so among the machines of the account, whose permits count for less the
//! more weight they have. Within a machine the higher priority goes first, then whoever came first. So a
//! flood of one machine delays another by no more than the permits that it holds already, however long
//! its queue and however long its tasks are; and of machines that always have something waiting each
//! holds its weight's part of the permits.
//!
//! Turns are virtual times: each permit moves its account and its machine one on, a machine by less the
//! more weight it has, and one that was away begins at the present. Every step takes time in the logarithm of what waits. What is kept
//! for each that waits is a place in a queue and what its owner put there.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::hash::Hash;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use foldhash::fast::RandomState;
use steploom_types::{AccountId, MachineName};

/// Whose turn it is among whom: an account's machine.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct Flow {
    pub(crate) account: AccountId,
    pub(crate) machine: MachineName,
}

/// What can wait for a permit.
pub(crate) trait Waits: Sized {
    /// Its turn has come. It drops the permit if it does not want it any more.
    fn go(self, permit: Permit<Self>);
}

/// Hands out permits. Clones share it.
pub(crate) struct Fair<T: Waits>(Arc<Mutex<Queue<T>>>);

impl<T: Waits> Clone for Fair<T> {
    fn clone(&self) -> Self {
        Self(self.0.clone())
    }
}

/// The right to run one attempt. Dropped, it goes to whoever is next.
pub(crate) struct Permit<T: Waits> {
    queue: Fair<T>,
    flow: Option<Flow>,
}

impl<T: Waits> Drop for Permit<T> {
    fn drop(&mut self) {
        if let Some(flow) = self.flow.take() {
            let mut queue = self.queue.lock();
            queue.release(&flow);
            let somebody_waits = queue.len > 0;
            drop(queue);
            if somebody_waits {
                self.queue.serve();
            }
        }
    }
}

/// A place in the queue, by which what waits can be taken out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Place {
    flow: Flow,
    rank: Rank,
}

/// Within a machine: the higher priority first, then the earlier.
type Rank = (Reverse<i8>, u64);

/// When an account or a machine has its turn: permits held by its weight, then virtual time, then which.
type Turn<K> = (u64, u64, K);

/// What a permit counts for at the weight 1: a number that all weights up to 10 divide evenly.
const WHOLE: u64 = 2_520_000;

/// A map that is asked several times for every attempt.
type Fast<K, V> = HashMap<K, V, RandomState>;

struct Queue<T> {
    permits: usize,
    held: usize,
    accounts: Level<AccountId>,
    machines: Fast<AccountId, Level<MachineName>>,
    waiting: Fast<Flow, BTreeMap<Rank, T>>,
    /// Numbers those that wait.
    last: u64,
    len: usize,
    /// Somebody is letting others go: who gives a permit back meanwhile leaves the rest to them. So
    /// thousands that are not wanted any more do not call one another.
    serving: bool,
}

/// Those of one level of the tree.
struct Level<K> {
    /// The time of the turn that came last.
    now: u64,
    members: Fast<K, Member>,
    /// Those for whom something waits, in the order of their turns.
    turns: BTreeSet<Turn<K>>,
    /// Those who neither hold nor wait, but are ahead of the present until the time said.
    idle: BTreeSet<(u64, K)>,
}

#[derive(Clone, Copy)]
struct Member {
    weight: u32,
    held: u32,
    time: u64,
    waiting: usize,
}

impl Default for Member {
    fn default() -> Self {
        Self {
            weight: 1,
            held: 0,
            time: 0,
            waiting: 0,
        }
    }
}

impl Member {
    /// What so many permits count for.
    fn share(&self, permits: u32) -> u64 {
        u64::from(permits) * WHOLE / u64::from(self.weight.max(1))
    }

    fn turn<K>(&self, key: K) -> Turn<K> {
        (self.share(self.held), self.time, key)
    }
}

impl<K> Default for Level<K> {
    fn default() -> Self {
        Self {
            now: 0,
            members: HashMap::default(),
            turns: BTreeSet::new(),
            idle: BTreeSet::new(),
        }
    }
}

impl<K: Clone + Eq + Hash + Ord> Level<K> {
    /// Changes a member, and its place among the turns with it. One that holds nothing, waits for
    /// nothing and is not ahead of its time is forgotten.
    fn change(&mut self, key: &K, change: impl FnOnce(&mut Member, u64)) {
        let mut member = self.members.get(key).copied().unwrap_or_default();
        if member.waiting > 0 {
            self.turns.remove(&member.turn(key.clone()));
        } else if member.held == 0 && member.time > self.now {
            self.idle.remove(&(member.time, key.clone()));
        }
        change(&mut member, self.now);
        if member.waiting > 0 {
            self.turns.insert(member.turn(key.clone()));
        }
        let is_idle = member.held == 0 && member.waiting == 0;
        if is_idle && member.time <= self.now {
            self.members.remove(key);
            return;
        }
        if is_idle {
            self.idle.insert((member.time, key.clone()));
        }
        match self.members.get_mut(key) {
            Some(known) => *known = member,
            None => drop(self.members.insert(key.clone(), member)),
        }
    }

    fn wait(&mut self, key: &K, weight: u32) {
        self.change(key, |member, now| {
            member.weight = weight;
            if member.waiting == 0 {
                member.time = member.time.max(now);
            }
            member.waiting += 1;
        });
    }

    fn leave(&mut self, key: &K) {
        self.change(key, |member, _| member.waiting -= 1);
    }

    /// One that waited gets a permit.
    fn serve(&mut self, key: &K) {
        let time = self.members.get(key).map_or(self.now, |member| member.time);
        self.pass_to(time);
        self.change(key, |member, _| {
            member.waiting -= 1;
            member.held += 1;
            member.time += member.share(1);
        });
    }

    /// It is this late by now, or later: those who were ahead until then are forgotten.
    fn pass_to(&mut self, time: u64) {
        self.now = self.now.max(time);
        while let Some((until, _)) = self.idle.first()
            && *until <= self.now
            && let Some((_, idle)) = self.idle.pop_first()
        {
            self.members.remove(&idle);
        }
    }

    /// One gets a permit for which nobody waits: as if it had waited, and been served.
    fn hold(&mut self, key: &K, weight: u32) {
        let ahead = self.members.get(key).map_or(0, |member| member.time);
        self.pass_to(ahead);
        self.change(key, |member, now| {
            member.weight = weight;
            member.held += 1;
            member.time = member.time.max(now) + member.share(1);
        });
    }

    fn release(&mut self, key: &K) {
        self.change(key, |member, _| member.held -= 1);
    }

    fn first(&self) -> Option<&K> {
        self.turns.first().map(|(_, _, key)| key)
    }
}

impl<T: Waits> Fair<T> {
    /// A queue for so many permits.
    pub(crate) fn new(permits: usize) -> Self {
        Self(Arc::new(Mutex::new(Queue {
            permits,
            held: 0,
            accounts: Level::default(),
            machines: HashMap::default(),
            waiting: HashMap::default(),
            last: 0,
            len: 0,
            serving: false,
        })))
    }

    /// Puts something into the queue; the weight is that of its machine from now on. If it may go at once,
    /// it comes back with its permit; otherwise its place does.
    pub(crate) fn push(
        &self,
        flow: Flow,
        weight: u32,
        priority: i8,
        what: T,
    ) -> Result<(Permit<T>, T), Place> {
        let mut queue = self.lock();
        if queue.take(&flow, weight) {
            drop(queue);
            return Ok((self.permit(flow), what));
        }
        Err(queue.wait(flow, weight, priority, what))
    }

    /// A permit for something that would not wait, if it need not. The flow comes back otherwise.
    pub(crate) fn take(&self, flow: Flow, weight: u32) -> Result<Permit<T>, Flow> {
        if self.lock().take(&flow, weight) {
            Ok(self.permit(flow))
        } else {
            Err(flow)
        }
    }

    /// Takes out what waits; `None` if its turn has come already.
    pub(crate) fn take_out(&self, place: &Place) -> Option<T> {
        self.lock().remove(place)
    }

    /// From now on there are so many permits. Those that are held beyond that are not taken away.
    pub(crate) fn resize(&self, permits: usize) {
        self.lock().permits = permits;
        self.serve();
    }

    /// Lets go who may.
    fn serve(&self) {
        let mut queue = self.lock();
        if queue.serving {
            return;
        }
        queue.serving = true;
        while let Some((flow, what)) = queue.next() {
            drop(queue);
            what.go(self.permit(flow));
            queue = self.lock();
        }
        queue.serving = false;
    }

    /// How many permits there are.
    pub(crate) fn permits(&self) -> usize {
        self.lock().permits
    }

    fn permit(&self, flow: Flow) -> Permit<T> {
        Permit {
            queue: self.clone(),
            flow: Some(flow),
        }
    }

    /// Whether nobody holds or awaits a permit.
    pub(crate) fn is_idle(&self) -> bool {
        let queue = self.lock();
        queue.held == 0 && queue.len == 0
    }

    fn lock(&self) -> MutexGuard<'_, Queue<T>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<T> Queue<T> {
    /// Takes a permit that is free, unless somebody waits.
    fn take(&mut self, flow: &Flow, weight: u32) -> bool {
        let is_free = self.held < self.permits && self.len == 0;
        if is_free {
            self.held += 1;
            self.accounts.hold(&flow.account, 1);
            let machines = self.machines.entry(flow.account).or_default();
            machines.hold(&flow.machine, weight);
        }
        is_free
    }

    fn wait(&mut self, flow: Flow, weight: u32, priority: i8, what: T) -> Place {
        self.last += 1;
        self.len += 1;
        let rank = (Reverse(priority), self.last);
        self.accounts.wait(&flow.account, 1);
        let machines = self.machines.entry(flow.account).or_default();
        machines.wait(&flow.machine, weight);
        let waiting = self.waiting.entry(flow.clone()).or_default();
        waiting.insert(rank, what);
        Place { flow, rank }
    }

    fn release(&mut self, flow: &Flow) {
        self.held -= 1;
        self.accounts.release(&flow.account);
        self.change(flow.account, |machines| machines.release(&flow.machine));
    }

    fn next(&mut self) -> Option<(Flow, T)> {
        if self.held >= self.permits {
            return None;
        }
        let account = *self.accounts.first()?;
        let machines = self.machines.get_mut(&account)?;
        let machine = machines.first()?.clone();
        machines.serve(&machine);
        self.accounts.serve(&account);
        let flow = Flow { account, machine };
        let waiting = self.waiting.get_mut(&flow)?;
        let (_, what) = waiting.pop_first()?;
        if waiting.is_empty() {
            self.waiting.remove(&flow);
        }
        self.held += 1;
        self.len -= 1;
        Some((flow, what))
    }

    fn remove(&mut self, place: &Place) -> Option<T> {
        let Place { flow, rank } = place;
        let waiting = self.waiting.get_mut(flow)?;
        let what = waiting.remove(rank)?;
        if waiting.is_empty() {
            self.waiting.remove(flow);
        }
        self.len -= 1;
        self.accounts.leave(&flow.account);
        self.change(flow.account, |machines| machines.leave(&flow.machine));
        Some(what)
    }

    /// Changes the machines of an account, which are forgotten once nothing is to be kept of them.
    fn change(&mut self, account: AccountId, change: impl FnOnce(&mut Level<MachineName>)) {
        let machines = self.machines.entry(account).or_default();
        change(machines);
        if machines.members.is_empty() {
            self.machines.remove(&account);
        }
    }
}

#[cfg(test)]
mod tests;
