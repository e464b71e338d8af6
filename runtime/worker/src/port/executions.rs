//! Executions: starting, reading, stopping, and their history.

use steploom_api::port::EventStream;
use steploom_api::wire;
use steploom_machine::PartialFailure;
use steploom_store::projection::Row;
use steploom_types::{AccountId, Error, ExecutionId, MachineName, Name, Result, Slot};

use super::{Port, page_size};
use crate::payload;
use crate::shard::{Command, Found};

/// What the owner does, which is here.
impl Port {
    /// An execution by its name.
    pub(crate) async fn find_by_name_here(
        &self,
        account: AccountId,
        machine: &MachineName,
        name: &Name,
    ) -> Result<Option<wire::Execution>> {
        let slot = Slot::of(account, &machine.to_string(), name.as_str());
        let shard = self.shards.of_slot(slot)?;
        let (machine, name) = (machine.clone(), name.clone());
        let asked = (machine.clone(), name.clone());
        let found = shard
            .ask(|reply| Command::ReadByName {
                account,
                machine: asked.0,
                name: asked.1,
                reply,
            })
            .await?;
        if let Found::Here(execution) = found {
            return Ok(Some(execution));
        }
        let row = self
            .shared
            .store
            .projection
            .find_by_name(account, &machine, &name)
            .await?;
        if row.is_some() {
            return self.execution_of(row).await;
        }
        let archived = self.shared.archive.find_by_name(account, &machine, &name);
        let row = archived.await?.map(|archived| archived.row);
        self.execution_of(row).await
    }

    /// A page of a history.
    pub(crate) async fn history_here(
        &self,
        account: AccountId,
        id: ExecutionId,
        page: wire::PageHistory,
    ) -> Result<wire::History> {
        let limit = page_size(page.limit)? as usize;
        self.page_history(account, id, &page, limit).await
    }

    /// Asks an execution to end and waits for that.
    pub(crate) async fn stop_here(
        &self,
        account: AccountId,
        id: ExecutionId,
        stop: wire::StopExecution,
    ) -> Result<wire::Execution> {
        let failure = PartialFailure {
            error: stop.error,
            cause: stop.cause,
        };
        let stopped = self
            .shards
            .of_slot(id.slot())?
            .ask(|reply| Command::Stop {
                account,
                id,
                failure,
                reply,
            })
            .await?;
        if let Some(execution) = stopped {
            Ok(execution)
        } else {
            let found = self.find_here(account, id).await?;
            found.ok_or_else(|| not_found(id))
        }
    }

    /// Lets an execution that was set aside go on, if it can.
    pub(crate) async fn release_here(
        &self,
        account: AccountId,
        id: ExecutionId,
    ) -> Result<wire::Execution> {
        let released = self
            .shards
            .of_slot(id.slot())?
            .ask(|reply| Command::Release { account, id, reply })
            .await?;
        if let Some(released) = released {
            return Ok(released);
        }
        let found = self.find_here(account, id).await?;
        let found = found.ok_or_else(|| not_found(id))?;
        if found.summary.status != wire::ExecutionStatus::Quarantined {
            return Ok(found);
        }
        let why = found.cause.unwrap_or_default();
        Err(Error::conflict(
            "StillQuarantined",
            format!("execution {id} still cannot go on: {why}"),
        ))
    }

    /// Events after one, and those to come.
    pub(crate) async fn events_here(
        &self,
        account: AccountId,
        id: ExecutionId,
        after: u64,
    ) -> Result<EventStream> {
        Ok(Box::pin(self.follow(account, id, after).await?))
    }
}

impl Port {
    /// An execution, from its owner, from the projection or from the archive.
    pub(crate) async fn find_here(
        &self,
        account: AccountId,
        id: ExecutionId,
    ) -> Result<Option<wire::Execution>> {
        let shard = self.shards.of_slot(id.slot())?;
        let in_memory = shard
            .ask(|reply| Command::Read { account, id, reply })
            .await?;
        if in_memory.is_some() {
            return Ok(in_memory);
        }
        self.find_stored(account, id).await
    }

    /// An execution once it has ended; `None` if there is none.
    pub(crate) async fn ended_here(
        &self,
        account: AccountId,
        id: ExecutionId,
    ) -> Result<Option<wire::Execution>> {
        let shard = self.shards.of_slot(id.slot())?;
        let ended = shard.ask(|reply| Command::Ended { account, id, reply });
        if let Some(execution) = ended.await? {
            return Ok(Some(execution));
        }
        self.find_stored(account, id).await
    }

    /// An execution that is not in memory.
    async fn find_stored(
        &self,
        account: AccountId,
        id: ExecutionId,
    ) -> Result<Option<wire::Execution>> {
        let row = self.shared.store.projection.find(account, id).await?;
        let row = if row.is_some() {
            row
        } else {
            let archived = self.shared.archive.find(account, id).await?;
            archived.map(|archived| archived.row)
        };
        self.execution_of(row).await
    }

    async fn execution_of(&self, row: Option<Row>) -> Result<Option<wire::Execution>> {
        match row {
            Some(row) => payload::execution(&self.shared.artifacts, row)
                .await
                .map(Some),
            None => Ok(None),
        }
    }
}

pub(super) fn not_found(id: ExecutionId) -> Error {
    Error::not_found(
        "ExecutionNotFound",
        format!("there is no execution {id}; 'steploom list executions' shows those there are"),
    )
}
