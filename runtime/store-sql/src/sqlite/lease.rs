//! Leases of a store that belongs to one process: who holds what is in memory, the epochs are in
//! the journal's head.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;
use steploom_store::journal::Epoch;
use steploom_store::lease::{Held, Lease, Node, NodeId, Shard};
use steploom_store::{Clock, Result};
use steploom_types::{ShardId, Slot};

use super::journal::{Head, Log};

/// The leases, on the journal's heads.
pub(super) struct Leases {
    log: Arc<tokio::sync::Mutex<Log>>,
    /// Leases in here only change under the log's lock, so that the two agree.
    held: Mutex<Held>,
}

impl Leases {
    pub(super) fn new(log: Arc<tokio::sync::Mutex<Log>>, clock: Clock) -> Self {
        Self {
            log,
            held: Mutex::new(Held::new(clock)),
        }
    }
}

#[async_trait]
impl steploom_store::Leases for Leases {
    async fn shards(&self) -> Result<Vec<Shard>> {
        let mut log = self.log.lock().await;
        let heads = log.heads().await?;
        let held = lock(&self.held);
        let shard = |(id, head): (&ShardId, &Head)| Shard {
            id: *id,
            slots: head.slots,
            epoch: head.epoch,
            last_lsn: head.last_lsn,
            owner: held.holder(*id).cloned(),
        };
        let live = heads.iter().filter(|(_, head)| !head.is_retired());
        let mut shards: Vec<_> = live.map(shard).collect();
        shards.sort_by_key(|shard| shard.slots.0);
        Ok(shards)
    }

    async fn acquire(&self, shard: ShardId, node: &NodeId) -> Result<Option<Lease>> {
        let mut log = self.log.lock().await;
        if !lock(&self.held).may_take(shard, node) {
            return Ok(None);
        }
        let lease = log.bump(shard).await?;
        if lease.is_some() {
            lock(&self.held).take(shard, node);
        }
        Ok(lease)
    }

    async fn renew(&self, node: &NodeId, shards: &[(ShardId, Epoch)]) -> Result<Vec<ShardId>> {
        let mut log = self.log.lock().await;
        let heads = log.heads().await?;
        let mut held = lock(&self.held);
        let mut lost = Vec::new();
        for (shard, epoch) in shards {
            let current = heads.get(shard).is_some_and(|head| head.epoch == *epoch);
            if !(current && held.renew(*shard, node)) {
                lost.push(*shard);
            }
        }
        Ok(lost)
    }

    async fn release(&self, shard: ShardId, epoch: Epoch) -> Result<()> {
        let mut log = self.log.lock().await;
        let heads = log.heads().await?;
        if heads.get(&shard).is_some_and(|head| head.epoch == epoch) {
            lock(&self.held).release(shard);
        }
        Ok(())
    }

    async fn announce(&self, node: &Node) -> Result<()> {
        lock(&self.held).announce(node);
        Ok(())
    }

    async fn withdraw(&self, node: &NodeId) -> Result<()> {
        lock(&self.held).withdraw(node);
        Ok(())
    }

    async fn nodes(&self) -> Result<Vec<Node>> {
        Ok(lock(&self.held).nodes())
    }

    async fn split(&self, shard: ShardId, epoch: Epoch, at: Slot) -> Result<(ShardId, ShardId)> {
        let mut log = self.log.lock().await;
        let children = log.split(shard, epoch, at).await?;
        lock(&self.held).release(shard);
        Ok(children)
    }
}

fn lock(held: &Mutex<Held>) -> MutexGuard<'_, Held> {
    held.lock().unwrap_or_else(PoisonError::into_inner)
}
