//! Which node has which shards: what one node does about it, worked out from what it sees.
//!
//! Nobody assigns. Every node sees the same nodes and shards, and aims at its share of them, rounded
//! up: it takes what is free, and gives away what is more than its share once the others have stayed
//! for a while. A take is decided by the store, so two nodes that want the same cost one try.

use std::collections::{BTreeSet, VecDeque};
use std::time::Duration;

use ring::digest::{SHA256, digest};
use steploom_store::lease::{Node, NodeId, Shard};
use steploom_types::ShardId;
use tokio::time::Instant;

/// How long nodes have to stay before shards are given to them.
const SETTLE: Duration = Duration::from_secs(3);

/// Within which giving shards away makes the next time wait twice as long.
const MEMORY: Duration = Duration::from_mins(1);

/// How often that doubles at the most: 48 s.
const DOUBLINGS_MAX: usize = 4;

/// How long a shard that is free is left to those whose share it would fill, before anybody takes it.
const ORPHAN: Duration = Duration::from_secs(2);

/// What a node is to do now.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Plan {
    /// Shards to try to take.
    pub(crate) take: Vec<ShardId>,
    /// Shards to hand over.
    pub(crate) give: Vec<ShardId>,
}

/// What a node remembers of what it saw.
pub(crate) struct Assignment {
    me: NodeId,
    nodes: BTreeSet<NodeId>,
    /// Since when the nodes are these.
    since: Instant,
    /// When shards were given away.
    given: VecDeque<Instant>,
    /// Since when some shard is free.
    free_since: Option<Instant>,
}

impl Assignment {
    pub(crate) fn new(me: NodeId, now: Instant) -> Self {
        Self {
            me,
            nodes: BTreeSet::new(),
            since: now,
            given: VecDeque::new(),
            free_since: None,
        }
    }

    /// What to do, after what the store says of nodes and shards and which of those are `here`
    /// already. While shards are being handed over, no more are.
    pub(crate) fn plan(
        &mut self,
        nodes: &[Node],
        shards: &[Shard],
        here: &BTreeSet<ShardId>,
        is_giving: bool,
        now: Instant,
    ) -> Plan {
        let counted = self.counted(nodes);
        if counted != self.nodes {
            (self.nodes, self.since) = (counted, now);
        }
        let share = shards.len().div_ceil(self.nodes.len().max(1));
        let mut take: Vec<_> = shards
            .iter()
            .filter(|shard| shard.owner.as_ref() == Some(&self.me) && !here.contains(&shard.id))
            .map(|shard| shard.id)
            .collect();
        let mut free: Vec<_> = shards
            .iter()
            .filter(|shard| !here.contains(&shard.id) && self.is_free(shard, nodes))
            .map(|shard| shard.id)
            .collect();
        self.free_since = (!free.is_empty()).then(|| self.free_since.unwrap_or(now));
        // In an order of its own, so that nodes that look at the same time want different ones.
        free.sort_by_cached_key(|shard| self.lot(*shard));
        let is_orphan = self.free_since.is_some_and(|since| now - since >= ORPHAN);
        let has = here.len() + take.len();
        let room = match self.nodes.contains(&self.me) {
            true if is_orphan => free.len(),
            true => share.saturating_sub(has),
            false => 0,
        };
        take.extend(free.into_iter().take(room));
        let give = if is_giving {
            Vec::new()
        } else {
            self.surplus(shards, here, share, now)
        };
        Plan { take, give }
    }

    /// The nodes that share. One that cannot be reached counts only for itself, when it is alone: what
    /// it owned, nobody else could ask for.
    fn counted(&self, nodes: &[Node]) -> BTreeSet<NodeId> {
        let reached = nodes.iter().filter(|node| node.address.is_some());
        let mut counted: BTreeSet<_> = reached.map(|node| node.id.clone()).collect();
        if counted.is_empty() {
            counted.insert(self.me.clone());
        }
        counted
    }

    fn is_free(&self, shard: &Shard, nodes: &[Node]) -> bool {
        let owner = shard.owner.as_ref();
        owner.is_none_or(|owner| *owner != self.me && nodes.iter().all(|node| node.id != *owner))
    }

    /// What is to be handed over: what is more than the share and what others have room for.
    fn surplus(
        &mut self,
        shards: &[Shard],
        here: &BTreeSet<ShardId>,
        share: usize,
        now: Instant,
    ) -> Vec<ShardId> {
        while self.given.front().is_some_and(|at| now - *at > MEMORY) {
            self.given.pop_front();
        }
        let settle = SETTLE * (1 << self.given.len().min(DOUBLINGS_MAX));
        let mine = if self.nodes.contains(&self.me) {
            share
        } else {
            0
        };
        let more = here.len().saturating_sub(mine);
        if more == 0 || now - self.since < settle {
            return Vec::new();
        }
        let owned = |node: &NodeId| {
            let of = |shard: &&Shard| shard.owner.as_ref() == Some(node);
            shards.iter().filter(of).count()
        };
        let others = self.nodes.iter().filter(|node| **node != self.me);
        let room: usize = others.map(|node| share.saturating_sub(owned(node))).sum();
        let give: Vec<_> = here.iter().rev().take(more.min(room)).copied().collect();
        if !give.is_empty() {
            self.given.push_back(now);
        }
        give
    }

    fn lot(&self, shard: ShardId) -> [u8; 8] {
        let text = format!("{}\0{shard}", self.me.0);
        let mut lot = [0; 8];
        lot.copy_from_slice(&digest(&SHA256, text.as_bytes()).as_ref()[..8]);
        lot
    }
}

#[cfg(test)]
mod tests;
