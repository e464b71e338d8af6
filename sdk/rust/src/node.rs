//! The process itself.

use reqwest::Method;

use crate::{Client, Result, wire};

impl Client {
    /// What answers there: the product's name, its version and links.
    pub async fn index(&self) -> Result<wire::Index> {
        let call = self.call(Method::GET, "/");
        call.header("accept", "application/json").fetch().await
    }

    /// Whether it can serve. Asked once, not repeated: this is for those who wait for it themselves.
    ///
    /// # Errors
    /// `Problem` / `NotReady` with what is missing.
    pub async fn ready(&self) -> Result<()> {
        let call = self.call(Method::GET, "/readyz").repeatable(false);
        call.send().await.map(drop)
    }

    /// Everything measured, in Prometheus's text format.
    pub async fn metrics(&self) -> Result<String> {
        let response = self.call(Method::GET, "/metrics").send().await?;
        response.text().await.map_err(|e| self.unreachable(&e))
    }

    /// The nodes that work on the server's database, by their ids.
    pub async fn list_nodes(&self) -> Result<wire::ClusterNodes> {
        self.call(Method::GET, "/v1/nodes").fetch().await
    }

    /// All shards by their first slots, and who owns them.
    pub async fn list_shards(&self) -> Result<wire::Shards> {
        self.call(Method::GET, "/v1/shards").fetch().await
    }

    /// Splits a shard in two, while its executions go on.
    ///
    /// # Errors
    /// `Problem` / `ShardNotFound`, which is also so after this very call went well; `ShardUnsettled`
    /// when it has to be asked again.
    pub async fn split_shard(
        &self,
        shard: u16,
        split: &wire::SplitShard,
    ) -> Result<wire::ShardSplit> {
        let call = self.call(Method::POST, &format!("/v1/shards/{shard}/split"));
        call.json(split)?.fetch().await
    }
}
