//! The map of slots: which shard a slot belongs to, who owns that, and how the owner is reached.
//!
//! The map is a cache of the store's. It is read again when the keeper looks, which is every second
//! or so, and whenever somebody was sent to a node that is not the owner. A shard that this node owns
//! is reached by its [`Handle`] at once; for all others there is the owner's address. What is wrong
//! in here costs a detour and never a wrong write: owners are fenced by the journal.

pub(crate) mod assignment;
mod keeper;

use std::collections::BTreeMap;
use std::pin::pin;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError, RwLock};
use std::time::Duration;

use steploom_store::lease::{Node, NodeId, Shard};
use steploom_types::{Result, ShardId, Slot, limits};
use tokio::sync::{Notify, watch};
use tokio::time::Instant;

pub(crate) use keeper::start;

use crate::peer::call::not_owner;
use crate::shard::Handle;
use crate::shared::Shared;

/// The shortest time between two readings of the store's map.
const FRESH: Duration = Duration::from_millis(50);

/// The map of slots. Clones share it.
#[derive(Clone)]
pub(crate) struct Shards(Arc<Inner>);

struct Inner {
    me: NodeId,
    map: RwLock<Arc<Map>>,
    /// The shards that this node has or tries to get.
    here: Mutex<BTreeMap<ShardId, Here>>,
    /// Until when this node's leases are good, unless they are renewed.
    good_until: RwLock<Instant>,
    /// Tells of every change of the map.
    changed: Notify,
    /// When the map was read, so that those who want it at once read it together.
    read: tokio::sync::Mutex<Option<Instant>>,
    /// Wakes the keeper.
    look: Notify,
    /// The keeper has looked at least once and everything that it took then is recovered.
    settled: watch::Sender<bool>,
    /// Held while shards are taken.
    taking: tokio::sync::Mutex<()>,
    stopping: AtomicBool,
}

#[derive(Clone)]
struct Here {
    handle: Handle,
    /// It is being given to another node: nothing new is taken.
    leaving: bool,
}

#[derive(Default)]
struct Map {
    /// By first slot, so that a binary search finds a slot's range.
    ranges: Vec<Range>,
    nodes: Vec<Node>,
}

#[derive(Clone)]
struct Range {
    first: u16,
    last: u16,
    shard: ShardId,
    place: Place,
}

/// Where a shard is.
#[derive(Clone)]
pub(crate) enum Place {
    /// This node owns it, or is about to.
    Here(Handle),
    /// Another node owns it.
    There(Node),
    /// It is between two owners.
    Nobody,
}

impl Shards {
    pub(crate) fn new(me: NodeId) -> Self {
        Self(Arc::new(Inner {
            me,
            map: RwLock::default(),
            here: Mutex::default(),
            good_until: RwLock::new(Instant::now()),
            changed: Notify::new(),
            read: tokio::sync::Mutex::default(),
            look: Notify::new(),
            settled: watch::Sender::default(),
            taking: tokio::sync::Mutex::default(),
            stopping: AtomicBool::new(false),
        }))
    }

    /// Where a slot is.
    pub(crate) fn place(&self, slot: Slot) -> Place {
        self.map().place(slot)
    }

    /// The owner of a slot, which is here.
    ///
    /// # Errors
    /// `Fenced` / `NotOwner` when it is elsewhere: nothing was done, and
    /// [`Port::ask`](crate::port::Port::ask) asks there.
    pub(crate) fn of_slot(&self, slot: Slot) -> Result<Handle> {
        match self.place(slot) {
            Place::Here(handle) if self.leases_are_good() => Ok(handle),
            _ => Err(not_owner()),
        }
    }

    /// The shard that a slot belongs to, whoever owns it.
    pub(crate) fn shard_of(&self, slot: Slot) -> Option<ShardId> {
        self.map().range(slot).map(|range| range.shard)
    }

    /// A slot that this node owns, by lot, each as likely as another; any slot if it owns none. So
    /// what has no name runs where it arrived.
    pub(crate) fn own_slot(&self, lot: u64) -> Slot {
        let map = self.map();
        let here = || {
            let is_here = |range: &&Range| matches!(range.place, Place::Here(_));
            map.ranges.iter().filter(is_here)
        };
        let count: u64 = here().map(Range::len).sum();
        let mut nth = if count == 0 { lot } else { lot % count };
        for range in here() {
            if nth < range.len() {
                return Slot(range.first + nth as u16);
            }
            nth -= range.len();
        }
        Slot(lot as u16)
    }

    /// The slots that this node owns, in ranges with both ends, neighbours joined; none while its
    /// leases may have run out.
    pub(crate) fn own_ranges(&self) -> Vec<(u16, u16)> {
        let mut own: Vec<(u16, u16)> = Vec::new();
        if !self.leases_are_good() {
            return own;
        }
        for range in &self.map().ranges {
            match (&range.place, own.last_mut()) {
                (Place::Here(_), Some((_, last))) if last.checked_add(1) == Some(range.first) => {
                    *last = range.last;
                }
                (Place::Here(_), _) => own.push((range.first, range.last)),
                _ => {}
            }
        }
        own
    }

    /// The other nodes that are there.
    pub(crate) fn others(&self) -> Vec<Node> {
        let map = self.map();
        let others = map.nodes.iter().filter(|node| node.id != self.0.me);
        others.cloned().collect()
    }

