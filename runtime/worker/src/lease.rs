//! Keeping leases: renewed three times within their length; a shard that was lost all the same is
//! told so at once, though the fence in the journal would tell it with its next commit.

use std::sync::Arc;
use std::time::Duration;

use steploom_probe::{Mark, mark};
use steploom_types::limits;
use tokio::task::JoinHandle;

use crate::shard::Command;
use crate::shards::Shards;
use crate::shared::Shared;

/// Renews leases in the background until the node stops. The task holds the store, so whoever
/// stops the node also ends the task: else the store would stay open until the next renewal.
pub(crate) fn start(shared: Arc<Shared>, shards: Shards) -> JoinHandle<()> {
    tokio::spawn(async move {
        let mut ticks =
            tokio::time::interval(Duration::from_secs(u64::from(limits::LEASE_SECONDS)) / 3);
        while !shards.stopping() {
            ticks.tick().await;
            let held = shared.held();
            match shared.store.leases.renew(&shared.node, &held).await {
                Ok(lost) => {
                    for shard in lost {
                        mark(Mark::LeaseLost);
                        if let Some(handle) = shards.of_shard(shard) {
                            // One that has ended does not need to be told.
                            let _ = handle.send(Command::Depose).await;
                        }
                    }
                }
                Err(error) => tracing::warn!(%error, "leases were not renewed; trying again"),
            }
        }
    })
}
