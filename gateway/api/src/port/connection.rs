//! Connections.

use async_trait::async_trait;
use steploom_types::{AccountId, Name, Result};

use crate::wire;

/// Connections of an account: credentials for `http:invoke`. What is secret goes in and never out.
#[async_trait]
pub trait Connections: Send + Sync {
    /// Makes a connection or replaces one; the flag tells whether it is new.
    async fn put_connection(
        &self,
        account: AccountId,
        name: Name,
        put: wire::PutConnection,
    ) -> Result<(wire::Connection, bool)>;

    /// Connections by name.
    async fn list_connections(
        &self,
        account: AccountId,
        limit: u32,
        next: Option<String>,
    ) -> Result<wire::ConnectionPage>;

    /// Deletes a connection; `NotFound` / `ConnectionNotFound`.
    async fn delete_connection(&self, account: AccountId, name: &Name) -> Result<()>;
}
