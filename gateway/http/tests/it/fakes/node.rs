//! The process.

use async_trait::async_trait;
use steploom_api::port::Node;
use steploom_api::wire;
use steploom_types::{Error, Result, ShardId};

use super::World;

#[async_trait]
impl Node for World {
    async fn ready(&self) -> std::result::Result<(), String> {
        self.state().not_ready.clone().map_or(Ok(()), Err)
    }

    async fn nodes(&self) -> Result<wire::ClusterNodes> {
        let node = wire::ClusterNode {
            id: "a".into(),
            address: Some("http://10.0.0.7:8090".into()),
            is_this: true,
            shards: 1,
        };
        Ok(wire::ClusterNodes { items: vec![node] })
    }

    async fn shards(&self) -> Result<wire::Shards> {
        let shard = wire::Shard {
            id: 0,
            first_slot: 0,
            last_slot: u16::MAX,
            owner: Some("a".into()),
            epoch: 1,
            records: 2,
        };
        Ok(wire::Shards { items: vec![shard] })
    }

    async fn split_shard(
        &self,
        shard: ShardId,
        split: wire::SplitShard,
    ) -> Result<wire::ShardSplit> {
        if shard != ShardId(0) {
            let message = format!("there is no shard {shard}");
            return Err(Error::not_found("ShardNotFound", message));
        }
        let at = split.at.unwrap_or(0x8000);
        Ok(wire::ShardSplit { into: [1, at] })
    }

    fn metrics(&self) -> String {
        "# TYPE steploom_up gauge\nsteploom_up 1\n".to_owned()
    }

    fn observe_request(&self, route: &str, method: &str, status: u16, seconds: f64) {
        assert!(seconds >= 0.0);
        let seen = (route.to_owned(), method.to_owned(), status);
        self.state().observed.push(seen);
    }
}
