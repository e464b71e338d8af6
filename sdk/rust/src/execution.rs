//! Executions.

use std::time::Duration;

use futures::StreamExt;
use reqwest::{Method, StatusCode};
use steploom_types::limits;

use crate::{Client, Error, ExecutionId, MachineName, Name, Result, Stream, call, wire};

/// Starts in one request at the most.
pub const BATCH_STARTS_MAX: usize = limits::batch::STARTS_MAX;

/// Bytes of one request of many starts at the most.
pub const BATCH_BYTES_MAX: usize = limits::batch::BYTES_MAX;

/// How long an execution may take that is waited for: the longest that it may run, and a minute for the
/// rest.
const RUN_TIMEOUT: Duration = Duration::from_secs(limits::express::SECONDS_MAX + 60);

/// An execution that was started, or found.
#[derive(Clone, Debug, PartialEq)]
pub struct Started {
    /// The execution.
    pub execution: wire::Execution,
    /// Whether this call started it; else it was there already, by the same name and input.
    pub is_new: bool,
}

impl Client {
    /// Starts an execution; it survives a crash from now on. Repeated only with a name, which makes
    /// it idempotent.
    ///
    /// # Errors
    /// `Problem` / `ExecutionAlreadyExists` when the name is taken by another input or a closed
    /// execution.
    pub async fn start_execution(&self, start: &wire::StartExecution) -> Result<Started> {
        let response = self
            .call(Method::POST, "/v1/executions")
            .json(start)?
            .repeatable(start.name.is_some())
            .send()
            .await?;
        let is_new = response.status() == StatusCode::CREATED;
        let execution = call::read(self, response).await?;
        Ok(Started { execution, is_new })
    }

    /// Runs an execution while the caller waits, and gives how it ended: one that fails is no error. Nothing of
    /// it is kept, but what `logging` asks for. Not repeated.
    ///
    /// # Errors
    /// `Problem` / `MachineNotExpress` when the machine has what EXPRESS machines may not have.
    pub async fn run_execution(
        &self,
        start: &wire::StartExecution,
        logging: wire::Logging,
    ) -> Result<wire::SyncExecution> {
        self.call(Method::POST, "/v1/executions/sync")
            .query(&logging)
            .json(start)?
            .timeout(RUN_TIMEOUT)
            .fetch()
            .await
    }

    /// Starts many executions in one request, at most [`BATCH_STARTS_MAX`] of them and 32 MiB in
    /// all. The answers are in their order; one that is refused leaves the others alone. Repeated
    /// only if all have names, which makes it idempotent.
    pub async fn start_executions(
        &self,
        starts: &[wire::StartExecution],
    ) -> Result<Vec<wire::StartAnswer>> {
        let mut lines = Vec::new();
        for start in starts {
            serde_json::to_writer(&mut lines, start).map_err(Error::protocol)?;
            lines.push(b'\n');
        }
        let is_repeatable = starts.iter().all(|start| start.name.is_some());
        self.start_lines(lines, is_repeatable).await
    }

    /// The same with what is to be sent already: lines of JSON, each as
    /// [`Client::start_execution`] sends it. `is_repeatable` says that all have names.
    pub async fn start_lines(
        &self,
        lines: Vec<u8>,
        is_repeatable: bool,
    ) -> Result<Vec<wire::StartAnswer>> {
        let call = self
            .call(Method::POST, "/v1/executions/batch")
            .body("application/x-ndjson", lines)
            .repeatable(is_repeatable);
        let batch: wire::StartBatch = call.fetch().await?;
        Ok(batch.items)
    }

    /// Executions, newest first. May lag by under a second.
    pub async fn list_executions(
        &self,
        list: &wire::ListExecutions,
    ) -> Result<wire::ExecutionPage> {
        let call = self.call(Method::GET, "/v1/executions");
        call.query(list).fetch().await
    }

    /// How many executions there are, by machine and status. May lag by under a second.
    pub async fn count_executions(
        &self,
        count: &wire::CountExecutions,
    ) -> Result<wire::ExecutionCounts> {
        let call = self.call(Method::GET, "/v1/executions/counts");
        call.query(count).fetch().await
    }

    /// One execution; reads what was just written.
    pub async fn get_execution(&self, id: ExecutionId) -> Result<wire::Execution> {
        let path = format!("/v1/executions/{id}");
        self.call(Method::GET, &path).fetch().await
    }

