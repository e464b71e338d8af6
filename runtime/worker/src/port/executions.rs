//! Executions: starting, reading, stopping, and their history.

use async_trait::async_trait;
use futures::{StreamExt, stream};
use steploom_api::port::{EventStream, Executions};
use steploom_api::wire;
use steploom_machine::{Fact, PartialFailure};
use steploom_store::Error as StoreError;
use steploom_store::projection::{Cursor, Filter};
use steploom_types::{AccountId, Error, ExecutionId, MachineName, Name, Result, Slot, Timestamp};
use tokio::sync::mpsc;

use super::{Port, bad_next, page_size};
use crate::codec;
use crate::shard::{self, Command, Found, Tail};
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
        let (mut events, _) = self.all_events(account, id, false).await?;
        if page.reverse {
            events.reverse();
        }
        let from = match page.next.as_deref() {
            None => 0,
            Some(next) => {
                let last: u64 = next.parse().map_err(|_| bad_next())?;
                events
                    .iter()
                    .position(|e| e.id == last)
                    .ok_or_else(bad_next)?
                    + 1
            }
        };
        let items: Vec<_> = events.iter().skip(from).take(limit).cloned().collect();
        let next = items
            .last()
            .filter(|_| from + items.len() < events.len())
            .map(|e| e.id.to_string());
        Ok(wire::History { items, next })
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

    async fn events(&self, account: AccountId, id: ExecutionId, after: u64) -> Result<EventStream> {
        let (events, to_come) = self.all_events(account, id, true).await?;
        let past = stream::iter(events.into_iter().filter(move |e| e.id > after)).map(Ok);
        let to_come = stream::iter(to_come)
            .flat_map(receive)
            .filter(move |event| {
                let wanted = event.as_ref().is_ok_and(|e| e.id > after);
                async move { wanted }
            });
        Ok(Box::pin(past.chain(to_come)))
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

    /// Every event so far, and those to come if the execution is open and they are wanted.
    async fn all_events(
        &self,
        account: AccountId,
        id: ExecutionId,
        follow: bool,
    ) -> Result<(Vec<wire::Event>, Option<mpsc::Receiver<wire::Event>>)> {
        let tail = self
            .shards
            .of_slot(id.slot())
            .ask(|reply| Command::Tail {
                account,
                id,
                follow,
                reply,
            })
            .await?;
        let tail = match tail {
            Some(tail) => tail,
            None => self.tail_of_closed(account, id).await?,
        };
        let facts = self.facts(id, &tail).await?;
        let machine = self.shared.definitions.get(tail.definition).await?;
        let events = shard::history(machine, &facts).map_err(Error::internal)?;
        Ok((events, tail.events))
    }

    /// The tail of an execution that has left memory: all of it is in the projection.
    async fn tail_of_closed(&self, account: AccountId, id: ExecutionId) -> Result<Tail> {
        let found = self.shared.store.projection.find(account, id).await?;
        Ok(Tail {
            definition: found.ok_or_else(|| not_found(id))?.definition,
            facts_before: u64::MAX,
            chunks: Vec::new(),
            events: None,
        })
    }

    /// All facts of an execution: as many from the projection as its owner says are there, then
    /// those that the owner has.
    async fn facts(&self, id: ExecutionId, tail: &Tail) -> Result<Vec<Fact>> {
        let corrupt =
            |e: codec::Error| Error::from(StoreError::Corrupt(format!("execution {id}: {e}")));
        let mut encoded = Vec::new();
        if tail.facts_before > 0 {
            for chunk in self
                .shared
                .store
                .projection
                .chunks(id, 0, usize::MAX)
                .await?
            {
                encoded.extend(codec::split_chunk(chunk.facts).map_err(corrupt)?);
            }
            encoded.truncate(usize::try_from(tail.facts_before).unwrap_or(usize::MAX));
        }
        for chunk in &tail.chunks {
            encoded.extend(codec::split_chunk(chunk.clone()).map_err(corrupt)?);
        }
        encoded
            .iter()
            .map(|fact| codec::decode(fact).map_err(corrupt))
            .collect()
    }
}

fn receive(
    receiver: mpsc::Receiver<wire::Event>,
) -> impl futures::Stream<Item = Result<wire::Event>> {
    stream::unfold(receiver, |mut receiver| async move {
        receiver.recv().await.map(|event| (Ok(event), receiver))
    })
}

fn not_found(id: ExecutionId) -> Error {
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
