//! All shards: which handle an id or a name belongs to.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use futures::future::join_all;
use steploom_types::{Result, ShardId, Slot};

use crate::shard::{Command, Handle};
use crate::shared::Shared;

/// The handles of all shards by their slots. Clones share it.
#[derive(Clone)]
pub(crate) struct Shards {
    /// By first slot, so that a binary search finds a slot's range.
    ranges: Arc<[(u16, Handle)]>,
    stopping: Arc<AtomicBool>,
}

impl Shards {
    /// Starts an owner for each shard of the store.
    pub(crate) async fn start(shared: &Arc<Shared>) -> Result<Self> {
        let mut shards = shared.store.leases.shards().await?;
        shards.sort_by_key(|shard| shard.slots.0);
        let ranges = shards
            .into_iter()
            .map(|shard| {
                let slots = (shard.slots.0.0, shard.slots.1.0);
                (slots.0, Handle::spawn(shared.clone(), shard.id, slots))
            })
            .collect();
        Ok(Self {
            ranges,
            stopping: Arc::default(),
        })
    }

    /// The shard that a slot belongs to.
    pub(crate) fn of_slot(&self, slot: Slot) -> &Handle {
        let after = self.ranges.partition_point(|(first, _)| *first <= slot.0);
        &self.ranges[after.saturating_sub(1)].1
    }

    pub(crate) fn of_shard(&self, shard: ShardId) -> Option<&Handle> {
        self.ranges
            .iter()
            .map(|(_, handle)| handle)
            .find(|handle| handle.shard == shard)
    }

    pub(crate) fn count(&self) -> usize {
        self.ranges.len()
    }

    /// Waits until every shard is owned by this node, or cannot be by this release.
    pub(crate) async fn recovered(&self, shared: &Shared) {
        let mut held = shared.held_changes();
        // The sender is in `shared`, which outlives the wait.
        let all = |held: &BTreeMap<_, _>| held.len() + shared.refused().len() >= self.count();
        let _ = held.wait_for(all).await;
    }

    pub(crate) fn stopping(&self) -> bool {
        self.stopping.load(Ordering::Relaxed)
    }

    /// Ends all owners, each with everything committed and checkpointed.
    pub(crate) async fn stop(&self) {
        self.stopping.store(true, Ordering::Relaxed);
        join_all(self.ranges.iter().map(|(_, handle)| async move {
            // One that has ended already gives no answer.
            let _ = handle.ask(|reply| Command::Shutdown { reply }).await;
        }))
        .await;
    }
}