    /// One execution by its machine and name.
    pub async fn get_execution_by_name(
        &self,
        machine: &MachineName,
        name: &Name,
    ) -> Result<wire::Execution> {
        let path = format!("/v1/machines/{machine}/executions/{name}");
        self.call(Method::GET, &path).fetch().await
    }

    /// A page of an execution's history.
    pub async fn history(
        &self,
        id: ExecutionId,
        page: &wire::PageHistory,
    ) -> Result<wire::History> {
        let path = format!("/v1/executions/{id}/history");
        self.call(Method::GET, &path).query(page).fetch().await
    }

    /// Asks an execution to end; it has ended when this returns. One that had ended already is left
    /// as it is.
    pub async fn stop_execution(
        &self,
        id: ExecutionId,
        stop: &wire::StopExecution,
    ) -> Result<wire::Execution> {
        self.call(Method::POST, &format!("/v1/executions/{id}/stop"))
            .json(stop)?
            .repeatable(true)
            .fetch()
            .await
    }

    /// Lets an execution begin nothing new until [`Client::resume_execution`]; one that is paused is
    /// left as it is.
    ///
    /// # Errors
    /// `Problem` / `ExecutionEnded`.
    pub async fn pause_execution(&self, id: ExecutionId) -> Result<wire::Execution> {
        self.call(Method::POST, &format!("/v1/executions/{id}/pause"))
            .repeatable(true)
            .fetch()
            .await
    }

    /// Lets a paused execution go on; one that is not paused is left as it is.
    ///
    /// # Errors
    /// `Problem` / `ExecutionEnded`.
    pub async fn resume_execution(&self, id: ExecutionId) -> Result<wire::Execution> {
        self.call(Method::POST, &format!("/v1/executions/{id}/resume"))
            .repeatable(true)
            .fetch()
            .await
    }

    /// Lets an execution that did not end well go on from where it ended. Not repeated: if no answer
    /// came, its `redrive_count` tells.
    ///
    /// # Errors
    /// `Problem` / `ExecutionNotRedrivable`, which says why; `MachineNotFound` when there is no such
    /// version.
    pub async fn redrive_execution(
        &self,
        id: ExecutionId,
        redrive: &wire::RedriveExecution,
    ) -> Result<wire::Execution> {
        self.call(Method::POST, &format!("/v1/executions/{id}/redrive"))
            .json(redrive)?
            .fetch()
            .await
    }

    /// Lets an execution that was set aside (`QUARANTINED`) go on; one that was not is left as it is.
    ///
    /// # Errors
    /// A 409 when it still cannot go on: it says why.
    pub async fn release_execution(&self, id: ExecutionId) -> Result<wire::Execution> {
        self.call(Method::POST, &format!("/v1/executions/{id}/release"))
            .repeatable(true)
            .fetch()
            .await
    }

    /// Events with an id above `after` (0: all), then those to come, until the execution has ended.
    /// The line may break meanwhile: no event is lost or told twice.
    pub fn events(&self, id: ExecutionId, after: u64) -> Stream<wire::Event> {
        let path = format!("/v1/executions/{id}/events");
        Stream::open(self, path, Some(after))
    }

    /// Waits until an execution has ended, however it did, and gives it. It follows the events and
    /// does not poll.
    pub async fn wait(&self, id: ExecutionId) -> Result<wire::Execution> {
        let execution = self.get_execution(id).await?;
        if has_ended(&execution) {
            return Ok(execution);
        }
        let mut events = self.events(id, self.last_event_id(id).await?);
        while let Some(event) = events.next().await {
            event?;
        }
        let execution = self.get_execution(id).await?;
        if has_ended(&execution) {
            return Ok(execution);
        }
        Err(Error::protocol(
            "the events have ended, but not the execution",
        ))
    }

    /// The newest event's id, so that waiting need not read a long history.
    async fn last_event_id(&self, id: ExecutionId) -> Result<u64> {
        let newest = wire::PageHistory {
            limit: Some(1),
            reverse: true,
            next: None,
        };
        let history = self.history(id, &newest).await?;
        Ok(history.items.first().map_or(0, |event| event.id))
    }
}

fn has_ended(execution: &wire::Execution) -> bool {
    !execution.summary.status.is_open()
}
