//! Logs of invocations and executions.

use async_trait::async_trait;
use steploom_api::port::{self, LogStream, ReadLogs};
use steploom_api::wire::LogPage;
use steploom_types::{AccountId, Name, Result};

use super::{Port, function_not_found};
use crate::logs::Of;

#[async_trait]
impl port::Logs for Port {
    async fn read(&self, account: AccountId, function: &Name, read: ReadLogs) -> Result<LogPage> {
        self.must_exist(account, function).await?;
        let of = Of::Function(function.clone());
        self.shared.logs.read(account, &of, read).await
    }

    async fn follow(&self, account: AccountId, function: &Name) -> Result<LogStream> {
        self.must_exist(account, function).await?;
        let of = Of::Function(function.clone());
        Ok(self.shared.logs.follow(account, of))
    }

    async fn read_machine(
        &self,
        account: AccountId,
        machine: &Name,
        read: ReadLogs,
    ) -> Result<LogPage> {
        self.machine_version(account, machine, None).await?;
        let of = Of::Machine(machine.clone());
        self.shared.logs.read(account, &of, read).await
    }

    async fn follow_machine(&self, account: AccountId, machine: &Name) -> Result<LogStream> {
        self.machine_version(account, machine, None).await?;
        let of = Of::Machine(machine.clone());
        Ok(self.shared.logs.follow(account, of))
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
