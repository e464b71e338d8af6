//! Logs of the functions that were put, and of `echo`.

use async_trait::async_trait;
use futures::{StreamExt, stream};
use steploom_api::port::{LogStream, Logs, ReadLogs};
use steploom_api::wire;
use steploom_types::{AccountId, Error, Name, Result};

use super::{World, check_account, page};

impl World {
    fn check_function(&self, function: &Name) -> Result<()> {
        if function.as_str() == "echo" || self.state().functions.contains_key(function) {
            return Ok(());
        }
        Err(Error::not_found(
            "FunctionNotFound",
            "there is no such function",
        ))
    }
}

#[async_trait]
impl Logs for World {
    async fn read(
        &self,
        account: AccountId,
        function: &Name,
        read: ReadLogs,
    ) -> Result<wire::LogPage> {
        check_account(account);
        self.check_function(function)?;
        let fits = |line: &&wire::LogLine| {
            read.request_id
                .as_ref()
                .is_none_or(|id| line.request_id == *id)
                && read.since.is_none_or(|since| line.timestamp >= since)
        };
        let all = self.state().logs.iter().filter(fits).cloned().collect();
        let (items, next) = page(all, read.limit, read.next.as_deref());
        Ok(wire::LogPage { items, next })
    }

    async fn follow(&self, account: AccountId, function: &Name) -> Result<LogStream> {
        check_account(account);
        self.check_function(function)?;
        let lines = self.state().logs.clone();
        let first = stream::iter(lines.into_iter().map(Ok));
        // It goes on for ever, as a function's log does.
        Ok(Box::pin(first.chain(stream::pending())))
    }

    async fn read_machine(
        &self,
        account: AccountId,
        machine: &Name,
        read: ReadLogs,
    ) -> Result<wire::LogPage> {
        self.read(account, machine, read).await
    }

    async fn follow_machine(&self, account: AccountId, machine: &Name) -> Result<LogStream> {
        self.follow(account, machine).await
    }
}
