//! Logs of invocations.

use async_trait::async_trait;
use steploom_api::port::{self, LogStream, ReadLogs};
use steploom_api::wire::LogPage;
use steploom_types::{AccountId, Name, Result};

use super::{Port, function_not_found};

#[async_trait]
impl port::Logs for Port {
    async fn read(&self, account: AccountId, function: &Name, read: ReadLogs) -> Result<LogPage> {
        self.must_exist(account, function).await?;
        self.shared.logs.read(account, function, read).await
    }

    async fn follow(&self, account: AccountId, function: &Name) -> Result<LogStream> {
        self.must_exist(account, function).await?;
        Ok(self.shared.logs.follow(account, function.clone()))
    }
}

impl Port {
    async fn must_exist(&self, account: AccountId, function: &Name) -> Result<()> {
        let found = self
            .shared
            .registry
            .function(account, function, None)
            .await?;
        found
            .map(drop)
            .ok_or_else(|| function_not_found(function, None))
    }
}