    /// Another node, by its id.
    pub(crate) fn other(&self, id: &NodeId) -> Option<Node> {
        self.map().nodes.iter().find(|node| node.id == *id).cloned()
    }

    /// Ready when the slot is no longer at that node.
    pub(crate) async fn moved_from(&self, slot: Slot, node: &NodeId) {
        loop {
            // In the order in which they came they are woken: a `watch` would draw lots.
            let mut changed = pin!(self.0.changed.notified());
            changed.as_mut().enable();
            if !matches!(self.place(slot), Place::There(there) if there.id == *node) {
                return;
            }
            changed.await;
        }
    }

    /// The keeper looks now, instead of a little later.
    pub(crate) fn look(&self) {
        self.0.look.notify_one();
    }

    /// Reads the store's map, unless that was done since `since`.
    ///
    /// # Errors
    /// When the store does not answer.
    pub(crate) async fn refresh(&self, shared: &Shared, since: Instant) -> Result<()> {
        let mut read = self.0.read.lock().await;
        if let Some(at) = *read {
            if at > since {
                return Ok(());
            }
            // Many who were sent away at once are to read it once.
            tokio::time::sleep_until(at + FRESH).await;
        }
        let now = Instant::now();
        let leases = &shared.store.leases;
        let (nodes, shards) = (leases.nodes().await?, leases.shards().await?);
        self.keep(nodes, &shards);
        *read = Some(now);
        Ok(())
    }

    /// Waits until everything that this node has taken is recovered.
    pub(crate) async fn settled(&self) {
        let mut settled = self.0.settled.subscribe();
        // The sender is in `self`, which outlives the wait.
        let _ = settled.wait_for(|settled| *settled).await;
    }

    pub(crate) fn is_settled(&self) -> bool {
        *self.0.settled.borrow()
    }

    /// Shards that this node has or tries to get, and all there are.
    pub(crate) fn counts(&self) -> (usize, usize) {
        (lock(&self.0.here).len(), self.map().ranges.len())
    }

    pub(crate) fn stopping(&self) -> bool {
        self.0.stopping.load(Ordering::Relaxed)
    }

    fn map(&self) -> Arc<Map> {
        let map = self.0.map.read().unwrap_or_else(PoisonError::into_inner);
        map.clone()
    }

    /// Whether this node may speak for what it owns. A process that was paused for long may not,
    /// until it knows that nobody took its place.
    fn leases_are_good(&self) -> bool {
        let until = self.0.good_until.read();
        Instant::now() < *until.unwrap_or_else(PoisonError::into_inner)
    }

    /// The leases were renewed by a request that was sent then.
    fn renewed(&self, sent: Instant) {
        let until = self.0.good_until.write();
        let mut until = until.unwrap_or_else(PoisonError::into_inner);
        *until = (sent + LEASE).max(*until);
    }

    /// Makes the map anew from what the store says and what is here.
    fn keep(&self, nodes: Vec<Node>, shards: &[Shard]) {
        let here = lock(&self.0.here).clone();
        let place = |shard: &Shard| match here.get(&shard.id) {
            Some(Here { leaving: true, .. }) => Place::Nobody,
            Some(here) => Place::Here(here.handle.clone()),
            None => {
                let owner = shard.owner.as_ref().filter(|owner| **owner != self.0.me);
                let owner = owner.and_then(|owner| nodes.iter().find(|node| node.id == *owner));
                owner.map_or(Place::Nobody, |node| Place::There(node.clone()))
            }
        };
        let mut ranges: Vec<_> = shards
            .iter()
            .map(|shard| Range {
                first: shard.slots.0.0,
                last: shard.slots.1.0,
                shard: shard.id,
                place: place(shard),
            })
            .collect();
        ranges.sort_by_key(|range| range.first);
        self.replace(Map { ranges, nodes });
    }

    /// Makes the map anew after something here has changed.
    fn rearrange(&self) {
        let here = lock(&self.0.here).clone();
        let map = self.map();
        let mut ranges = map.ranges.clone();
        for range in &mut ranges {
            match here.get(&range.shard) {
                Some(Here { leaving: true, .. }) => range.place = Place::Nobody,
                Some(here) => range.place = Place::Here(here.handle.clone()),
                None if matches!(range.place, Place::Here(_)) => range.place = Place::Nobody,
                None => {}
            }
        }
        let nodes = map.nodes.clone();
        self.replace(Map { ranges, nodes });
    }

    fn replace(&self, map: Map) {
        let mut kept = self.0.map.write().unwrap_or_else(PoisonError::into_inner);
        *kept = Arc::new(map);
        drop(kept);
        self.0.changed.notify_waiters();
    }
}

/// How long a lease is good.
const LEASE: Duration = Duration::from_secs(limits::LEASE_SECONDS as u64);

impl Map {
    fn range(&self, slot: Slot) -> Option<&Range> {
        let after = self.ranges.partition_point(|range| range.first <= slot.0);
        let range = self.ranges.get(after.checked_sub(1)?)?;
        (slot.0 <= range.last).then_some(range)
    }

    fn place(&self, slot: Slot) -> Place {
        self.range(slot)
            .map_or(Place::Nobody, |range| range.place.clone())
    }
}

impl Range {
    fn len(&self) -> u64 {
        u64::from(self.last - self.first) + 1
    }
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
