//! Executions: starting, reading, stopping, and their history.

use async_trait::async_trait;
use steploom_api::port::{EventStream, Executions};
use steploom_api::wire;
use steploom_machine::PartialFailure;
use steploom_store::projection::{Cursor, Filter};
use steploom_types::{AccountId, Error, ExecutionId, MachineName, Name, Result, Slot, Timestamp};

use super::{Port, bad_next, page_size};
use crate::shard::{Command, Found};
use crate::view;

#[async_trait]
impl Executions for Port {
    async fn start(
        &self,
        account: AccountId,
        start: wire::StartExecution,
    ) -> Result<(wire::Execution, bool)> {
        let new = self.resolve(account, start).await?;
        self.start_execution(account, new, None).await
    }

    async fn start_batch(
        &self,
        account: AccountId,
        starts: Vec<wire::StartExecution>,
    ) -> Vec<Result<(wire::ExecutionSummary, bool)>> {
        self.start_all(account, starts).await
    }

    async fn get(&self, account: AccountId, id: ExecutionId) -> Result<wire::Execution> {
        self.find(account, id).await?.ok_or_else(|| not_found(id))
    }

    async fn get_by_name(
        &self,
        account: AccountId,
        machine: &MachineName,
        name: &Name,
    ) -> Result<wire::Execution> {
        let not_found = || {
            Error::not_found(
                "ExecutionNotFound",
                format!("machine '{machine}' has no execution '{name}'"),
            )
        };
        if let Ok(id) = name.as_str().parse::<ExecutionId>()
            && let Some(execution) = self.find(account, id).await?
            && execution.summary.machine == *machine
        {
            return Ok(execution);
        }
        let shard = self
            .shards
            .of_slot(Slot::of(account, &machine.to_string(), name.as_str()));
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
            return Ok(execution);
        }
        let row = self
            .shared
            .store
            .projection
            .find_by_name(account, &machine, &name)
            .await?;
        view::execution_of_row(row.ok_or_else(not_found)?)
    }

    async fn list(
        &self,
        account: AccountId,
        list: wire::ListExecutions,
    ) -> Result<wire::ExecutionPage> {
        let limit = page_size(list.limit)?;
        let after = list.next.as_deref().map(parse_cursor).transpose()?;
        let filter = Filter {
            machine: list.machine,
            status: list.status.map(view::stored),
            name_prefix: list.name_prefix,
            ..Filter::default()
        };
        let mut rows = self
            .shared
            .store
            .projection
            .list(account, &filter, after, limit + 1)
            .await?;
        let more = rows.len() > limit as usize;
        rows.truncate(limit as usize);
        let next = rows
            .last()
            .filter(|_| more)
            .map(|last| format!("{}~{}", last.started_at.as_millis(), last.id));
        Ok(wire::ExecutionPage {
            items: rows.iter().map(view::summary_of_row).collect(),
            next,
        })
    }

    async fn history(
        &self,
        account: AccountId,
        id: ExecutionId,
        page: wire::PageHistory,
    ) -> Result<wire::History> {
        let limit = page_size(page.limit)? as usize;
        self.page_history(account, id, &page, limit).await
    }

    async fn stop(
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
            .of_slot(id.slot())
            .ask(|reply| Command::Stop {
                account,
                id,
                failure,
                reply,
            })
            .await?;
        match stopped {
            Some(execution) => Ok(execution),
            None => self.get(account, id).await,
        }
    }

    async fn release(&self, account: AccountId, id: ExecutionId) -> Result<wire::Execution> {
        let released = self
            .shards
            .of_slot(id.slot())
            .ask(|reply| Command::Release { account, id, reply })
            .await?;
        if let Some(released) = released {
            return Ok(released);
        }
        let found = self.get(account, id).await?;
        if found.summary.status != wire::ExecutionStatus::Quarantined {
            return Ok(found);
        }
        let why = found.cause.unwrap_or_default();
        Err(Error::conflict(
            "StillQuarantined",
            format!("execution {id} still cannot go on: {why}"),
        ))
    }

    async fn events(&self, account: AccountId, id: ExecutionId, after: u64) -> Result<EventStream> {
        Ok(Box::pin(self.follow(account, id, after).await?))
    }
}

impl Port {
    /// An execution, from its owner or from the projection.
    async fn find(&self, account: AccountId, id: ExecutionId) -> Result<Option<wire::Execution>> {
        let shard = self.shards.of_slot(id.slot());
        let in_memory = shard
            .ask(|reply| Command::Read { account, id, reply })
            .await?;
        if in_memory.is_some() {
            return Ok(in_memory);
        }
        let row = self.shared.store.projection.find(account, id).await?;
        row.map(view::execution_of_row).transpose()
    }
}

pub(super) fn not_found(id: ExecutionId) -> Error {
    Error::not_found(
        "ExecutionNotFound",
        format!("there is no execution {id}; 'steploom list executions' shows those there are"),
    )
}

fn parse_cursor(text: &str) -> Result<Cursor> {
    let (ms, id) = text.split_once('~').ok_or_else(bad_next)?;
    Ok(Cursor {
        started_at: Timestamp::from_millis(ms.parse().map_err(|_| bad_next())?),
        id: id.parse().map_err(|_| bad_next())?,
    })
}
