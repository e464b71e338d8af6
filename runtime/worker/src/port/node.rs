//! Readiness and metrics.

use async_trait::async_trait;
use steploom_api::port::Node;
use steploom_api::wire;
use steploom_store::lease::Shard;
use steploom_types::{Error, Result, ShardId, Slot};

use super::Port;
use crate::peer::call::node::Look;
use crate::peer::call::not_owner;
use crate::peer::call::shard::Split;
use crate::shard::Command;

#[async_trait]
impl Node for Port {
    async fn ready(&self) -> std::result::Result<(), String> {
        if self.shards.stopping() {
            return Err("this node is stopping".into());
        }
        let (wanted, _) = self.shards.counts();
        let owned = self.shared.held().len();
        if !self.shards.is_settled() || owned < wanted {
            let refused = self.shared.refused();
            let first = refused.first_key_value();
            let why = first.map(|(shard, why)| {
                let count = refused.len();
                format!("; {count} have facts of a newer release, the first of them {shard}: {why}")
            });
            let why = why.unwrap_or_default();
            return Err(format!("{owned} of {wanted} shards are recovered{why}"));
        }
        self.shared
            .store
            .leases
            .shards()
            .await
            .map(drop)
            .map_err(|error| format!("the store does not answer: {error}"))
    }

    async fn nodes(&self) -> Result<wire::ClusterNodes> {
        let leases = &self.shared.store.leases;
        let (nodes, shards) = (leases.nodes().await?, leases.shards().await?);
        let item = |node: steploom_store::lease::Node| {
            let owned = shards.iter().filter(|s| s.owner.as_ref() == Some(&node.id));
            wire::ClusterNode {
                shards: owned.count() as u32,
                is_this: node.id == self.shared.node,
                id: node.id.0,
                address: node.address,
            }
        };
        Ok(wire::ClusterNodes {
            items: nodes.into_iter().map(item).collect(),
        })
    }

    async fn shards(&self) -> Result<wire::Shards> {
        let shards = self.shared.store.leases.shards().await?;
        let item = |shard: Shard| wire::Shard {
            id: shard.id.0,
            first_slot: shard.slots.0.0,
            last_slot: shard.slots.1.0,
            owner: shard.owner.map(|owner| owner.0),
            epoch: shard.epoch.0,
            records: shard.last_lsn.0,
        };
        Ok(wire::Shards {
            items: shards.into_iter().map(item).collect(),
        })
    }

    async fn split_shard(
        &self,
        shard: ShardId,
        split: wire::SplitShard,
    ) -> Result<wire::ShardSplit> {
        let shards = self.shared.store.leases.shards().await?;
        let found = shards.iter().find(|found| found.id == shard);
        let Some((first, last)) = found.map(|found| found.slots) else {
            let message =
                format!("there is no shard {shard}; 'steploom list shards' shows those there are");
            return Err(Error::not_found("ShardNotFound", message));
        };
        let middle = first.0 + (last.0 - first.0).div_ceil(2);
        let at = split.at.unwrap_or(middle);
        if at <= first.0 || at > last.0 {
            let message = format!(
                "shard {shard} has the slots {} to {}; it can be split at {} to {}",
                first.0,
                last.0,
                first.0.saturating_add(1),
                last.0
            );
            return Err(Error::invalid("InvalidSplit", message));
        }
        let first = first.0;
        let (low, high) = self.ask(Split { shard, first, at }).await?;
        self.shards.look();
        self.shared.tell_others(&self.shards, Look {}).await;
        Ok(wire::ShardSplit {
            into: [low.0, high.0],
        })
    }

    fn metrics(&self) -> String {
        let gauges = self.shared.runner.gauges();
        self.shared
            .metrics
            .sandboxes_running
            .set(i64::from(gauges.running));
        self.shared
            .metrics
            .sandboxes_waiting
            .set(i64::from(gauges.waiting));
        self.shared
            .metrics
            .sandboxes_idle
            .set(i64::from(gauges.idle));
        self.shared.metrics.render()
    }

    fn observe_request(&self, route: &str, method: &str, status: u16, seconds: f64) {
        self.shared
            .metrics
            .observe_request(route, method, status, seconds);
    }
}

impl Port {
    /// Splits a shard that is here.
    pub(crate) async fn split_here(
        &self,
        shard: ShardId,
        first: Slot,
        at: Slot,
    ) -> Result<(ShardId, ShardId)> {
        let owner = self.shards.of_slot(first)?;
        if owner.shard != shard {
            return Err(not_owner());
        }
        owner.ask(|reply| Command::Split { at, reply }).await?
    }
}
