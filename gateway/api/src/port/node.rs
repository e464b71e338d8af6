//! The process itself: is it ready, and what does it measure.

use async_trait::async_trait;
use steploom_types::{Result, ShardId};

use crate::wire;

/// The running process.
#[async_trait]
pub trait Node: Send + Sync {
    /// `Ok` once every shard that this node owns is recovered and the store answers; else what is
    /// missing, for `/readyz`.
    async fn ready(&self) -> std::result::Result<(), String>;

    /// The nodes that are there, this one among them.
    async fn nodes(&self) -> Result<wire::ClusterNodes>;

    /// All shards and who owns them.
    async fn shards(&self) -> Result<wire::Shards>;

    /// Splits a shard in two, while its executions go on. The shard's owner does it, whichever node
    /// is asked.
    ///
    /// # Errors
    /// `NotFound` / `ShardNotFound`; `Invalid` / `InvalidSplit` when one half would have no slot;
    /// `Conflict` / `ShardUnsettled` when it has to be asked again.
    async fn split_shard(
        &self,
        shard: ShardId,
        split: wire::SplitShard,
    ) -> Result<wire::ShardSplit>;

    /// Everything measured, in Prometheus's text format, for `/metrics`.
    fn metrics(&self) -> String;

    /// Counts one HTTP request by its route's pattern, method and status, with its duration.
    fn observe_request(&self, route: &str, method: &str, status: u16, seconds: f64);
}
