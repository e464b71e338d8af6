//! Who holds what, in a store that belongs to one process.
//!
//! Such a store loses every lease with its process, and that is right: whoever opens it next knows
//! that the former holder is gone. Epochs are not kept here, they must outlive the process.

use std::collections::BTreeMap;

use steploom_types::{ShardId, limits};

use super::{Node, NodeId};
use crate::Clock;

/// The leases of one process's store.
#[derive(Debug)]
pub struct Held {
    clock: Clock,
    shards: BTreeMap<ShardId, Holder>,
    nodes: BTreeMap<NodeId, Announced>,
}

#[derive(Debug)]
struct Announced {
    address: Option<String>,
    until_ms: u64,
}

#[derive(Debug)]
struct Holder {
    node: NodeId,
    until_ms: u64,
}

impl Held {
    /// No leases yet, on this clock.
    pub fn new(clock: Clock) -> Self {
        Self {
            clock,
            shards: BTreeMap::new(),
            nodes: BTreeMap::new(),
        }
    }

    /// Whether `node` may take the shard now: it is free, its lease has run out, or it is its own.
    pub fn may_take(&self, shard: ShardId, node: &NodeId) -> bool {
        self.shards
            .get(&shard)
            .is_none_or(|holder| holder.node == *node || holder.until_ms <= self.clock.now_ms())
    }

    /// `node` has the shard from now on.
    pub fn take(&mut self, shard: ShardId, node: &NodeId) {
        let holder = Holder {
            node: node.clone(),
            until_ms: self.until_ms(),
        };
        self.shards.insert(shard, holder);
    }

    /// Renews the lease, run out or not, unless somebody else has the shard or it was released.
    pub fn renew(&mut self, shard: ShardId, node: &NodeId) -> bool {
        let until_ms = self.until_ms();
        match self.shards.get_mut(&shard) {
            Some(holder) if holder.node == *node => {
                holder.until_ms = until_ms;
                true
            }
            _ => false,
        }
    }

    /// The shard is free from now on.
    pub fn release(&mut self, shard: ShardId) {
        self.shards.remove(&shard);
    }

    /// Who took the shard last and has not released it.
    pub fn holder(&self, shard: ShardId) -> Option<&NodeId> {
        self.shards.get(&shard).map(|holder| &holder.node)
    }

    /// A node is there.
    pub fn announce(&mut self, node: &Node) {
        let announced = Announced {
            address: node.address.clone(),
            until_ms: self.until_ms(),
        };
        self.nodes.insert(node.id.clone(), announced);
    }

    /// A node is gone.
    pub fn withdraw(&mut self, node: &NodeId) {
        self.nodes.remove(node);
    }

    /// The nodes that are there, by their ids. Those that were not heard of for long are forgotten.
    pub fn nodes(&mut self) -> Vec<Node> {
        let now = self.clock.now_ms();
        self.nodes.retain(|_, announced| announced.until_ms > now);
        let node = |(id, announced): (&NodeId, &Announced)| Node {
            id: id.clone(),
            address: announced.address.clone(),
        };
        self.nodes.iter().map(node).collect()
    }

    fn until_ms(&self) -> u64 {
        self.clock
            .now_ms()
            .saturating_add(u64::from(limits::LEASE_SECONDS) * 1_000)
    }
}
