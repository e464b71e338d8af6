//! The process itself: is it ready, and what does it measure.

use async_trait::async_trait;

/// The running process.
#[async_trait]
pub trait Node: Send + Sync {
    /// `Ok` once every shard that this node owns is recovered and the store answers; else what is
    /// missing, for `/readyz`.
    async fn ready(&self) -> Result<(), String>;

    /// Everything measured, in Prometheus's text format, for `/metrics`.
    fn metrics(&self) -> String;

    /// Counts one HTTP request by its route's pattern, method and status, with its duration.
    fn observe_request(&self, route: &str, method: &str, status: u16, seconds: f64);
}
