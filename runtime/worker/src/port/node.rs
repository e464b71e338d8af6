//! Readiness and metrics.

use async_trait::async_trait;
use steploom_api::port::Node;

use super::Port;

#[async_trait]
impl Node for Port {
    async fn ready(&self) -> Result<(), String> {
        if self.shards.stopping() {
            return Err("this node is stopping".into());
        }
        let (owned, all) = (self.shared.held().len(), self.shards.count());
        if owned < all {
            let refused = self.shared.refused();
            let first = refused.first_key_value();
            let why = first.map(|(shard, why)| {
                let count = refused.len();
                format!("; {count} have facts of a newer release, the first of them {shard}: {why}")
            });
            let why = why.unwrap_or_default();
            return Err(format!("{owned} of {all} shards are recovered{why}"));
        }
        self.shared
            .store
            .leases
            .shards()
            .await
            .map(drop)
            .map_err(|error| format!("the store does not answer: {error}"))
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
        self.shared.metrics.render()
    }

    fn observe_request(&self, route: &str, method: &str, status: u16, seconds: f64) {
        self.shared
            .metrics
            .observe_request(route, method, status, seconds);
    }
}
