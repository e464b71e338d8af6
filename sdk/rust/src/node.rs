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
}
