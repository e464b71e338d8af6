//! The process.

use async_trait::async_trait;
use steploom_api::port::Node;

use super::World;

#[async_trait]
impl Node for World {
    async fn ready(&self) -> Result<(), String> {
        self.state().not_ready.clone().map_or(Ok(()), Err)
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
