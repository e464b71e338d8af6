//! Who owns which shard. The database's clock decides leases, nobody else's; the epoch in the
//! journal's compare-and-swap is what protects the data.

use async_trait::async_trait;
use steploom_types::{ShardId, Slot};

use crate::Result;
use crate::journal::{Epoch, Lsn};

mod held;

pub use held::Held;

/// A node's id: kept in its data folder, so that a restart takes its own shards back at once.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct NodeId(pub String);

/// A process that works on this database.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Node {
    /// Which.
    pub id: NodeId,
    /// Where other nodes reach it, such as `http://10.0.0.7:8090`; `None` if it cannot be reached.
    pub address: Option<String>,
}

/// A shard as the store knows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shard {
    /// Which.
    pub id: ShardId,
    /// The slots that it holds, both ends included.
    pub slots: (Slot, Slot),
    /// Of the newest owner.
    pub epoch: Epoch,
    /// Of the newest record.
    pub last_lsn: Lsn,
    /// Who owns it, unless it was released.
    pub owner: Option<NodeId>,
}

/// The right to run a shard, as acquired.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Lease {
    /// Which shard.
    pub shard: ShardId,
    /// Under which epoch the owner writes.
    pub epoch: Epoch,
    /// The newest record at that moment.
    pub last_lsn: Lsn,
}

/// Every slot, in `count` ranges of about the same length, both ends included: the shards of a new
/// database.
pub fn equal_ranges(count: u16) -> Vec<(ShardId, (Slot, Slot))> {
    let slots = u32::from(u16::MAX) + 1;
    let count = u32::from(count.max(1));
    let first = |shard: u32| slots * shard / count;
    (0..count)
        .map(|shard| {
            let range = (
                Slot(first(shard) as u16),
                Slot((first(shard + 1) - 1) as u16),
            );
            (ShardId(shard as u16), range)
        })
        .collect()
}

/// The leases of one database.
#[async_trait]
pub trait Leases: Send + Sync {
    /// The map of slots: every shard, by its first slot. A new database gets
    /// [`steploom_types::limits::SHARDS`] shards over equal ranges.
    async fn shards(&self) -> Result<Vec<Shard>>;

    /// Takes a shard that is free, whose lease has run out, or that `node` owned before; `None` if
    /// another node's lease is still good, or there is no such shard. The epoch grows by one, which
    /// fences the former owner, be it the same node.
    async fn acquire(&self, shard: ShardId, node: &NodeId) -> Result<Option<Lease>>;

    /// Renews the leases for [`steploom_types::limits::LEASE_SECONDS`] and names the shards that
    /// are lost: released, or with a newer epoch. One that ran out, but that nobody took, is not.
    async fn renew(&self, node: &NodeId, held: &[(ShardId, Epoch)]) -> Result<Vec<ShardId>>;

    /// Gives a shard back at once, at a clean shutdown. Nothing happens if it was lost before.
    async fn release(&self, shard: ShardId, epoch: Epoch) -> Result<()>;

    /// Says that a node is there, for [`steploom_types::limits::LEASE_SECONDS`] from now on, and
    /// where it is reached. The newest announcement of a node counts.
    async fn announce(&self, node: &Node) -> Result<()>;

    /// Says that a node is gone, at a clean shutdown. Its leases are released one by one.
    async fn withdraw(&self, node: &NodeId) -> Result<()>;

    /// The nodes whose announcement has not run out, by their ids.
    async fn nodes(&self) -> Result<Vec<Node>>;

    /// Waits until another process has given a shard back, as far as that is heard of here: a hint to look
    /// before it is time, which may never come, or come too often. Where nobody says so it waits for ever.
    ///
    /// # Errors
    /// Nothing is heard for now: wait a while before you ask again.
    async fn released(&self) -> Result<()> {
        std::future::pending().await
    }

    /// Splits a shard that the caller owns under `epoch`, in one transaction: two new shards take
    /// its slots, the second from `at` on, with empty logs, the next epoch and no owner; the old one
    /// is gone, and nobody appends to it any more. Its journal must be projected to the end and
    /// trimmed to there.
    ///
    /// # Errors
    /// `Fenced` when the shard has another epoch or is gone. `Changed` when it has records that were
    /// not trimmed, or when `at` leaves one of the two without a slot.
    async fn split(&self, shard: ShardId, epoch: Epoch, at: Slot) -> Result<(ShardId, ShardId)>;
}

#[cfg(test)]
mod tests;
